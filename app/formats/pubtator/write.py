"""PubTator, written: the first line of a text as its title, the rest as its abstract on one line; mentions by place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from app.core.digest import canonical_json
from app.formats.losses import REJECTED
from app.formats.model import Body, ExchangeDocument
from app.formats.protocol import Writing
from app.formats.record import extent, shown

FILE = "release.pubtator"
_WRITTEN = ("kind", "fragments", "label", "codes.system", "codes.code")
# What ends a line, or a field, here or for who reads it by `str.splitlines`.
_ENDS = re.compile("[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_NO_ID = re.compile(r"[|\s]")


class PubTatorWriter:
    """`release.pubtator`, and `documents.jsonl` with what is known of each document; offsets are code points."""

    modalities = ("notes",)

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        into.say(FILE, "")
        into.say("documents.jsonl", "")
        for document in documents:
            facts = document.facts()
            if document.modality not in self.modalities:
                into.losses.item(facts, document.elements, "is no text with spans")
                continue
            text = facts.pop("text") or ""
            into.say(FILE, _block(document, text, into))
            into.say("documents.jsonl", canonical_json(facts) + "\n")


def _block(document: ExchangeDocument, text: str, into: Writing) -> str:
    own = _NO_ID.sub("_", document.id)
    title, line_end, rest = text.partition("\n")
    written = _ENDS.sub(" ", title) + "\n" + _ENDS.sub(" ", rest)
    if not line_end or written != text:
        why = "an abstract is one line: other line ends and tabs are blanks, and a text of one line has a second, empty"
        into.losses.add("item", "text", why)
    what = shown(document)
    for key, body in document.elements.items():
        if key not in document.said():
            into.losses.element(body, REJECTED)
        elif body["kind"] != "entity":
            into.losses.element(body, "lines say mentions only")
    lines = [_mention(own, body, text, into) for _, body in what.spans]
    return "\n".join([f"{own}|t|{_ENDS.sub(' ', title)}", f"{own}|a|{_ENDS.sub(' ', rest)}", *lines, "", ""])


def _mention(own: str, body: Body, text: str, into: Writing) -> str:
    start, end = extent(body)
    into.losses.rest("entity", body, _WRITTEN, "has no field in a line")
    if len(body["fragments"]) > 1:
        into.losses.add("entity", "fragments", "a mention has no gaps: it goes from its first start to its last end")
    label = _ENDS.sub(" ", body["label"])
    if label != body["label"]:
        into.losses.add("entity", "label", "line ends and tabs are blanks")
    return "\t".join([own, str(start), str(end), _ENDS.sub(" ", text[start:end]), label, _concept(body, into)])


def _concept(body: Body, into: Writing) -> str:
    """The first of its codes as system:code; of more the report says how many spans had them."""
    codes: list[dict[str, Any]] = body.get("codes") or []
    if len(codes) > 1:
        for part in ("system", "code"):
            into.losses.add("entity", f"codes.{part}", "a mention has one concept: the first code")
    return f"{codes[0]['system']}:{codes[0]['code']}" if codes else "-"
