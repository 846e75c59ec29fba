"""Names (A) that are words as well, where the place shows a person: who acts, is spoken to, stands in apposition."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.readings import people
from app.deidentify.lexicon.running_words import RUNNING
from app.deidentify.lexicon.shapes import Known
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import end_of, extend_right, term_follows
from app.deidentify.recognisers.people import (
    FUNCTION,
    MAYBE,
    PERSONS,
    ROLES,
    STATES,
    TO_PEOPLE,
    VERBS,
    is_called,
    noun_behind,
    opens,
    with_last_name,
    with_others,
)
from app.deidentify.span import Span
from app.deidentify.things import is_term

_JOINED = {
    "to": wordset(
        "spoke spoken talk talked speak given handed listened explained married related reported sent said introduced message"
    ),
    "with": wordset(
        "discussed agreed reviewed met spoke lives lived live interview conducted seen together home staying stays case plan left"
    ),
    "by": wordset(
        "seen reviewed taken done examined referred brought booked reported cancelled counselled cared signed written dictated"
        " checked entered performed placed removed inserted led ordered assisted accompanied recorded transcribed advised"
    ),
    "from": wordset("handover taken report call letter consent message word heard history"),
    "of": wordset("family mother father opinion parents son daughter care carer"),
    "for": wordset("message left care caring"),
}
_SPEAKS = frozenset(_JOINED) | TO_PEOPLE | {"given", "gave", "handed"}
_REACH = 4
_AGED = re.compile(r"(?: is)? an? \d{1,3}[- ](?:year|yr|month|week|day|y)|, \d{1,2}(?:[,.]| ?[MFy])| is (?:in the|up to date)\b| has (?:capacity|asthma|been|lost)\b"
                   r"| is (?:aged )?\d{1,3}\b| would (?:like|rather|prefer)\b| and (?:his|her) (?:wife|husband|partner|mother|father|son|daughter)\b")  # fmt: skip
_YEAR_OLD = re.compile(r" is an? (?:\w+ )?\d{1,3}[- ](?:year|yr|month|week|day|y)")
_WENT = re.compile(
    r" (?:went|goes|returned|was moved|was transferred|was sent) (?:back )?(?:to|home)\b(?: (?:theatre|the ward|the clinic|clinic|work|school|rehabilitation|bed))?"
)
_SAW = re.compile(
    r" (?:reviewed|saw|examined|assessed) (?:the (?:patient|wound|films)|her|him|pt)\b| presented with\b| returned to the (?:ward|clinic)\b"
)
_PRONOUN = re.compile(r"[^.\n;:]{0,60}\b(?:he|she|his|her|him|himself|herself)\b")
# What is more often a state of mind or body than somebody: there a pronoun nearby proves nothing.
_ABSTRACT = wordset(
    "faith hope joy love grace charity chance power storm summer dawn art precious happy melody early long case"
)
_AGE_BEHIND = re.compile(r",? \(?\d{1,2}(?=[,.;)\n]|$)")
_SHORT_TEXT, _SHORTEST, _TWO = 40, 3, 2
# What things do as well: there the sentence must speak of somebody.
_OF_THINGS_TOO = wordset(
    "remains left returned started stopped settled keeps kept takes took works worked reported describes described fell uses"
    " brought brings tolerated joined lay stood sat admits admitted"
)
_PAIR_ACTS = re.compile(
    r" (?:called|seen|is the (?:patient|wife|mother|father|husband)|was (?:seen|admitted|referred|told)|has|denies|reports|says|attended)\b|, \d{1,3}\b(?!\s?mg)|, (?:RN|MD|DO|NP|HCA)\b"
)


def _is_pair(note: Note, position: int) -> bool:
    """ "May Long called", "Rose Hill is the patient", "Grant White, 44": two words people are called by, and somebody meant."""
    nxt = position + 1
    if nxt >= len(note.words) or note.gap(position) != " " or not note.words[nxt].istitle() or note.mostly_upper:
        return False
    first, last = people().get(note.lowers[position], (0.0, 0.0))[0], people().get(note.lowers[nxt], (0.0, 0.0))[1]
    if first < 0.002 or last < 0.004 or not note.flags[position] & Known.ORDINARY:
        return False
    role = (
        position > 0
        and note.lowers[position - 1] in ("pt", "patient", "rn", "nurse", "sn")
        and note.gap(position - 1) == " "
    )
    return role or bool(_PAIR_ACTS.match(note.text, note.end(nxt)))


def _is_next_with_age(note: Note, position: int) -> bool:
    """ "Zofia, 14 and Max, 11": joined to somebody with an age, with an age."""
    age = note.words[position - 2] if position > 2 else ""
    named = position > 2 and note.words[position - 3].istitle() and note.gap(position - 3) in (", ", " (", " ")
    if not (named and age.isdigit() and len(age) < 3 and is_called(note, position)):
        return False
    return bool(_AGE_BEHIND.match(note.text, note.end(position)))


def _in_apposition(note: Note, position: int) -> bool:
    """ "The resident, Cross, removed", "Social worker Summer has", "Nephrology (Marsh)"."""
    if position < 1 or not is_called(note, position) or note.mostly_upper:
        return False
    before, gap = note.lowers[position - 1], note.gap(position - 1)
    after = note.gap(with_last_name(note, position))[:1]
    if gap == " (" and after == ")":
        return before.endswith(("ology", "surgery", "medicine", "team")) or before in PERSONS
    if before not in PERSONS or (note.words[position - 1].isupper() and len(before) < 3):
        return False
    if gap == ", ":
        return after in (",", ".") and note.words[position - 1].islower()
    return gap == " " and before in ("worker",) and not noun_behind(note, position)


def _was_with_people(note: Note, last: int) -> bool:
    """ "was seen in clinic", "was referred by her doctor", "is keen": said of people; a stone "was seen in the ureter"."""
    following = note.lowers[last + 1 : last + 5]
    if len(following) < 2 or following[0] not in ("was", "is", "were", "has", "remains") or note.gap(last) != " ":
        return False
    state, link = following[1], following[2] if len(following) > 2 else ""
    if state == "seen":
        return link in ("in", "by", "today", "on", "at", "with") and (link != "in" or following[3:4] == ["clinic"])
    if state in ("referred", "transferred", "brought", "admitted", "readmitted"):
        return link in ("by", "from", "under", "with", "in", "overnight", "today") or following[3:4] in (
            ["hospital"],
            ["rehabilitation"],
            ["theatre"],
        )
    return state in STATES


class NamesInPlace:
    """Names that are words as well, where somebody acts, is spoken to or stands in apposition."""

    key = "names-in-place"
    types = ("NAME",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        words, flags = note.words, note.flags
        for position in note.capitalised:
            word = words[position]
            if len(word) < _SHORTEST or not word.istitle():
                continue
            if flags[position] & MAYBE:
                if self._is_told(note, position):
                    yield from with_others(note, self.key, position)
            elif (
                self._unknown_acts(note, position)
                or self._unknown_met(note, position)
                or self._unknown_in_brackets(note, position)
            ):
                last = extend_right(note, position)
                yield Span(note.starts[position], end_of(note, last), "NAME", 0.6, self.key, certain=False)

    def _is_told(self, note: Note, position: int) -> bool:
        """Whether a place tells a person; the cheap questions first, since every capital is asked."""
        before = note.lowers[position - 1] if position else ""
        if before in _SPEAKS and self._is_spoken_to(note, position):
            return True
        if (before in PERSONS or note.gaps[position - 1] == " (") and _in_apposition(note, position):
            return True
        if note.flags[position] & Known.ORDINARY and note.gaps[position] == " " and _is_pair(note, position):
            return True
        if before == "and" and _is_next_with_age(note, position):
            return True
        return opens(note, position) and self._acts(note, position)

    @staticmethod
    def _acts(note: Note, position: int) -> bool:  # noqa: PLR0911 (one way out per reason)
        """At the start of a sentence, what only a person does or is: "Grace declined", "Hope is a 4-year-old"."""
        if note.gap(position)[:1] not in (" ", ","):
            return False
        last = with_last_name(note, position)
        text, end = note.text, note.end(last)
        if (
            note.lowers[position] in FUNCTION
            or note.lowers[position] in ROLES
            or note.lowers[position] in RUNNING - {"will"}
        ):
            return False
        if not is_called(note, position) and last == position:
            return not note.flags[position] & Known.CLINICAL and bool(_YEAR_OLD.match(text, end))
        following = note.lowers[last + 1] if last + 1 < len(note.words) else ""
        lower = note.lowers[position]
        first_name = people().get(lower, (0.0, 0.0))[0] >= 0.005 and lower not in _ABSTRACT
        name_first = not note.flags[position] & Known.ORDINARY
        if (first_name or name_first or people().get(lower, (0.0, 0.0))[1] >= 0.02) and _SAW.match(text, end):
            return True
        if (
            note.words[last + 1 : last + 2]
            and note.words[last + 1].islower()
            and following in VERBS
            and note.gap(last) == " "
        ):
            per = note.lowers[last + 2 : last + 3] in (["per"], ["by"])
            return not per and (
                first_name or name_first or following not in _OF_THINGS_TOO or bool(_PRONOUN.match(text, end))
            )
        if _AGED.match(text, end) or _was_with_people(note, last):
            return True
        went = _WENT.match(text, end)
        if went and (first_name or went.group().split()[-1] not in ("to",)):
            return True
        return (
            first_name
            and following in ("has", "had", "is", "was", "reviewed", "saw", "informed", "called")
            and bool(_PRONOUN.match(text, end))
        )

    @staticmethod
    def _unknown_in_brackets(note: Note, position: int) -> bool:
        """ "cards fellow (Abhishek)": alone in brackets behind a role."""
        alone = position > 0 and note.gaps[position - 1] == " (" and note.gaps[position][:1] == ")"
        return alone and note.lowers[position - 1] in PERSONS and not is_term(note.lowers[position])

    @staticmethod
    def _unknown_met(note: Note, position: int) -> bool:
        """A word no list knows behind what is said, given or done to or by people: "seen with Vashkoreth"."""
        if note.flags[position] or position < _TWO or is_term(note.lowers[position]) or note.mostly_upper:
            return False
        before = note.lowers[position - 1]
        verbs = _JOINED.get(before)
        if verbs is None or note.gaps[position - 1] != " " or note.words[position - 1][0].isupper():
            return False
        return note.lowers[position - 2] in verbs - {"together", "taken", "case"} and not noun_behind(note, position)

    @staticmethod
    def _unknown_acts(note: Note, position: int) -> bool:
        """A word no list knows that opens a sentence and does what only people do, or comes from a place."""
        if (
            note.flags[position]
            or note.gaps[position] != " "
            or position + 2 >= len(note.words)
            or not opens(note, position)
        ):
            return False
        if is_term(note.lowers[position]) or note.mostly_upper:
            return False
        following = note.lowers[position + 1]
        if following == "from":
            return bool(note.words[position + 2].istitle()) and len(note.words) < _SHORT_TEXT
        if following in VERBS and following not in _OF_THINGS_TOO and note.words[position + 1].islower():
            return True
        return bool(_YEAR_OLD.match(note.text, note.end(position)))

    @staticmethod
    def _is_spoken_to(note: Note, position: int) -> bool:
        """Inside a sentence, whom something is said, given or done to or by: "told Rusty", "reviewed by Bishop"."""
        if position < 1 or note.gap(position - 1) != " " or note.mostly_upper or not is_called(note, position):
            return False
        before = note.lowers[position - 1]
        if note.words[position - 1].isupper() or term_follows(note, position) or noun_behind(note, position):
            return False
        given = before in ("given", "gave", "handed") and note.lowers[position + 1 : position + 2] in (["his"], ["her"])
        if before in TO_PEOPLE or given:
            return True
        verbs = _JOINED.get(before)
        if before == "to" and note.lowers[position - 2 : position - 1] == ["according"]:
            return True
        if verbs is None or note.words[position - 1][0].isupper():
            return False
        around = {note.lowers[i] for i in range(max(0, position - 1 - _REACH), position - 1)}
        return bool(around & verbs)
