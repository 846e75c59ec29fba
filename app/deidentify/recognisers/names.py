"""Names (A) by title, by degree, by list and by order; terms named after people stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.shapes import Known
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import (
    PARTICLES,
    TITLES,
    end_of,
    extend_right,
    is_eponym_use,
    is_initial,
    looks_like_name,
    term_follows,
)
from app.deidentify.span import Span

_TITLE_GAPS = frozenset({" ", ". ", ".", ".  ", "  ", "\n"})
_DEGREES = words("name_degrees")
_DEGREE_TAIL = re.compile(
    r",?\s(?:M\.?D|D\.?O|R\.?N|N\.?P|P\.?A(?:-C)?|Ph\.?D|D\.?D\.?S|MSN|BSN|LPN|FACS|LCSW|PharmD|CRNA|APRN|FNP|MBBS)\b\.?"
)


_ABBREVIATED = frozenset(("dr", "mr", "mrs", "ms", "prof"))
MAX_TITLES = 4
# Titles that are ordinary words as well.
_WORDY_TITLES = wordset(
    "father sister nurse doctor officer judge miss madam sir lord professor captain pastor senator dame"
)


class TitledNames:
    """ "Dr. Young", "Mrs de la Cruz", and "Roger C Kelly, MD"."""

    key = "names-titled"
    types = ("NAME",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for position in note.positions(tuple(TITLES)):
            first = self._first_after(note, position)
            if first is None:
                continue
            last = extend_right(note, first, lenient=True)
            yield Span(note.starts[first], end_of(note, last), "NAME", 0.9, self.key)
        yield from self._before_degree(note)

    def _first_after(self, note: Note, position: int) -> int | None:
        first = position + 1
        if first >= len(note.words) or note.gap(position) not in _TITLE_GAPS:
            return None
        # "Dr. med. Prof." and "Dr and Mrs": step over further titles.
        while note.lowers[first] in TITLES and first + 1 < len(note.words) and note.gap(first) in _TITLE_GAPS:
            first += 1
            if first - position > MAX_TITLES:
                return None
        return first if self._may_follow(note, position, first) else None

    @staticmethod
    def _may_follow(note: Note, position: int, first: int) -> bool:
        """Whether the word at `first` can be the name of who has this title."""
        title, word, lower = note.words[position], note.words[first], note.lowers[first]
        if not word[0].isalpha() or lower in TITLES:
            return False
        if title.lower() in _WORDY_TITLES and not looks_like_name(note, first):
            return False
        before = note.text[max(0, note.starts[position] - 2) : note.starts[position] - 1]
        if title.lower() == "dr" and note.gap(position) == "\n" and before.isalpha():
            return False  # the end of a street: "12 Oak Dr"
        if title == "MR" and word.isupper() and note.flags[first] & Known.CLINICAL:
            return False  # magnetic resonance of a part of the body
        if word[0].isupper():
            return not title.islower() or title in _ABBREVIATED or looks_like_name(note, first)
        named = note.flags[first] & (Known.FIRST | Known.LAST) and not note.flags[first] & Known.ORDINARY
        return title.lower() in _ABBREVIATED and (bool(named) or lower in PARTICLES)

    def _before_degree(self, note: Note) -> Iterator[Span]:
        for position in note.positions(tuple(_DEGREES)):
            if position == 0 or note.words[position].islower() or len(note.words[position]) > 6:
                continue
            if note.gap(position - 1) not in (", ", " ", ","):
                continue
            first = position - 1
            while (
                first > 0
                and position - first < 4
                and note.gap(first - 1) in (" ", ". ", "-")
                and _part(note, first - 1)
            ):
                first -= 1
            count = position - first
            if not _part(note, position - 1) or is_initial(note, position - 1):
                continue
            if count > 1 or note.gap(position - 1) == ", ":
                if all(note.flags[i] & Known.ORDINARY for i in range(first, position)):
                    continue
                if count == 1 and note.words[first].isupper() and not note.flags[first] & (Known.FIRST | Known.LAST):
                    continue  # "TWOC, PT": capitals beside capitals
                yield Span(note.starts[first], note.end(position - 1), "NAME", 0.85, self.key)


class ListedNames:
    """A listed first name with what follows it, and names written last-first."""

    key = "names-listed"
    types = ("NAME",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        taken = -1
        flags = note.flags
        for position in note.capitalised:
            if position <= taken or not flags[position] & (Known.FIRST | Known.LAST):
                continue
            found = self._reversed(note, position) or self._first_last(note, position)
            if found:
                first, last, score = found
                taken = last
                yield Span(note.starts[first], end_of(note, last), "NAME", score, self.key)
        yield from self._lower_case(note)

    def _first_last(self, note: Note, position: int) -> tuple[int, int, float] | None:
        if not note.flags[position] & Known.FIRST:
            return (position, position, 0.5) if self._lone_last(note, position) else None
        last = extend_right(note, position)
        if len(note.words[position]) < 2 or is_eponym_use(note, position, last):
            return None
        if last == position:
            return (position, last, 0.6) if self._lone_first(note, position) else None
        ordinary = note.flags[position] & Known.ORDINARY
        doubtful = ordinary and (note.mostly_upper or not self._names_follow(note, position, last))
        return None if doubtful or note.flags[position] & Known.REGION else (position, last, 0.85)

    @staticmethod
    def _lone_first(note: Note, position: int) -> bool:
        """A listed first name on its own that is nothing else the lists know, and no "Don't"."""
        word = note.words[position]
        contracted = note.lowers[position + 1 : position + 2] == ["t"] and note.gap(position) in ("'", "’")
        other = Known.ORDINARY | Known.CITY | Known.REGION | Known.EPONYM
        return not contracted and not note.flags[position] & other and len(word) > 2 and not word.isupper()

    @staticmethod
    def _lone_last(note: Note, position: int) -> bool:
        """A listed last name, capitalised inside a sentence, that is nothing else the lists know."""
        word = note.words[position]
        inside = position > 0 and note.gap(position - 1) in (" ", " (") and note.words[position - 1].islower()
        other = Known.ORDINARY | Known.EPONYM | Known.CITY | Known.TOWN | Known.REGION
        alone = inside and word.istitle() and len(word) > 4 and not note.flags[position] & other
        return alone and not term_follows(note, position)

    @staticmethod
    def _names_follow(note: Note, position: int, last: int) -> bool:
        """Whether an ordinary word that is also a name is followed by what can only be a name."""
        if _pair_of_either(note, position, last):
            return True
        if note.lowers[position] in _SENTENCE_STARTERS:
            return False
        return all(
            note.flags[i] & Known.LAST and not note.flags[i] & Known.ORDINARY for i in range(position + 1, last + 1)
        ) or (last == position + 1 and is_initial(note, last) and note.text[note.end(last) : note.end(last) + 1] == ".")

    @staticmethod
    def _reversed(note: Note, position: int) -> tuple[int, int, float] | None:
        """ "OSCAR, JOHNNY", "Smith, John A": a last name, a comma, a listed first name."""
        if position + 1 >= len(note.words) or note.gap(position) not in (", ", ","):
            return None
        nxt = position + 1
        flags = note.flags[nxt]
        if (
            not note.words[nxt][0].isupper()
            or not flags & Known.FIRST
            or flags & (Known.ORDINARY | Known.CITY | Known.REGION)
        ):
            return None
        if note.words[position].isupper() != note.words[nxt].isupper() or note.flags[position] & (
            Known.CITY | Known.ORDINARY
        ):
            return None
        capitals = note.words[position].isupper() and not note.mostly_upper
        if not (note.flags[position] & Known.LAST or capitals) or (position and note.gap(position - 1) == ", "):
            return None  # a list of first names is not one name
        last = nxt
        if last + 1 < len(note.words) and note.gap(last) == " " and is_initial(note, last + 1):
            last += 1
        return position, last, 0.8

    @staticmethod
    def _lower_case(note: Note) -> Iterator[Span]:
        """ "lena andersson": both words listed, neither an ordinary word."""
        position, count = 0, len(note.words)
        while position + 1 < count:
            first = note.flags[position] & Known.FIRST and _lower_name(note, position)
            if first and _lower_name(note, position + 1):
                last = position + 1
                if last + 1 < count and note.gap(last) == " " and _lower_name(note, last + 1):
                    last += 1
                listed = note.flags[last] & Known.LAST and note.gap(position) == " "
                if listed and not term_follows(note, last):
                    yield Span(note.starts[position], note.end(last), "NAME", 0.6, ListedNames.key)
                    position = last
            position += 1


_DOERS = words("name_doers")
_BEFORE_PERSON = wordset("by saw met called told asked with from and")
_PARTS_OF_BODY = wordset("hand foot knee kidney heart lung head hip back arm neck wall head lobe side field")


def _pair_of_either(note: Note, position: int, last: int) -> bool:
    """ "Will Young saw Grace Long": two words that are names or everyday ones, where somebody acts or is acted on."""
    if last != position + 1 or not (note.words[position].istitle() and note.words[last].istitle()):
        return False
    first_is, last_is = note.flags[position] & Known.EITHER, note.flags[last] & (Known.EITHER | Known.LAST)
    if not (first_is and last_is & Known.LAST) or note.lowers[last] in _PARTS_OF_BODY:
        return False
    behind = note.words[last + 1 : last + 3] if note.gap(last) == " " else []
    passive = behind[:1] == ["was"] and behind[1:] in (["seen"], ["admitted"], ["referred"], ["brought"])
    follows = bool(behind) and (behind[0] in _DOERS or passive)
    precedes = position > 0 and note.gap(position - 1) == " " and note.words[position - 1] in _BEFORE_PERSON
    return follows or precedes


_SENTENCE_STARTERS = words("sentence_starters")


def _lower_name(note: Note, position: int) -> bool:
    word, flags = note.words[position], note.flags[position]
    listed = flags & (Known.FIRST | Known.LAST) and not flags & Known.ORDINARY
    return bool(listed) and word.islower() and len(word) > 3


def _part(note: Note, position: int) -> bool:
    return (
        is_initial(note, position)
        or looks_like_name(note, position)
        or (note.words[position][0].isupper() and bool(note.flags[position] & (Known.FIRST | Known.LAST)))
    )
