"""Short forms: known ones with their sense by section and neighbours, and those the note defines itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from app.tagging.entities.mention import Mention
from app.tagging.reading.note import Note
from app.tagging.reading.tokens import TOKEN, words_of
from app.tagging.valuesets import rows

SHORT_FOR = "short for "
_NEIGHBOURHOOD = 6  # tokens on either side
_DEFINITION = re.compile(r"[(\[]([A-Za-z0-9][A-Za-z0-9-]{1,9})s?[)\],;]")


class Sense(NamedTuple):
    """One meaning; an empty label means: no entity."""

    tokens: tuple[str, ...]
    label: str
    sense: str
    sections: frozenset[str]
    neighbours: frozenset[str]


@cache
def _senses() -> dict[str, list[Sense]]:
    """First token as written → senses, longer short forms first."""
    known: dict[str, list[Sense]] = {}
    for row in rows("abbreviations"):
        tokens = tuple(TOKEN.findall(row["abbreviation"]))
        neighbours = frozenset(word for word in words_of(row["neighbours"]))
        sense = Sense(tokens, row["label"], row["sense"], frozenset(row["sections"].split()), neighbours)
        known.setdefault(tokens[0], []).append(sense)
    for senses in known.values():
        senses.sort(key=lambda sense: -len(sense.tokens))
    return known


def known_short_forms(note: Note) -> tuple[list[Mention], set[int]]:
    """Mentions, and the tokens that are short forms of something that is no entity."""
    found, empty = [], set()
    senses = _senses()
    for at, raw in enumerate(note.tokens.raw):
        if raw not in senses:
            continue
        fitting = [
            sense for sense in senses[raw] if tuple(note.tokens.raw[at : at + len(sense.tokens)]) == sense.tokens
        ]
        if not fitting or _shouting(note, at):
            continue
        fitting = [sense for sense in fitting if len(sense.tokens) == len(fitting[0].tokens)]
        chosen = fitting[0] if len(fitting) == 1 else _best(note, at, fitting)
        if chosen is None or not chosen.label:
            empty.add(at)
        else:
            source = SHORT_FOR + chosen.sense
            found.append(Mention(at, at + len(chosen.tokens), chosen.label, source))
    return found, empty


def _shouting(note: Note, at: int) -> bool:
    """Words in a line of capitals are no evidence of a short form ("ALL SYSTEMS NEGATIVE")."""
    around = note.tokens.raw[max(0, at - 1) : at] + note.tokens.raw[at + 1 : at + 2]
    return note.tokens.raw[at] in ("ALL", "HIT", "ED", "IT", "AIDS", "ASA") and any(
        raw.isupper() and len(raw) > 3 for raw in around
    )


def _best(note: Note, at: int, senses: list[Sense]) -> Sense | None:
    """The sense with most support: neighbours count one each, the section two; none without support."""
    words = note.tokens.words
    around = {*words[max(0, at - _NEIGHBOURHOOD) : at], *words[at + 1 : at + 1 + _NEIGHBOURHOOD]}
    section = note.sections.category_at(note.tokens.starts[at])
    scored = [(len(around & s.neighbours) + 2 * (section in s.sections), -n) for n, s in enumerate(senses)]
    best, place = max(scored)
    return senses[-place] if best else None


def defined_short_forms(note: Note, mentions: list[Mention]) -> list[Mention]:
    """After "pigmented villonodular synovitis (PVNS)", PVNS has that label all over the note."""
    ending = {mention.last: mention for mention in mentions if mention.label != "ANATOMY"}
    meaning: dict[tuple[str, ...], Mention] = {}  # by the tokens of the short form
    for match in _DEFINITION.finditer(note.text):
        first, last = note.tokens.covering(match.start(1), match.end(1))
        long_form = ending.get(first - 1)
        short = match[1]
        if long_form and any(letter.isupper() for letter in short) and _abbreviates(note, short, long_form):
            meaning.setdefault(tuple(note.tokens.raw[first:last]), long_form)
    return list(_used(note, meaning)) if meaning else []


def _used(note: Note, meaning: dict[tuple[str, ...], Mention]) -> Iterator[Mention]:
    """Every place where one of the short forms stands, with or without a plural s."""
    raw = note.tokens.raw
    beginnings = {tokens[0] for tokens in meaning}
    lengths = sorted({len(tokens) for tokens in meaning}, reverse=True)
    for at, token in enumerate(raw):
        if token not in beginnings and token.removesuffix("s") not in beginnings:
            continue
        for length in lengths:
            tokens = tuple(raw[at : at + length])
            long_form = meaning.get(tokens) or meaning.get((*tokens[:-1], tokens[-1].removesuffix("s")))
            if long_form:
                yield Mention(at, at + length, long_form.label, "defined in this note", long_form.codes)
                break


def _abbreviates(note: Note, short: str, long_form: Mention) -> bool:
    """Do the letters of the short form occur in order, the first at the start of a word near the mention?"""
    begin = max(note.starts[long_form.first], long_form.first - len(short))
    letters = [c.lower() for c in short if c.isalpha()]
    for first in range(begin, long_form.last):
        if note.tokens.raw[first][:1].lower() != letters[0]:
            continue
        rest = iter("".join(note.tokens.raw[first : long_form.last]).lower())
        if all(letter in rest for letter in letters):
            return True
    return False
