"""Files and folders of any known form, read into one collection."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from app.agreement.metrics.data import Ratings, Spans
from app.agreement.metrics.tokens import token_ratings
from app.agreement.reading.brat import note_missing, read_brat
from app.agreement.reading.collected import Collected
from app.agreement.reading.lines import read_lines
from app.agreement.reading.tables import read_table
from app.agreement.reading.wide import Wide
from app.core.errors import Invalid
from app.core.reading import read_text


def read_files(
    paths: Sequence[Path], *, unit: str = "rating", wide: Wide | None = None, missing: Sequence[str] = ()
) -> Collected:
    """Everything in the paths: folders are brat, ``{`` opens JSON lines, the rest are tables.

    Raises Invalid naming the file that is none of these; single bad lines become exclusions.
    """
    into = Collected()
    into.missing = into.missing | frozenset(missing)
    for path in paths:
        if path.is_dir():
            read_brat(path, into)
            continue
        text = read_text(path)
        if text.lstrip().startswith("{"):
            read_lines(text, path.name, into)
        else:
            read_table(text, path.name, into, unit=unit, wide=wide)
    note_missing(into)
    return into


def data_for(
    unit: str,
    into: Collected,
    *,
    categories: tuple[str, ...] | None = None,
    positive: str | None = None,
    fold: bool = False,
    characters: bool = False,
) -> Ratings | Spans:
    """What the metrics of a unit take. Raises Invalid when the files hold nothing of the kind."""
    if unit == "span":
        if not into.readings:
            raise Invalid("no-spans", "the input holds no spans; for ratings say --unit rating")
        return into.spans(fold=fold)
    if into.cells:
        return into.ratings(categories=categories, positive=positive, fold=fold)
    if unit == "rating" and into.readings:
        raise Invalid("no-ratings", "the input holds spans; say --unit span or --unit token")
    if unit == "token" and into.readings:
        if not into.texts:
            raise Invalid("no-text", "tokens need the texts of the documents")
        return token_ratings(into.spans(fold=fold), characters=characters)
    raise Invalid("no-ratings", "the input holds no ratings")
