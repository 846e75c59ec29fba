"""brat standoff folders: one folder per reader, spans and relations of every document."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from app.agreement.metrics.data import Link, MarkedSpan
from app.agreement.reading.collected import Collected
from app.core.errors import Invalid
from app.formats.brat.read import TEXT_UNREADABLE, BratReader
from app.formats.files import FilesOnDisk
from app.formats.model import Elements, ExchangeDocument, of_kind

# What is said of a span is not compared, and so no loss when it cannot be read.
_NOT_COMPARED = ("bad_attribute", TEXT_UNREADABLE)


def read_brat(folder: Path, into: Collected) -> None:
    """Add every reader of a folder: sub-folders with ``.ann`` files, or the folder itself as one reader.

    Raises Invalid where there is no ``.ann`` file. Bad lines are exclusions naming file and line.
    """
    readers = sorted({path.parent for path in folder.rglob("*.ann")} - {folder})
    homes = _reader_folders(folder, readers)
    if not homes:
        raise Invalid("no-annotations", f"{folder.name} holds no .ann file")
    for home in homes:
        for document in BratReader().read(FilesOnDisk(home)):
            _add(document, home.name, into)


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


def _add(document: ExchangeDocument, rater: str, into: Collected) -> None:
    reading = into.reading(document.id, rater)
    where = f"{rater}/{Path(document.file).name}"
    if document.text is not None:
        into.add_text(document.id, document.text, where)
    for problem in document.problems:
        if problem.code not in _NOT_COMPARED:
            into.leave_out(problem.code, f"{where}: {problem.where}" if problem.where else where)
    spans = {key: _span(body) for key, body in of_kind(document.elements, "entity").items()}
    reading.spans.extend(spans.values())
    reading.links.extend(_links(document.elements, spans))


def _span(body: dict[str, Any]) -> MarkedSpan:
    return MarkedSpan(body["label"], tuple((start, end) for start, end in body["fragments"]))


def _links(elements: Elements, spans: dict[str, MarkedSpan]) -> list[Link]:
    """Relations, and each role of an event as one from its trigger."""
    events = of_kind(elements, "event")
    ends = spans | {key: spans[body["mentions"][0]] for key, body in events.items()}
    links = [
        Link(body["type"], ends[body["head"]], ends[body["tail"]]) for body in of_kind(elements, "relation").values()
    ]
    return links + [
        Link(role, ends[key], ends[target]) for key, body in events.items() for role, target in body["roles"]
    ]
