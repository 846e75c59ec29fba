"""brat standoff folders: one folder per reader, spans and relations of every document."""

from __future__ import annotations

import re
from pathlib import Path

from app.agreement.metrics.data import Link, Reading, Span
from app.agreement.reading.collected import Collected
from app.core.errors import Invalid

_SPAN = re.compile(r"(T\S+)\t(\S+) ((?:[0-9]{1,18} [0-9]{1,18};)*[0-9]{1,18} [0-9]{1,18})(?:\t.*)?")
_RELATION = re.compile(r"R\S+\t(\S+) \S+?:([TE]\S+) \S+?:([TE]\S+)\s*")
_EVENT = re.compile(r"(E\S+)\t\S+?:(T\S+)((?: \S+?:[TE]\S+)*)\s*")
# Lines of other kinds (attributes, normalisations, equivalences, notes) are no spans and no mistakes.
_OTHER = re.compile(r"[AMN*#]\S*\s.*")

_Named = tuple[str, str, str, str]  # place in the file, type, ids of head and tail


def read_brat(folder: Path, into: Collected) -> None:
    """Add every reader of a folder: sub-folders with ``.ann`` files, or the folder itself as one reader.

    Raises Invalid where there is no ``.ann`` file. Bad lines are exclusions naming file and line.
    """
    readers = sorted({path.parent for path in folder.rglob("*.ann")} - {folder})
    homes = _reader_folders(folder, readers)
    if not homes:
        raise Invalid("no-annotations", f"{folder.name} holds no .ann file")
    for home in homes:
        for path in sorted(home.rglob("*.ann")):
            document = path.relative_to(home).with_suffix("").as_posix()
            _read_file(path, document, home.name, into)


def note_missing(into: Collected) -> None:
    """Say which documents not all readers have: they are compared only by those who have them."""
    raters = into.spans().raters
    for document, readers in into.readings.items():
        for rater in raters:
            if rater not in readers:
                into.leave_out("document_missing", document, rater=rater)


def _reader_folders(folder: Path, holders: list[Path]) -> list[Path]:
    if any(folder.glob("*.ann")):
        return [folder]
    return sorted({folder / path.relative_to(folder).parts[0] for path in holders})


def _read_file(path: Path, document: str, rater: str, into: Collected) -> None:
    reading = into.reading(document, rater)
    where = f"{rater}/{path.name}"
    text = _text(path.with_suffix(".txt"))
    if text is not None:
        into.add_text(document, text, where)
    lines = _text(path)
    if lines is None:
        into.leave_out("not_utf8", where)
        return
    spans: dict[str, Span] = {}
    relations: list[_Named] = []
    events: dict[str, str] = {}
    for number, raw in enumerate(lines.split("\n"), start=1):
        line = raw.rstrip("\r")
        place = f"{where}: line {number}"
        if found := _SPAN.fullmatch(line):
            _add_span(found, place, text, spans, into)
        elif found := _RELATION.fullmatch(line):
            relations.append((place, found[1], found[2], found[3]))
        elif found := _EVENT.fullmatch(line):
            events[found[1]] = found[2]
            relations += [(place, *_role(part, found[1])) for part in found[3].split()]
        elif line.strip() and not _OTHER.fullmatch(line):
            into.leave_out("bad_line", place)
    reading.spans.extend(spans.values())
    triggers = {event: spans[trigger] for event, trigger in events.items() if trigger in spans}
    _add_links(relations, {**spans, **triggers}, reading, into)


def _add_span(found: re.Match[str], place: str, text: str | None, spans: dict[str, Span], into: Collected) -> None:
    pairs = [tuple(int(n) for n in piece.split()) for piece in found[3].split(";")]
    fragments = tuple(sorted((start, end) for start, end in pairs))
    length = len(text) if text is not None else None
    outside = any(start >= end or (length is not None and end > length) for start, end in fragments)
    if outside:
        into.leave_out("bad_offsets", place)
    elif found[1] in spans:
        into.leave_out("id_used_twice", place)
    else:
        spans[found[1]] = Span(found[2], fragments)


def _role(argument: str, event: str) -> tuple[str, str, str]:
    """`Drug:T3` of an event as a relation from its trigger to the argument."""
    role, _, target = argument.partition(":")
    return role, event, target


def _add_links(relations: list[_Named], spans: dict[str, Span], reading: Reading, into: Collected) -> None:
    for place, kind, head, tail in relations:
        if head in spans and tail in spans:
            reading.links.append(Link(kind, spans[head], spans[tail]))
        else:
            into.leave_out("bad_relation", place)


def _text(path: Path) -> str | None:
    """The file as it is, line ends kept; None when it is missing or not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (FileNotFoundError, UnicodeDecodeError):
        return None
