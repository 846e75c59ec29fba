"""XML release files, element by element, without entities or DTDs that fetch or expand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from app.terminology.importers.reading.source import Source, refuse


def root_tag(source: Source, name: str) -> str:
    """The tag of the document element."""
    with source.open(name) as raw:
        first = next(_events(raw, name, ("start",)), None)
    if first is None:
        refuse(name, "no XML element")
    return first[1].tag


def elements(source: Source, name: str, *tags: str) -> Iterator[Element]:
    """Each element with one of the tags, complete; it is emptied after use, so memory stays small."""
    with source.open(name) as raw:
        for _, element in _events(raw, name, ("end",)):
            if element.tag in tags:
                yield element
                element.clear()


def _events(raw: IO[bytes], name: str, events: tuple[str, ...]) -> Iterator[tuple[str, Element]]:
    try:
        # A DOCTYPE line is legal (ClaML has one); entity declarations and external references are not.
        yield from iterparse(raw, events=events, forbid_dtd=False, forbid_entities=True, forbid_external=True)
    except ParseError as error:
        line, column = error.position
        refuse(f"{name}:{line}", f"not well-formed XML at column {column}")
    except DefusedXmlException:
        refuse(name, "declares entities or external references, which no release file needs")
