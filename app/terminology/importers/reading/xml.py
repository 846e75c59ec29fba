"""XML release files, element by element, without entities or DTDs that fetch or expand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element

from app.core.errors import Invalid
from app.core.markup import xml_events
from app.terminology.importers.reading.source import ReleaseSource, refuse


def root_tag(source: ReleaseSource, name: str) -> str:
    """The tag of the document element."""
    with source.open(name) as raw:
        first = next(_events(raw, name), None)
    if first is None:
        refuse(name, "no XML element")
    return first[1].tag


def elements(source: ReleaseSource, name: str, *tags: str) -> Iterator[Element]:
    """Each element with one of the tags, complete; it is emptied after use, so memory stays small."""
    with source.open(name) as raw:
        for event, element in _events(raw, name):
            if event == "end" and element.tag in tags:
                yield element
                element.clear()


def _events(raw: IO[bytes], name: str) -> Iterator[tuple[str, Element]]:
    try:
        yield from xml_events(raw, name)
    except Invalid as error:
        place, _, message = error.message.partition(": ")
        refuse(place, message)
