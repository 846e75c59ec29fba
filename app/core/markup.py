"""XML that people hand over: parsed event by event, or refused with file and line; no entities, nothing fetched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from app.core.errors import Invalid

# Deeper than any format goes; what walks the tree calls itself once a level.
MAX_DEPTH = 200


def xml_events(raw: IO[bytes], name: str) -> Iterator[tuple[str, Element]]:
    """("start" | "end", element) in the order of the file. Raises Invalid naming file and line."""
    depth = 0
    try:
        # A DOCTYPE line is legal (ClaML and BioC have one); entity declarations and external references are not.
        for event, element in iterparse(
            raw, events=("start", "end"), forbid_dtd=False, forbid_entities=True, forbid_external=True
        ):
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise Invalid("bad-xml", f"{name}: more than {MAX_DEPTH} elements within each other")
            yield event, element
    except ParseError as error:
        line, column = error.position
        raise Invalid("bad-xml", f"{name}:{line}: not well-formed XML at column {column}") from None
    except DefusedXmlException:
        raise Invalid("bad-xml", f"{name}: declares entities or external references, which no file needs") from None
    except (LookupError, ValueError):  # the parser's words for an encoding it does not know, or cannot take
        raise Invalid("bad-xml", f"{name}:1: the encoding that the XML declares cannot be read") from None
