"""W3C Web Annotation, read: annotations of texts that lie beside them, by position or by quotation.

An annotation of what is not in the folder (a page of the web, a picture) is a problem of the file, by its number.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from app.core.errors import Invalid
from app.core.reading import parsed, whole_text, whole_text_marked
from app.formats.files import InputFiles, beginning
from app.formats.json_lines import object_of, objects_of, place_of
from app.formats.model import ExchangeDocument
from app.formats.offsets import OffsetTable, OffsetUnit
from app.formats.record import RECORD, FoundSpans, restored

_NAMES = (".jsonld", ".json")
_CONTEXT = "www.w3.org/ns/anno"


class WebAnnotationReader:
    """A document each file of annotations; its text is the file its targets name, its id that file's name."""

    title = "W3C Web Annotation"

    def knows(self, files: InputFiles) -> bool:
        if files.is_folder:
            return any(name.endswith(".jsonld") for name in files.names())
        return _CONTEXT in beginning(files)

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """Raises Invalid for a folder without such files, or a file that is none."""
        names = [name for name in files.names() if name.endswith(_NAMES)] if files.is_folder else [files.name]
        if not names:
            raise Invalid("no-annotations", f"{files.name}: no .jsonld files")
        there = set(files.names())
        for name in names:
            with files.open(name) as raw:
                page = parsed(whole_text(raw, name), name)
            yield _document(files, there, name, page)


def _document(files: InputFiles, there: set[str], name: str, page: Any) -> ExchangeDocument:
    if not isinstance(page, dict):
        raise Invalid("bad-annotation", f"{name}: needs an object")
    items = objects_of(page["items"]) if "items" in page else [page]
    source = next((said for one in items for said in _sources(one)), "")
    folder = name.rpartition("/")[0]
    beside = f"{folder}/{source}" if folder else source
    text = None
    if source and not source.startswith("#") and beside in there and beside != name:
        with files.open(beside) as raw:
            text = whole_text_marked(raw, beside)
    base = ExchangeDocument(source.removesuffix(".txt") or name.rpartition(".")[0] or name, text, {}, file=name)
    record = next((_value(one.get("body")) for one in items if one.get("id") == f"#{RECORD}"), None)
    found = FoundSpans()
    for number, one in enumerate(items, start=1):
        if one.get("id") != f"#{RECORD}":
            _take(found, one, text, number)
    return restored(record, found, base)


def _sources(one: dict[str, Any]) -> Iterator[str]:
    for target in _listed(one.get("target")):
        said = target.get("source") if isinstance(target, dict) else target
        if isinstance(said, str):
            yield said


def _take(found: FoundSpans, one: dict[str, Any], text: str | None, number: int) -> None:
    own = one.get("id")
    key = own.removeprefix("#") if isinstance(own, str) and own else f"A{number}"
    targets = _listed(one.get("target"))
    bodies = _listed(one.get("body"))
    linked = next((object_of(b).get("source") for b in bodies if object_of(b).get("purpose") == "linking"), None)
    label = next((_value(body) for body in bodies if _value(body)), None)
    if isinstance(linked, str) and targets and isinstance(targets[0], str):
        found.relation(key, label, targets[0].removeprefix("#"), linked.removeprefix("#"))
        return
    if text is None:
        found.problem("no_text", f"annotation {number}", "what it is about does not lie beside it")
        return
    pieces = [_place(text, target.get("selector")) for target in targets if isinstance(target, dict)]
    if not pieces or None in pieces:
        found.problem("bad_offsets", f"annotation {number}", "no selector that shows one place of the text")
        return
    places = sorted(piece for piece in pieces if piece is not None)
    found.span(key, places[0], label or str(one.get("motivation") or "annotation")[:200], f"annotation {number}")
    if key in found.spans and all(one[1] <= other[0] for one, other in pairwise(places)):
        found.spans[key]["fragments"] = places


def _place(text: str, selector: Any) -> list[int] | None:
    """By position where one is said; else by a quotation that occurs once, with what stands around it."""
    said = [object_of(one) for one in _listed(selector)]
    position = next((one for one in said if one.get("type") == "TextPositionSelector"), None)
    if position is not None:
        return place_of(OffsetTable(text, OffsetUnit.CODE_POINT), position.get("start"), position.get("end"))
    quote = next((one for one in said if one.get("type") == "TextQuoteSelector"), {})
    exact, before, after = (quote.get(part, "") for part in ("exact", "prefix", "suffix"))
    if not exact or not all(isinstance(part, str) for part in (exact, before, after)):
        return None
    whole = before + exact + after
    if text.count(whole) != 1:
        return None
    start = text.index(whole) + len(before)
    return [start, start + len(exact)]


def _value(body: Any) -> str | None:
    if isinstance(body, list):
        return next((said for said in map(_value, body) if said), None)
    value = object_of(body).get("value")
    return value if isinstance(value, str) else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
