"""The text of a guideline: its front matter, its sections, and what a ruling may cite of it."""

from __future__ import annotations

import re
from functools import lru_cache

from app.core.errors import Invalid

_HEADING = re.compile(r"^(#{1,4})\s+(?:(\d+(?:\.\d+)*)\.?\s+)?(.+?)\s*$")
_FENCE = "---"
#: words of the front matter that mean something here → what may stand behind them; other words are the author's own
_KNOWN = {"citations": ("optional", "required")}


def split(body: str) -> tuple[dict[str, str], str]:
    """Front matter (`name: value` lines between two lines of `---` at the very top) and what follows it.

    Raises Invalid where it is not closed, a line is not `name: value`, or a known name has an unknown value.
    """
    first, _, rest = body.partition("\n")
    if first.rstrip() != _FENCE:
        return {}, body
    said: dict[str, str] = {}
    lines = rest.split("\n")
    for number, line in enumerate(lines, 2):
        if line.rstrip() == _FENCE:
            return said, "\n".join(lines[number - 1 :])
        name, colon, value = line.partition(":")
        name, value = name.strip(), value.strip()
        if line.strip() and not (colon and name):
            raise Invalid("guideline-front-matter", f"line {number}: front matter is lines of `name: value`")
        if value not in _KNOWN.get(name, (value,)):
            raise Invalid("guideline-front-matter", f"line {number}: {name} is {' or '.join(_KNOWN[name])}")
        said[name] = value
    raise Invalid("guideline-front-matter", "the front matter has no closing line of `---`")


def sections(body: str) -> list[dict[str, str]]:
    """The sections of a guideline: number, title and Markdown, in order; numbers are what rulings cite."""
    parts: list[dict[str, str]] = []
    for line in split(body)[1].split("\n"):
        heading = _HEADING.match(line)
        if heading:
            parts.append({"number": heading[2] or "", "title": heading[3], "markdown": ""})
        elif parts:
            parts[-1]["markdown"] += line + "\n"
        elif line.strip():
            parts.append({"number": "", "title": "", "markdown": line + "\n"})
    return parts


@lru_cache(maxsize=64)
def titles(body: str) -> tuple[tuple[str, str], ...]:
    """Number and title of each section. Kept by the text: every look at a task names them."""
    return tuple((section["number"], section["title"]) for section in sections(body))


def numbers(body: str) -> set[str]:
    """The section numbers that can be cited."""
    return {section["number"] for section in sections(body) if section["number"]}


def asks_for_citations(body: str) -> bool:
    """Whether every ruling under this text must name a section (`citations: required`)."""
    return split(body)[0].get("citations") == "required"


def require_text(body: str) -> None:
    """Raises Invalid where there is no text, or it asks for what it cannot give."""
    if not split(body)[1].strip():
        raise Invalid("guideline-empty", "the guideline has no text")
    if asks_for_citations(body) and not numbers(body):
        raise Invalid("guideline-citations", "citations are required, but no heading has a number to cite")


def require_citation(body: str, citation: str) -> None:
    """Raises Invalid: no section of this text has that number, or none is named and one is required."""
    if not citation and asks_for_citations(body):
        raise Invalid("citation-required", "this guideline asks for the number of the section a ruling follows")
    if citation and citation not in numbers(body):
        raise Invalid("citation", "a citation is the number of a section of the guideline this item is read under")
