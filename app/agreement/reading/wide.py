"""Tables with one rater per column: which column is the item, which are raters, and which are neither."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.agreement.reading.collected import Collected
from app.core.errors import Invalid

Rows = list[tuple[int, list[str]]]

# A column of longer cells is text; one whose many values are all different, and no numbers, is a name or an id.
_LONG, _MANY = 40, 10


@dataclass(frozen=True)
class Wide:
    """Columns by name or number: the item's (the first, if unsaid), and the raters' (all others, if unsaid)."""

    item: str = ""
    raters: tuple[str, ...] = ()


def read_wide(rows: Rows, wide: Wide, name: str, into: Collected) -> None:
    """Add one file's rows. Raises Invalid naming a column that is not there, there twice, or holds no ratings."""
    header = [cell.strip() for cell in rows[0][1]]
    item = _column(wide.item, header, name) if wide.item else 0
    raters = [_column(rater, header, name) for rater in wide.raters]
    raters = raters or [at for at in range(len(header)) if at != item]
    names = [header[at] for at in raters]
    twice = [rater for rater, times in Counter(names).items() if times > 1]
    if len(raters) < 2 or twice or item in raters:
        raise Invalid("not-a-table", f"{name}: line 1 must name an item column and two or more raters, once each")
    if not wide.raters:
        _require_ratings(rows[1:], header, raters, name, into.missing)
    for number, row in rows[1:]:
        if len(row) != len(header):
            into.leave_out("too_few_columns", f"{name}: line {number}")
            continue
        for at in raters:
            into.rate(row[item], header[at], row[at])


def _column(wanted: str, header: Sequence[str], name: str) -> int:
    """A column by its name, or by its number from 1."""
    found = [at for at, title in enumerate(header) if title == wanted.strip()]
    if len(found) > 1:
        raise Invalid("column", f"{name}: line 1 names {len(found)} columns {wanted!r}")
    if found:
        return found[0]
    if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 and 1 <= int(wanted) <= len(header):
        return int(wanted) - 1
    raise Invalid("column", f"{name}: line 1 names no column {wanted!r}")


def _require_ratings(rows: Rows, header: Sequence[str], raters: list[int], name: str, missing: frozenset[str]) -> None:
    """Nobody named the raters: a column of texts or ids among them is no rater."""
    for at in raters:
        cells = [row[at].strip() for _, row in rows if at < len(row) and row[at].strip() not in missing]
        is_text = bool(cells) and sum(map(len, cells)) > _LONG * len(cells)
        is_id = len(cells) >= _MANY and len(set(cells)) == len(cells) and not all(map(_is_number, cells))
        if is_text or is_id:
            what = "texts" if is_text else "values that are all different"
            message = f"{name}: column {at + 1} ({header[at][:40]!r}) holds {what}, not ratings: name the raters"
            raise Invalid("not-a-rater", f"{message} with --raters, and the item's column with --item")


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
