"""Names (A) that the words around them give away: "name is", "wife", "seen by", form labels, signatures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from app.deidentify.lexicon.degrees import is_degree
from app.deidentify.lexicon.endings import TERM_ENDING
from app.deidentify.lexicon.lists import lines, words
from app.deidentify.lexicon.names import english
from app.deidentify.lexicon.shapes import Known
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import (
    PARTICLES,
    TITLES,
    end_of,
    extend_right,
    is_eponym_use,
    is_initial,
    is_running,
    looks_like_name,
    shouted,
)
from app.deidentify.span import Span
from app.deidentify.things import is_term, speaks_medically

RELATIVES = words("relatives")
VERBS = words("verbs_of_people")
_WHOSE = frozenset(("his", "her", "their", "my", "our", "s", "pts", "pet", "service", "guide", "therapy"))
_AROUND = 6
# Whoever has to do with a patient by trade.
_TRADES = words("trades_and_callings")
_TRIGGERS = (
    *sorted(RELATIVES | _TRADES),
    *lines("names_in_context_triggers"),
)
_LINKS = ("is", "was", "are", "of")
_NO_NAME = frozenset(
    ("unknown", "withheld", "redacted", "anonymous", "confidential", "missing", "used", "sample", "test")
)
_NAMING = ("named", "called", "calls", "name", "call")
# Cues after which only a listed first name is believed.
_WEAK = frozenset(("is", "was", "am", "m", "tell", "told", "asked", "met", "like", "wrote", "killed"))
_STRONG = frozenset(["named", "called", "nicknamed", "alias", "dear", "surname", "forename", "née", "nee"])
_FORM = words("form_words")
_VERBS_BEFORE_BY = words("verbs_before_a_name")
MAX_TITLES = 5
_COLON = re.compile(r"\s?[:=]\s{0,4}|\s?[:=]?\s?\n\s{0,8}")
_SHORTEST = 3
_NAME_AT_MOST = int(Known.FIRST | Known.LAST | Known.TOWN | Known.CITY)


class NamesInContext:
    key = "names-context"
    types = ("NAME",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for position in note.positions(_TRIGGERS):
            first = self._name_after(note, position)
            if first is not None:
                last = self._with_first_name(note, position, extend_right(note, first, lenient=True))
                if not is_eponym_use(note, first, last):
                    yield Span(note.starts[first], end_of(note, last), "NAME", 0.7, self.key)
                    yield from self._listed_after(note, last)
        yield from self._speakers(note)

    def _name_after(self, note: Note, position: int) -> int | None:
        word, first = note.lowers[position], position + 1
        if first >= len(note.words):
            return None
        gap = note.gap(position)
        strong = word in _STRONG or (word in ("him", "her") and note.lowers[max(0, position - 1)] in _NAMING)
        strong = strong or (word in ("hi", "hello") and note.gap(first)[:1] == ",")
        if word in ("name", "names"):
            if note.lowers[first] in _LINKS and gap == " " and first + 1 < len(note.words):
                gap, first = note.gap(first), first + 1
            strong = True
        if "\n" in gap and note.text[note.end(first) : note.end(first) + 1] == ":":
            return None  # the next label of a form
        if "\n" in gap and ":" not in gap and not note.flags[first] & (Known.FIRST | Known.LAST):
            return None
        if word in RELATIVES and gap == " " and (_told_of_a_relative(note, first) or _is_pet(note, position)):
            return first
        if not self._joined(word, gap) or not self._speaks_of_a_person(note, position, first):
            return None
        while (
            note.lowers[first] in TITLES
            and first - position < MAX_TITLES
            and first + 1 < len(note.words)
            and note.gap(first) in (" ", ". ")
        ):
            first += 1
        return first if self._is_name(note, first, strong=strong or bool(_COLON.fullmatch(gap))) else None

    @staticmethod
    def _with_first_name(note: Note, position: int, last: int) -> int:
        """Behind a label of a form, "Last, First M." is one name."""
        nxt = last + 1
        if note.lowers[position] not in _FORM or nxt >= len(note.words) or note.gap(last) not in (", ", ",", " , "):
            return last
        word, flags = note.words[nxt], note.flags[nxt]
        degree = is_degree(word) or (word.isupper() and len(word) < 5 and not flags & Known.FIRST)
        labels = note.text[note.end(nxt) : note.end(nxt) + 1] == ":"
        if degree or labels or not looks_like_name(note, nxt):
            return last
        return extend_right(note, nxt, lenient=True)

    @staticmethod
    def _speaks_of_a_person(note: Note, position: int, first: int) -> bool:
        """Whether a cue that is often no cue is one here."""
        word, before = note.lowers[position], note.lowers[position - 1] if position else ""
        if word in ("him", "her"):
            return before in _NAMING
        if word == "by":
            return before in _VERBS_BEFORE_BY
        return word not in _WEAK or bool(note.flags[first] & Known.FIRST)

    @staticmethod
    def _joined(word: str, gap: str) -> bool:
        """Whether the space between cue and name is one that joins them."""
        if gap == " ":
            return (
                word not in _FORM
                or word in _TRADES
                or word
                in (
                    "name",
                    "names",
                    "attending",
                    "surgeon",
                    "pcp",
                    "nurse",
                    "patient",
                    "pt",
                    "client",
                )
            )
        if gap == ", ":
            return (
                word in RELATIVES
                or word in _TRADES
                or word
                in (
                    "male",
                    "female",
                    "man",
                    "woman",
                    "boy",
                    "girl",
                    "lady",
                    "gentleman",
                    "patient",
                    "pt",
                    "named",
                )
            )
        if gap == " (":
            return word in RELATIVES
        return word in _FORM and bool(_COLON.fullmatch(gap))

    @staticmethod
    def _is_name(note: Note, position: int, *, strong: bool) -> bool:  # noqa: PLR0911 (one way out per reason)
        word, flags = note.words[position], note.flags[position]
        if not word[0].isalpha() or flags & Known.REGION or (word.isupper() and is_running(note, position)):
            return False
        if note.lowers[position] in _NO_NAME:
            return False
        if word[0].isupper():
            if looks_like_name(note, position):
                listed = bool(flags & (Known.FIRST | Known.LAST))
                loud = (
                    note.mostly_upper
                    and word.isupper()
                    and len(word) > _SHORTEST
                    and not TERM_ENDING.search(word.lower())
                )
                return not flags & Known.EPONYM and (
                    loud or listed or strong or (word.istitle() and len(word) > _SHORTEST)
                )
            if strong and word.istitle() and _proper_follows(note, position):
                return True
            if is_initial(note, position):
                following = position + 1
                return (
                    strong
                    and following < len(note.words)
                    and note.gap(position) in (". ", " ", ".")
                    and note.words[following][0].isupper()
                )
            return strong and bool(flags & (Known.FIRST | Known.LAST)) and not note.mostly_upper
        if note.lowers[position] in PARTICLES or not strong:
            return False
        return len(word) > 2 and not flags & (Known.ORDINARY | Known.EPONYM) and note.lowers[position] not in _NO_NAME

    @staticmethod
    def _speakers(note: Note) -> Iterator[Span]:
        """ "Anna: I slept badly": the speakers of a transcript."""
        if note.text.count(":") < 1 or ('"' not in note.text and "?" not in note.text and "." not in note.text):
            return
        speakers = [p for p in note.capitalised if NamesInContext._speaks(note, p)]
        sure = any(note.flags[p] & Known.FIRST for p in speakers) and len(speakers) > 1
        turns = Counter(note.lowers[p] for p in speakers)
        for position in speakers:
            quoted = note.text[note.end(position) + 1 : note.end(position) + 3].lstrip()[:1] in ('"', "“")
            again = sure and turns[note.lowers[position]] > 1
            first = note.flags[position] & Known.FIRST and not note.flags[position] & Known.ORDINARY
            either = (
                sure
                and note.flags[position] & Known.FIRST
                and note.flags[position] & Known.EITHER
                and not speaks_medically(note)
            )
            if again or quoted or either or (first and _says_more(note, position)):
                yield Span(note.starts[position], note.end(position), "NAME", 0.6, NamesInContext.key)

    @staticmethod
    def _speaks(note: Note, position: int) -> bool:
        """A name-like word at the start of a line, before a colon and something said."""
        start, end = note.starts[position], note.end(position)
        if note.text[end : end + 1] != ":" or note.text[max(0, start - 6) : start].rstrip(" >*-")[-1:] not in (
            "",
            "\n",
        ):
            return False
        either = note.flags[position] & Known.EITHER and note.flags[position] & Known.FIRST
        said = note.text[end + 1 : end + 3].strip()
        return (
            bool(said) and (looks_like_name(note, position) or bool(either)) and not note.flags[position] & Known.EPONYM
        )

    @staticmethod
    def _listed_after(note: Note, last: int) -> Iterator[Span]:
        """The further names of "my kids are Ann, Bo and Cy"."""
        while last + 2 < len(note.words):
            nxt = last + 1
            if note.lowers[nxt] in ("and", "or") and note.gap(last) in (" ", ", ") and note.gap(nxt) == " ":
                nxt += 1
            elif note.gap(last) != ", ":
                return
            if not looks_like_name(note, nxt) or not note.flags[nxt] & (Known.FIRST | Known.LAST):
                return
            last = extend_right(note, nxt)
            yield Span(note.starts[nxt], end_of(note, last), "NAME", 0.65, NamesInContext.key)


def _proper_follows(note: Note, position: int) -> bool:
    nxt = position + 1
    return (
        nxt < len(note.words) and note.gap(position) == " " and note.words[nxt].istitle() and looks_like_name(note, nxt)
    )


def _says_more(note: Note, position: int) -> bool:
    """ "Anna: I slept badly" is said; "Dexter: none" is found."""
    return (
        all(gap == " " for gap in (note.gap(position + 1), note.gap(position + 2)))
        if position + 3 < len(note.words)
        else False
    )


def _last_name_follows(note: Note, first: int) -> bool:
    flags = note.flags[first + 1] if first + 1 < len(note.words) else 0
    return bool(flags & Known.LAST) and not flags & Known.ORDINARY and note.gap(first) == " "


def _is_pet(note: Note, position: int) -> bool:
    """ "Pt's dog Biscuit": somebody's animal, called by a capitalised word."""
    whose = note.lowers[position - 1] if position else ""
    nxt = position + 1
    if note.lowers[position] not in ("dog", "cat", "puppy", "kitten") or whose not in _WHOSE:
        return False
    return note.words[nxt].istitle() and not note.flags[nxt] & Known.MEDICAL and not note.mostly_upper


def _in_small_letters(note: Note, position: int) -> bool:
    """Whether the words around in the line are written small, but for one that opens a sentence."""
    around = range(max(0, position - _AROUND), min(len(note.words), position + _AROUND))
    capitals = [i for i in around if note.words[i][0].isupper() and len(note.words[i]) > 1]
    return not [i for i in capitals if not i or note.gap(i - 1).strip(" ") == ""]


def _told_of_a_relative(note: Note, first: int) -> bool:
    """ "wife joy, 2 kids", "brother sipho.": in a text without capitals a listed or unknown word that closes a phrase;
    and a word that is either, capitalised: "her husband Will".
    """
    word, flags = note.words[first], note.flags[first]
    if len(word) < 3 or not word.isalpha():
        return False
    if word.istitle() and not flags and len(word) == _SHORTEST:
        return True
    if word.istitle():
        return bool(flags & Known.EITHER and flags & Known.FIRST) and not note.mostly_upper
    closes = note.gap(first)[:1] in ",.);\n" or note.lowers[first + 1 : first + 2] in (["and"], ["is"], ["was"])
    if word.isupper():
        either = flags & Known.EITHER and flags & Known.FIRST and shouted(note, first)
        return bool(either) and (closes or _last_name_follows(note, first))
    if not word.islower() or not (note.mostly_lower or _in_small_letters(note, first)):
        return (
            word.islower()
            and flags & ~_NAME_AT_MOST == 0
            and bool(flags & Known.FIRST)
            and word in english("first_names")
        )
    listed = flags & Known.FIRST and (not flags & Known.ORDINARY or (flags & Known.EITHER and closes))
    acts = note.gap(first) == " " and note.lowers[first + 1] in VERBS
    unknown = not flags and (closes or acts) and len(word) > 3 and not word.endswith(("ed", "ing", "ly", "s"))
    return bool(listed) or (unknown and not is_term(word))
