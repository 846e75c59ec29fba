"""Short forms: known ones with their sense by section and neighbours, and those the note defines itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.tokens import TOKEN, words_of
from app.tagging.valuesets import QUERY, rows

_UNITS = frozenset(
    {"mg", "ml", "mcg", "g", "gm", "iu", "u", "l", "cc", "hr", "hrs", "min", "mm", "cm", "kg", "pt", "mo"}
)
SHORT_FOR = "short for "
_NEIGHBOURHOOD = 6  # tokens on either side
_DEFAULT = "*"  # among the neighbours of a sense: it needs none
_STATE, _ZIP = 2, 5  # letters and figures
_SHORTEST_SMALL = 3  # letters of a short form that is known in small letters too
_DEFINITION = re.compile(r"[(\[]([A-Za-z0-9][A-Za-z0-9-]{1,9})s?[)\],;]")


class Sense(NamedTuple):
    """One meaning; an empty label means: no entity."""

    tokens: tuple[str, ...]
    label: str
    sense: str
    sections: frozenset[str]
    neighbours: frozenset[str]
    #: chosen where no sense has support
    is_default: bool = False


@cache
def _senses() -> dict[str, list[Sense]]:
    """First token as written → senses, longer short forms first."""
    known: dict[str, list[Sense]] = {}
    for row in rows("abbreviations"):
        if row["label"] == QUERY:
            continue
        tokens = tuple(TOKEN.findall(row["abbreviation"]))
        near = frozenset(words_of(row["neighbours"]))
        sections = frozenset(row["sections"].split())
        sense = Sense(tokens, row["label"], row["sense"], sections, near - {_DEFAULT}, _DEFAULT in near)
        known.setdefault(tokens[0], []).append(sense)
    for first, sense in [*_in_small_letters(known)]:
        known.setdefault(first, []).append(sense)
    for senses in known.values():
        senses.sort(key=lambda sense: -len(sense.tokens))
    return known


def _in_small_letters(known: dict[str, list[Sense]]) -> Iterator[tuple[str, Sense]]:
    """Short forms of one sense as people type them: "copd", "nstemi", where that is no word of the language."""
    words = {row["word"] for row in rows("words_too")}
    for first, senses in known.items():
        low = first.lower()
        one = len(senses) == 1 and len(senses[0].tokens) == 1 and senses[0].label
        if one and first.isupper() and len(first) >= _SHORTEST_SMALL and low not in known and low not in words:
            yield low, senses[0]._replace(tokens=(low,))


def known_short_forms(note: TokenisedNote) -> tuple[list[Mention], set[int]]:
    """Mentions, and the tokens that are short forms of something that is no entity."""
    found, empty = [], set()
    senses = _senses()
    for at, raw in enumerate(note.tokens.raw):
        if raw not in senses:
            continue
        fitting = [
            sense for sense in senses[raw] if tuple(note.tokens.raw[at : at + len(sense.tokens)]) == sense.tokens
        ]
        if fitting and (_is_unit(note, at) or _is_state(note, at)):
            empty.add(at)
            continue
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


def _is_unit(note: TokenisedNote, at: int) -> bool:
    """ "5MG": behind a number such letters are its unit."""
    return note.tokens.words[at] in _UNITS and at > 0 and note.tokens.raw[at - 1][0].isdigit()


def _is_state(note: TokenisedNote, at: int) -> bool:
    """ "Dunmarsh, VT 05301": two letters before five figures are a state."""
    raw = note.tokens.raw
    code = raw[at + 1] if at + 1 < len(raw) else ""
    return len(raw[at]) == _STATE and raw[at].isupper() and len(code) == _ZIP and code.isdigit()


def _shouting(note: TokenisedNote, at: int) -> bool:
    """Words in a line of capitals are no evidence of a short form ("ALL SYSTEMS NEGATIVE")."""
    around = note.tokens.raw[max(0, at - 1) : at] + note.tokens.raw[at + 1 : at + 2]
    return note.tokens.raw[at] in ("ALL", "HIT", "ED", "IT", "AIDS", "ASA") and any(
        raw.isupper() and len(raw) > 3 for raw in around
    )


def _best(note: TokenisedNote, at: int, senses: list[Sense]) -> Sense | None:
    """The sense with most support: neighbours count one each, section and kind of note two; else the default."""
    words = note.tokens.words
    around = {*words[max(0, at - _NEIGHBOURHOOD) : at], *words[at + 1 : at + 1 + _NEIGHBOURHOOD]}
    told = {note.sections.category_at(note.tokens.starts[at]), *note.kinds}
    scored = [(len(around & s.neighbours) + 2 * len(told & s.sections), -n) for n, s in enumerate(senses)]
    best, place = max(scored)
    return senses[-place] if best else next((sense for sense in senses if sense.is_default), None)


def defined_short_forms(note: TokenisedNote, mentions: list[Mention]) -> list[Mention]:
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


def _used(note: TokenisedNote, meaning: dict[tuple[str, ...], Mention]) -> Iterator[Mention]:
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


def _abbreviates(note: TokenisedNote, short: str, long_form: Mention) -> bool:
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
