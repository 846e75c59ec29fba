"""Cities and towns (B): large ones on sight, small or unknown ones beside words that say so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.places import STATE_CODES, large_cities
from app.deidentify.lexicon.shapes import Known, lexicon
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import is_eponym_use, is_running
from app.deidentify.span import Span
from app.deidentify.things import is_term

# After one of these and a preposition, a capitalised word no list knows is believed to be a place.
_CUES = words("town_cues")
_LINKS = ("in", "to", "from", "of", "near", "at", "up", "outside", "around", "is", "back", "on", "a", "trip")
_WEAK = frozenset(["in", "from", "near", "to", "at", "outside"])
# What people call some large cities.
_SHORT_FORMS = wordset("nyc fran philly vegas nola frisco dfw slc bronx indy cincy la sf dc kc stl")
_SHORT = ("vill", "dist", "po")
MAX_WORDS = 4
# State codes that are words, degrees or tests as well.
_WORDY_CODES = frozenset(["OR", "IN", "ME", "PA", "MD", "AP", "MS", "MA", "CT", "AL", "DE", "LA", "HI", "ID", "CO"])
# Openings of German and Austrian place names; "Bad" is a spa.
_PLACE_OPENINGS = frozenset(["Bad", "Sankt"])
# What only people do in, to or from a place.
_HOME_CUES = wordset("lives live lived living resides resided residing moved relocated raised hails native born")


# From a place somebody calls, or comes by plane or car.
_CALL_CUES = wordset("phoned called rang calling flew drove arrived travelled traveled originally visiting")


class PlaceNames:
    key = "places"
    types = ("LOCATION",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        taken = -1
        for position in note.capitalised:
            if position <= taken:
                continue
            last, score = self._listed(note, position)
            if last is None:
                last, score = self._in_context(note, position)
            if last is None:
                last, score = _told_of(note, position)
            if last is None or self._is_no_place(note, position, last):
                continue
            taken = last = _with_state(note, last)
            yield Span(note.starts[position], note.end(last), "LOCATION", score, self.key)
        yield from self._lower_case(note)

    def _lower_case(self, note: Note) -> Iterator[Span]:
        """ "lives in albany"; in a text without capitals "phoned from tulsa" and "springfield il", too."""
        known = lexicon()
        for position in note.positions(tuple(_WEAK)):
            first = position + 1
            if first >= len(note.words) or note.gap(position) != " " or not note.words[first].islower():
                continue
            cue = note.lowers[position - 1] if position else ""
            if not note.mostly_lower and cue not in _HOME_CUES | _CALL_CUES:
                continue
            if cue in _HOME_CUES and _unknown_home(note, first):
                yield Span(note.starts[first], note.end(first), "LOCATION", 0.6, self.key)
                continue
            for last in (first + 2, first + 1, first):
                if last >= len(note.words) or any(note.gap(i) != " " for i in range(first, last)):
                    continue
                flags = known.get(note.text[note.starts[first] : note.end(last)].lower(), 0)
                plain = flags & (Known.ORDINARY | Known.REGION | Known.EPONYM | (Known.FIRST if first == last else 0))
                if flags & (Known.CITY | Known.TOWN) and not plain and len(note.words[first]) > 3:
                    end = note.end(last + _lower_state(note, last))
                    yield Span(note.starts[first], end, "LOCATION", 0.6, self.key)
                    break

    @staticmethod
    def _is_no_place(note: Note, position: int, last: int) -> bool:
        """A term or society named after a place, unless a state follows: "Boston, MA"."""
        told = _state_follows(note, last) and note.flags[position] & Known.CITY
        return _heads_a_name(note, last) or (not told and is_eponym_use(note, position, last))

    @staticmethod
    def _listed(note: Note, position: int) -> tuple[int | None, float]:
        """The longest large city that begins here."""
        known = lexicon()
        longest = min(position + MAX_WORDS, len(note.words)) - 1 if note.lowers[position] in _city_heads() else position
        for last in range(longest, position, -1):
            gaps = {note.gap(i) for i in range(position, last)}
            if gaps <= {" ", ". ", "-"}:
                flags = known.get(note.text[note.starts[position] : note.end(last)].lower(), 0)
                if flags & Known.CITY:
                    return last, 0.8
        flags = note.flags[position]
        before = note.lowers[position - 1] if position else ""
        if note.lowers[position] in _SHORT_FORMS and before in (*_WEAK, "the", "our", "of"):
            atrium = note.lowers[position] == "la" and note.lowers[position - 2 : position - 1] not in [
                [cue] for cue in _HOME_CUES
            ]
            return (None, 0.0) if atrium else (position, 0.7)
        if flags & Known.CITY and not flags & (Known.ORDINARY | Known.EPONYM) and len(note.words[position]) > 3:
            if flags & (Known.FIRST | Known.LAST) and before not in _WEAK and not _state_follows(note, position):
                return None, 0.0
            return position, 0.7
        if flags & Known.TOWN and not flags & Known.ORDINARY and before in _WEAK and len(note.words[position]) > 4:
            return position, 0.5
        return None, 0.0

    @staticmethod
    def _in_context(note: Note, position: int) -> tuple[int | None, float]:
        """A capitalised word after "lives in", or before a state code; a spa: "Bad Homburg"."""
        flags = note.flags[position]
        if note.words[position] in _PLACE_OPENINGS and note.gap(position) == " " and _spa(note, position + 1):
            return position + 1, 0.7
        home = position > 1 and note.lowers[position - 2] in _HOME_CUES and note.lowers[position - 1] in _WEAK
        town = home and flags & (Known.TOWN | Known.CITY) and note.words[position].istitle()
        if (flags & (Known.ORDINARY | Known.REGION) and not town) or len(note.words[position]) < 3:
            return None, 0.0
        last = position
        while (
            last + 1 < len(note.words) and last - position < 2 and note.gap(last) == " " and _place_word(note, last + 1)
        ):
            last += 1
        if _state_follows(note, last) and note.words[position][0].isupper():
            return last, 0.7
        before = position - 1
        while before >= 0 and position - before <= 3 and note.lowers[before] in _LINKS and note.gap(before) == " ":
            before -= 1
        cue = before >= 0 and before < position - 1 and note.lowers[before] in _CUES and note.gap(before) == " "
        labelled = (
            position
            and note.lowers[position - 1]
            in ("city", "town", "hometown", "county", "vill", "village", "dist", "district", "po", "birthplace")
            and note.gap(position - 1).strip() in (":", ".", ". ", "")
            and (note.gap(position - 1) != " " or note.lowers[position - 1] in _SHORT)
        )
        return (last, 0.65) if cue or labelled else (None, 0.0)


@lru_cache(maxsize=1)
def _city_heads() -> frozenset[str]:
    """First words of the large cities of several words."""
    return frozenset(c.replace("-", " ").replace(".", " ").split()[0] for c in large_cities() if " " in c or "-" in c)


def _heads_a_name(note: Note, last: int) -> bool:
    """ "New York Heart Association": a society's class or scale, not a place."""
    return note.lowers[last + 1 : last + 3] == ["heart", "association"]


def _told_of(note: Note, position: int) -> tuple[int | None, float]:
    """ "the home city X", "Where: X", "flew to X on", "originally from X", "University of X"."""
    text, start = note.text, note.starts[position]
    if not _TOLD.search(text, max(0, start - 34), start):
        return None, 0.0
    last = position
    while last + 1 < len(note.words) and last - position < MAX_WORDS and note.gap(last) in (" ", "-", "' ", "’ "):
        nxt = last + 1
        carries = note.words[nxt][0].isupper() and not is_running(note, nxt)
        particle = note.lowers[nxt] in _PARTICLES and note.words[nxt + 1 : nxt + 2] != []
        if not carries and not (particle and note.words[nxt + 1][0].isupper()):
            break
        last = nxt
    while last > position and note.lowers[last] in ("country", "club", "airport", "on", "in"):
        last -= 1
    things = any(note.flags[i] & (Known.MEDICAL | Known.REGION) for i in range(position, last + 1))
    return (None, 0.0) if things or is_running(note, position) or len(note.words[position]) < 3 else (last, 0.6)


_TOLD = re.compile(
    r"(?:\bhome ?(?:city|town)|\b[Ww]here:|\b(?:flew|fly|flying|moved here|coming) (?:to|from|in from)"
    r"|\boriginally from"
    r"|\b[Uu]niversity of|\bI'm in) $"
)
_PARTICLES = wordset("de del la nad am an der of sur upon los las di do da")


def _unknown_home(note: Note, position: int) -> bool:
    """ "moved from ketchikan": what no list knows, where only a place stands."""
    word = note.words[position]
    unknown = not note.flags[position] & ~(Known.FIRST | Known.LAST) and word.isalpha() and len(word) > 4
    return unknown and note.mostly_lower and not is_term(word) and not word.endswith(("ed", "ing", "ly", "tion"))


def _spa(note: Note, position: int) -> bool:
    if position >= len(note.words) or not note.words[position].istitle():
        return False
    led = position > 1 and note.lowers[position - 2] in _WEAK
    return led or _place_word(note, position)


def _lower_state(note: Note, last: int) -> int:
    """1 where a state code in lower case follows: "springfield il"."""
    following = last + 1
    if following >= len(note.words) or note.gap(last) not in (" ", ", ") or not note.words[following].islower():
        return 0
    code = note.words[following].upper()
    return int(code in STATE_CODES and code not in _WORDY_CODES)


def _place_word(note: Note, position: int) -> bool:
    return (
        note.words[position][0].isupper()
        and not note.flags[position] & (Known.ORDINARY | Known.REGION)
        and len(note.words[position]) > 2
    )


def _state_follows(note: Note, position: int) -> bool:
    following = position + 1
    return (
        following < len(note.words)
        and note.words[following] in STATE_CODES
        and note.gap(position) in (", ", " ", ",")
        and (note.gap(position) != " " or note.words[following] not in _WORDY_CODES)
    )


def _with_state(note: Note, last: int) -> int:
    """Takes a state and a ZIP behind a city along: together they are one address."""
    if _state_follows(note, last):
        last += 1
        word = note.words[last + 1] if last + 1 < len(note.words) else ""
        if len(word) == 5 and word.isdigit() and note.gap(last) in (" ", ", ", "  "):
            last += 1
    return last
