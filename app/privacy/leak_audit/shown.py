"""The text a checker sees: the clean text, what the machine replaced, and plants nobody can tell from it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from app.core.db import Session
from app.corpus.document import Document, text_of
from app.corpus.vault import Vault
from app.privacy.leak_audit.models import LeakSample
from app.privacy.leak_audit.planting import Plant
from app.privacy.version.sealed import SealedMap, open_map

Range = tuple[int, int]


@dataclass(frozen=True)
class Shown:
    """Ranges are code points of `text`; `planted` is never told to a checker."""

    text: str
    replaced: list[Range]
    planted: list[Range]

    def pieces(self) -> list[tuple[bool, str]]:
        """(was replaced, text) in order: what a page draws."""
        made, done = [], 0
        for start, end in self.replaced:
            made += [(False, self.text[done:start]), (True, self.text[start:end])]
            done = end
        return [piece for piece in [*made, (False, self.text[done:])] if piece[1]]


def plants_of(sample: LeakSample) -> list[Plant]:
    return [Plant(*entry) for entry in json.loads(sample.plants_json)]


def replaced_ranges(session: Session, vault: Vault, document: Document) -> list[Range]:
    """Where in a clean text the machine put something else. Raises NotFound after erasure."""
    return ranges_in(open_map(session, vault, document))


def ranges_in(sealed: SealedMap) -> list[Range]:
    """The places of replacements in the clean text."""
    return [(start, end) for _, _, start, end in sealed.rows if end > start]


def compose(text: str, replaced: list[Range], plants: list[Plant]) -> Shown:
    """The text with its plants in, and every range moved along."""
    pieces, planted, done, grown = [], [], 0, 0
    for one in sorted(plants, key=lambda p: p.at):
        pieces += [text[done : one.at], one.passage]
        planted.append((one.at + grown + one.start, one.at + grown + one.end))
        done, grown = one.at, grown + len(one.passage)

    def moved(offset: int) -> int:
        return offset + sum(len(p.passage) for p in plants if p.at <= offset)

    # A plant never stands inside a replaced range, so start and end move by the same number.
    ranges = [(moved(start), moved(start) + end - start) for start, end in replaced]
    return Shown("".join(pieces) + text[done:], ranges, planted)


def shown_text(session: Session, vault: Vault, sample: LeakSample, document: Document) -> Shown:
    """What a checker of this sample sees. Raises NotFound when the text was erased."""
    text = text_of(session, document.id)
    return compose(text, replaced_ranges(session, vault, document), plants_of(sample))
