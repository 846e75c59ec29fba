"""Names (A) that are words as well, behind a role or title, in small letters too: "nurse faith aware", "husband (Rob)"."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.readings import people
from app.deidentify.lexicon.running_words import RUNNING
from app.deidentify.lexicon.shapes import Known
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import term_follows
from app.deidentify.recognisers.names_in_context import RELATIVES
from app.deidentify.recognisers.people import (
    NAMED,
    ROLES,
    STATES,
    TO_PEOPLE,
    VERBS,
    noun_behind,
    opens,
    with_last_name,
    with_others,
)
from app.deidentify.span import Span

_SHORT_TITLES = wordset("mr mrs ms miss dr")
# Before these a title in lower case is none: "dr appointment", "ms relapse", "miss doses".
_NO_LOWER_NAME = wordset(
    "appointment appointments appt appts office visit visits note notes order orders said told aware called calling notified"
    " informed who and is was to in on for at of from or has had did does will would can could says wants thinks with about"
    " relapse contin dose doses meds medication medications exacerbation patient patients pain since diagnosed flare lesions"
    " nurse round rounds strike letter letters recommends recommended prescribed advised gave"
)
_NEVER = wordset(
    "self will may can do see might must call bell station home aide staff notes report led specialist practitioner may"
)
_BORN_TO = re.compile(r"(?:Baby|B/[Oo]|Infant|Newborn)\sof\s(?P<v>[A-Z][a-z]{2,}(?:\s[A-Z][a-z]{2,})?)")
_TWIN = re.compile(r"[Tt]win\s[AB12]:?\s(?P<v>[A-Z][a-z]{2,15})(?=[,.;]|\s(?:is|was|born|and)\b|$)")
_HONOURED = re.compile(r"(?P<v>[A-Z][a-z]{2,15}\s(?:ji|bhai|ben|saheb|amma|bai))\b")
# Trigger words, what must stand there, and how many words before the trigger it begins.
_CALLED = (
    (("baby", "b", "infant", "newborn"), _BORN_TO, 0),
    (("twin",), _TWIN, 0),
    (("ji", "bhai", "ben", "saheb", "amma", "bai"), _HONOURED, 1),
)
_SPOKEN = (["spoke", "to"], ["spoke", "with"], ["spoken", "to"], ["talked", "to"], ["nok", "is"], ["name", "is"], ["this", "is"], ["kin", "is"],
           ["hi", "its"], ["discussed", "with"])  # fmt: skip
_AGE_AND_SEX = re.compile(r",? \d{1,3} ?(?:[mf]|yo|y/o|yrs?|year)\b")
_BEFORE = tuple(sorted(ROLES | _SHORT_TITLES))


def _titled_in_small(note: Note, position: int) -> bool:
    """ "mr kowalczyk wants", "dr bishop informed"; not "dr appointment", "ms relapse", "miss doses"."""
    nxt = position + 1
    word, flags = note.words[nxt], note.flags[nxt]
    if word in _NO_LOWER_NAME or len(word) < 3 or not word.isalpha():
        return False
    if (
        position
        and note.lowers[position - 1] in ("a", "the", "his", "her", "their", "my", "see", "saw")
        and note.lowers[position] == "dr"
    ):
        return bool(flags & NAMED) and not flags & Known.ORDINARY
    if note.lowers[position] in ("ms", "miss"):
        return bool(flags & NAMED) and (not flags & Known.ORDINARY or _is_said_of(note, nxt))
    return word not in RUNNING


def _called_in_small(note: Note, position: int) -> bool:
    """A listed name behind a role, in small letters, where the words behind say that somebody is meant."""
    word, flags = note.words[position], note.flags[position]
    if not flags & NAMED or word in _NEVER or word in RUNNING or len(word) < 3:
        return False
    if flags & Known.ORDINARY and not flags & Known.EITHER:
        return False
    return _is_said_of(note, position)


def _is_said_of(note: Note, position: int) -> bool:
    """Whether a phrase ends behind the word, or a verb, state or place of people follows."""
    gap = note.gap(position)
    if gap[:1] in ",.;)/\n":
        return True
    if gap.strip(" ") != "":
        return gap[:1] == " "
    following = note.lowers[position + 1]
    if following in ("is", "was", "has", "had", "at", "in", "on", "here", "aware", "back", "to", "will", "says", "for", "and", "with", "c", "npo", "nbm",
                     "has", "re", "this", "not", "x1", "today", "would", "up", "from", "dnr", "also", "still", "updated", "needs", "present"):  # fmt: skip
        return True
    return following in VERBS or following in STATES or following.endswith(("ed", "ing"))


def _capital_behind_role(note: Note, position: int) -> bool:
    """ "carer Ivy reports", "husband (Rob)", "HCA Beth": a capital that opens no heading behind a role."""
    nxt = position + 1
    flags, gap = note.flags[nxt], note.gap(position)
    if gap == " " and _is_any_word_named(note, position):
        return True
    if note.lowers[nxt] in RUNNING or flags & Known.REGION or term_follows(note, nxt) or not flags & NAMED:
        return False
    two = nxt + 1 < len(note.words) and note.flags[nxt] & Known.FIRST and note.flags[nxt + 1] & Known.LAST
    if gap == ". " or (
        gap == " "
        and not two
        and note.words[position].istitle()
        and note.words[nxt].istitle()
        and _heading(note, position)
    ):
        return False
    if gap in (", ", " (") and not note.words[position].islower():
        return False
    if not flags & Known.ORDINARY:
        return True
    return (
        bool(flags & Known.EITHER)
        and not noun_behind(note, nxt)
        and (gap == " (" or _is_said_of(note, with_last_name(note, nxt)) or gap == ", ")
    )


def _is_any_word_named(note: Note, position: int) -> bool:
    """ "his son Memo interpreted": a capital inside a sentence behind a relative, and something said of it."""
    nxt = position + 1
    inside = position > 0 and note.words[position].islower() and note.words[position - 1].islower()
    relative = inside and note.lowers[position] in RELATIVES and note.lowers[nxt] not in RUNNING
    plain = note.flags[nxt] & (Known.MEDICAL | Known.REGION | Known.THING)
    return relative and not plain and not note.mostly_upper and _is_said_of(note, nxt)


def _heading(note: Note, position: int) -> bool:
    """ "Patient Care Plan": capitals all along."""
    return (
        note.words[position + 2 : position + 3] != []
        and note.words[position + 2].istitle()
        and note.gap(position + 1) == " "
    )


class NamesByRole:
    """Names that are words as well, behind a role or title: "nurse faith aware", "mrs pain settled", "husband (Rob)"."""

    key = "names-role"
    types = ("NAME",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for triggers, pattern, back in _CALLED:
            for position in note.positions(triggers):
                match = pattern.match(note.text, note.starts[position - back]) if position >= back else None
                if match:
                    yield Span(match.start("v"), match.end("v"), "NAME", 0.75, self.key)
        yield from self._by_role(note)
        if note.mostly_lower:
            yield from self._in_small(note)

    def _by_role(self, note: Note) -> Iterator[Span]:
        """In lower case or capitals behind a role: "nurse faith aware", "mrs pain settled", "husband (Rob)"."""
        for position in note.positions(_BEFORE):
            nxt = position + 1
            if nxt >= len(note.words) or note.gap(position) not in (" ", ". ", " (", ", "):
                continue
            title = note.lowers[position] in _SHORT_TITLES
            if note.words[nxt].islower() and note.gap(position) in (" ", ". "):
                if title and note.words[position].islower() and _titled_in_small(note, position):
                    yield Span(note.starts[nxt], note.end(nxt), "NAME", 0.7, self.key)
                elif not title and _called_in_small(note, nxt):
                    yield Span(note.starts[nxt], note.end(nxt), "NAME", 0.65, self.key)
            elif note.words[nxt].istitle() and not title and _capital_behind_role(note, position):
                yield from with_others(note, self.key, nxt)

    def _in_small(self, note: Note) -> Iterator[Span]:
        """In a text without capitals: "spoke to grace on", "told miles to", "rose walked 20 m", "my name is rusty"."""
        for position, word in enumerate(note.lowers):
            if not note.flags[position] & Known.FIRST or (word in RUNNING and word != "will") or len(word) < 3:
                continue
            nxt = position + 1
            if (
                note.gap(position) == " "
                and note.flags[nxt] & Known.LAST
                and _AGE_AND_SEX.match(note.text, note.end(nxt))
            ):
                yield Span(note.starts[position], note.end(nxt), "NAME", 0.7, self.key)
                continue
            first_name = people().get(word, (0.0, 0.0))[0]
            before = note.lowers[max(0, position - 2) : position]
            told = before[-1:] and before[-1] in TO_PEOPLE | {"called"} and first_name >= 0.005
            told = told or (before[-1:] == ["its"] and note.lowers[position + 1 : position + 2] == ["from"])
            spoken = before in _SPOKEN and first_name > 0
            acts = (
                opens(note, position)
                and first_name >= 0.01
                and note.gap(position) == " "
                and note.lowers[position + 1] in VERBS
            )
            if (spoken or told or acts) and (
                not told or word != "will" or note.lowers[position + 1 : position + 2] in (["back"], ["re"])
            ):
                yield Span(note.starts[position], note.end(position), "NAME", 0.65, self.key)
