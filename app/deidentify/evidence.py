"""Evidence, not a vote: what only looks like a name is weighed against the readings of its words and its place.

A word with an everyday or a clinical reading is a name only where its place says so (a title, a label, a signature, a
name beside it, who acts and is spoken to), and places say so through recognisers. What the looks alone propose, the
model's findings among them, must hold a word without such a reading and stand where no thing stands.
"""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from bisect import bisect_left

from app.deidentify.lexicon.endings import TERM_ENDING
from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.organisation_words import COMPANY_TAILS, CORES, HEADS, PLACEHOLDERS
from app.deidentify.lexicon.readings import people
from app.deidentify.lexicon.running_words import RUNNING
from app.deidentify.lexicon.shapes import Known, lexicon
from app.deidentify.lexicon.words import EPONYM_HEADS
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import PARTICLES, is_initial, shouted, term_follows
from app.deidentify.span import Span
from app.deidentify.things import (
    DOSE,
    GRADE,
    NAMED,
    NUMERALS,
    OF_PEOPLE,
    PLACED,
    belongs_to_a_thing,
    in_list_of_things,
    is_catheter_size,
    is_plain,
    is_term,
    is_thing_elsewhere,
    lists_results,
    noun_follows,
    speaks_medically,
    stands_as_thing,
)

_BEFORE_HOUSES = RUNNING | {"the"}
# What proposes by the looks of words alone.
BY_LOOKS = frozenset({"model", "names-listed", "unknown-capitalised", "neighbours", "same-patient"})
# Rules that believe a listed word; a thing of that name is still a thing.
_BY_LIST = frozenset({"places", "hospitals", "employers", "countries", "whole-addresses"})
_BY_EITHER = BY_LOOKS | _BY_LIST
_OF_AGE = re.compile(r"(?<!\d)\d{1,3}-year-old")
_TOLD_OF_MAKERS = frozenset({"NAME", "ORGANIZATION", "LOCATION"})
_MEASURED = re.compile(r"\d\s?(?:mL|ml|mg|mcg|cc|cm|mm|kg|%|mmHg|units?)\b|:")
_OTHER = Known.ORDINARY | Known.THING | Known.EPONYM | Known.CLINICAL
_COMMON_FIRST, _OFTEN = 0.05, 0.002
_OF_FORMS = (
    words("form_words")
    | words("relatives")
    | words("trades_and_callings")
    | wordset(
        "name named by from to cc re sister carer hca sn id present household scrub runner circulator chaperone informant historian caller family children"
    )
)
_SHORT_FORM = 5
# Words that say which kind of house it is and not which one.
_KINDS_OF_HOUSE = HEADS | CORES | wordset(
    "the a s children childrens women womens national nursing home post anesthesia anaesthesia care unit intensive recovery room"
    " local outside district state acute emergency surgical medical inpatient outpatient day rehab rehabilitation skilled facility long term"
    " genetics laboratories laboratory pediatric paediatric psychiatric centered alternative therapies medicine department of and for services"
)  # fmt: skip
_AT = wordset("at for from by with of joined left in via to")


def weighed(note: Note, spans: list[Span]) -> list[Span]:
    """The spans for which there is evidence, trimmed to the words it is for; the unlikely ones are left out."""
    kept = []
    for span in spans:
        if span.type == "ID" and _OF_AGE.search(note.text, span.start, span.end):
            continue
        if span.type in _TOLD_OF_MAKERS and belongs_to_a_thing(note, span, looks=span.recogniser in _BY_EITHER):
            continue
        if span.recogniser in BY_LOOKS:
            one = _by_looks(note, span)
            if one is not None:
                kept.append(one)
            elif span.recogniser == "model":
                note.doubted.append((span.start, span.end))
        elif not (span.recogniser in _BY_LIST and _is_listed_thing(note, span)):
            kept.append(span)
    return kept


def _by_looks(note: Note, span: Span) -> Span | None:  # noqa: PLR0911 (one way out per reason)
    first, last = bisect_left(note.starts, span.start), bisect_left(note.starts, span.end) - 1
    if first > last or note.starts[first] >= span.end:
        return None
    if span.type == "NAME" and _is_plainly_named(note, first, last, span):
        return span
    if (
        span.type in ("LOCATION", "ORGANIZATION")
        and speaks_medically(note)
        and _MEASURED.search(note.text, span.start, span.end)
    ):
        return None
    if span.type == "NAME" and _two_that_are_either(note, first, last, span):
        return span
    if (
        span.type == "LOCATION"
        and span.recogniser == "model"
        and speaks_medically(note)
        and lists_results(note, first, last)
    ):
        return None
    first, last = _trimmed(note, first, last, span)
    if first > last or not _has_evidence(note, first, last, span):
        return None
    start = max(span.start, note.starts[first]) if first else span.start
    end = note.end(last)
    tail = note.text[end : end + 1]
    end = end + 1 if tail == "." and is_initial(note, last) and end < span.end else min(end, max(span.end, end))
    return Span(start, end, span.type, span.score, span.recogniser, _is_certain(note, first, last, span))


def _is_plainly_named(note: Note, first: int, last: int, span: Span) -> bool:
    """Listed names without another reading beside each other, or one carried over: nothing is to be weighed."""
    if last == first and span.recogniser != "same-patient":
        return False
    flags = note.flags
    return all(flags[i] & NAMED and not flags[i] & _OTHER for i in range(first, last + 1)) and not term_follows(
        note, last
    )


def _trimmed(note: Note, first: int, last: int, span: Span) -> tuple[int, int]:
    """Without plain words at the edges; an organisation keeps the words that make it one."""
    if span.type != "NAME":
        while first <= last and note.lowers[first] in _BEFORE_HOUSES:
            first += 1
        small = span.type == "LOCATION" and speaks_medically(note)
        while first <= last and small and note.words[last].islower() and is_plain(note, last):
            last -= 1
        return first, last
    while first <= last and _falls_off(note, first, following=first + 1 <= last):
        first += 1
    while first <= last and _falls_off(note, last, following=False, preceded=last - 1 >= first):
        last -= 1
    return first, last


def _falls_off(note: Note, position: int, *, following: bool, preceded: bool = False) -> bool:
    word, flags = note.words[position], note.flags[position]
    if not word[0].isalpha():
        return True
    if is_initial(note, position) and (preceded or following):
        return False
    if not flags & Known.ORDINARY or note.lowers[position] in PARTICLES:
        return False
    beside = (following and _is_proper(note, position + 1)) or (preceded and _is_proper(note, position - 1))
    if preceded and word.istitle() and not flags & Known.MEDICAL and note.lowers[position] not in OF_PEOPLE:
        before = position - 1
        first_name = note.flags[before] & Known.FIRST and not is_plain(note, before) and note.words[before].istitle()
        if first_name or is_initial(note, before) or note.lowers[before] in PARTICLES:
            return False
    return not (beside and flags & Known.EITHER and word[0].isupper())


def _is_proper(note: Note, position: int) -> bool:
    """A word without another reading that is no term by its ending."""
    word = note.words[position]
    if not word[0].isalpha() or is_plain(note, position) or _is_plural_of_thing(note, position):
        return False
    return bool(note.flags[position] & (NAMED | PLACED)) or not is_term(note.lowers[position])


def _is_plural_of_thing(note: Note, position: int) -> bool:
    """ "Babcocks", "Barretts": an instrument or sign with an s nobody marks."""
    lower = note.lowers[position]
    stem = lexicon().get(lower[:-1], 0) if lower.endswith("s") and not note.flags[position] & NAMED else 0
    return bool(stem & (Known.THING | Known.EPONYM))


def _has_evidence(note: Note, first: int, last: int, span: Span) -> bool:
    proper = [i for i in range(first, last + 1) if _is_proper(note, i) and len(note.words[i]) > 1]
    if span.type == "ORGANIZATION":
        return _is_house(note, first, last, proper, span)
    if not proper:
        either = _two_that_are_either(note, first, last, span) or _is_either_inside(note, first, last, span)
        return either or _is_full_name(note, first, last) or _is_park(note, first, last, span)
    if not speaks_medically(note):
        return not is_thing_elsewhere(note, first, last)
    if _is_lone_thing(note, first, last, proper, span) or is_catheter_size(note, first):
        return False
    if _is_full_name(note, first, last):
        term = is_plain(note, first) and note.gap(last) == " " and noun_follows(note, last)
        return not term and not DOSE.match(note.text, note.end(last))
    return not _is_placed_as_thing(note, first, last, proper, span) and _is_written_as_name(
        note, first, last, proper, span
    )


def _is_park(note: Note, first: int, last: int, span: Span) -> bool:
    """ "in Hollow Rock Park": everyday words, capitalised, behind a word of place."""
    before = note.lowers[first - 1] if first else ""
    if span.type != "LOCATION" or last == first or before not in ("in", "at", "near", "from"):
        return False
    things = Known.MEDICAL | Known.THING
    return all(note.words[i].istitle() and not note.flags[i] & things for i in range(first, last + 1))


def _stands_as_place(note: Note, first: int, span: Span) -> bool:
    """ "via Freetown and Casablanca": behind a word of place, or joined to a town."""
    before = note.lowers[first - 1] if first and note.gap(first - 1) == " " else ""
    joined = before == "and" and first > 1 and bool(note.flags[first - 2] & PLACED)
    return span.type == "LOCATION" and not note.flags[first] & Known.THING and (joined or before in ("via", "near"))


def _is_placed_as_thing(note: Note, first: int, last: int, proper: list[int], span: Span) -> bool:
    if _behind_a_label(note, first, last) or _said_in_lower_case(note, proper):
        return True
    if _stands_as_place(note, first, span):
        return False
    return stands_as_thing(note, first, last) or in_list_of_things(note, first, last)


def _is_written_as_name(note: Note, first: int, last: int, proper: list[int], span: Span) -> bool:
    """Small letters among capitals are no name on the model's word; in capitals a list must hold it."""
    carried = span.recogniser == "same-patient" and note.flags[first] & NAMED
    if first == last and _is_coined(note, first) and not carried:
        return False
    small = [i for i in proper if note.words[i].islower()]
    town = first and note.lowers[first - 1] in _AT and any(note.flags[i] & PLACED for i in proper)
    if span.recogniser == "model" and not note.mostly_lower and len(small) == len(proper) and not town:
        return False
    if small and span.recogniser != "model" and not any(note.flags[i] & (NAMED | PLACED) for i in proper):
        return False
    if all(note.words[i].isupper() and len(note.words[i]) > 1 for i in proper) and shouted(note, proper[0]):
        return any(note.flags[i] & NAMED and not note.flags[i] & Known.THING for i in proper)
    return True


def _is_common_first(note: Note, position: int) -> bool:
    """A first name that many bear, that is no word and gave no thing its name."""
    other = note.flags[position] & (Known.ORDINARY | Known.THING | Known.EPONYM)
    return not other and people().get(note.lowers[position], (0.0, 0.0))[0] >= _OFTEN


def _behind_a_label(note: Note, first: int, last: int) -> bool:
    """ "Position: Lloyd-Davies", "Imp: Vasovagal": what stands behind the label of a finding is one."""
    if not first or ":" not in note.gap(first - 1) or note.lowers[first - 1] in _OF_FORMS:
        return False
    if _is_common_first(note, first):
        return False
    return first == last or note.gap(first) == "-"


def _is_coined(note: Note, position: int) -> bool:
    """ "KUB", "EuroSCORE", "HITTs": a short form among small letters, or capitals inside a word, alone."""
    word = note.words[position]
    if word.isupper():
        if not note.flags[position] & NAMED:
            return True
        return not note.mostly_upper and len(word) <= _SHORT_FORM
    inner = any(c.isupper() for c in word[1:])
    return (
        inner
        and not note.flags[position] & NAMED
        and not word.startswith(("Mc", "Mac", "De", "Di", "La", "Le", "Van", "O"))
    )


def _is_full_name(note: Note, first: int, last: int) -> bool:
    """A first name with a last name or initial beside it, which are not both an instrument's: "Mary Smith", "John P."."""
    if first == last or note.gap(first) not in (" ", "  ") or not note.flags[first] & Known.FIRST:
        return False
    initial = is_initial(note, last) and note.text[note.end(last) : note.end(last) + 2] in (".,", ".)", ".;")
    if is_plain(note, first) and not (note.flags[first] & Known.EITHER and (_is_proper(note, first + 1) or initial)):
        return False
    if not note.words[first].istitle() or note.lowers[last] in NUMERALS:
        return False
    if is_initial(note, last) and speaks_medically(note):
        stop = note.text[note.end(last) : note.end(last) + 1] == "."
        common = people().get(note.lowers[first], (0.0, 0.0))[0] >= _COMMON_FIRST
        if (note.flags[first] & (Known.THING | Known.EPONYM) and not initial) or not (stop or common):
            return False
    listed = is_initial(note, last) or (note.flags[last] & NAMED and note.words[last].istitle())
    often = people().get(note.lowers[first], (0.0, 0.0))[0] >= _OFTEN and not note.flags[first] & Known.THING
    unlisted = note.words[last].istitle() and not is_plain(note, last) and not TERM_ENDING.search(note.lowers[last])
    listed = listed or (often and unlisted)
    return bool(listed) and not (
        note.flags[first] & Known.THING and note.flags[last] & Known.THING and in_list_of_things(note, first, last)
    )


def _is_lone_thing(note: Note, first: int, last: int, proper: list[int], span: Span) -> bool:
    """A word that names instruments or scores and that few people are called, alone or joined to another such."""
    if span.recogniser == "same-patient" or last - first > 1:
        return False
    if span.type == "LOCATION" and first and note.lowers[first - 1] in _AT:
        return False
    joined = first == last or note.gap(first) == "-"
    return joined and all(note.flags[i] & Known.THING and _is_rare(note.lowers[i], joined=first < last) for i in proper)


def _is_rare(word: str, *, joined: bool) -> bool:
    return max(people().get(word, (0.0, 0.0))) < (0.5 if joined else 0.05)


def _is_house(note: Note, first: int, last: int, proper: list[int], span: Span) -> bool:
    """An organisation needs a word of its own; everyday words alone only as a firm's or school's name in its place."""
    if not speaks_medically(note):
        return True
    house = any(
        note.lowers[i] in HEADS or note.lowers[i] in CORES or note.lowers[i] in COMPANY_TAILS
        for i in range(first, last + 1)
    )
    if proper and not house:
        term = note.lowers[last] in EPONYM_HEADS or stands_as_thing(note, first, last)
        coined = (
            first == last and _is_coined(note, first) and note.lowers[first - 1 : first] not in [[word] for word in _AT]
        )
        return not (term or coined or _said_in_lower_case(note, proper) or in_list_of_things(note, first, last))
    if proper:
        return not _said_in_lower_case(note, proper)
    own = [
        i
        for i in range(first, last + 1)
        if note.words[i].istitle() and note.lowers[i] not in _KINDS_OF_HOUSE and not note.flags[i] & Known.MEDICAL
    ]
    several = sum(note.words[i].istitle() for i in range(first, last + 1)) > 1
    before = note.lowers[first - 1] if first else ""
    tail = note.lowers[last] in COMPANY_TAILS
    return several and bool(own) and (tail or before in _AT or (house and len(own) > 1))


def _two_that_are_either(note: Note, first: int, last: int, span: Span) -> bool:
    """ "Will Young": two capitalised words beside each other that people are called by, first and last."""
    if last != first + 1 or note.gap(first) != " " or span.type != "NAME":
        return False
    capital = note.words[first].istitle() and note.words[last].istitle()
    either = note.flags[first] & Known.EITHER and note.flags[last] & Known.EITHER
    order = note.flags[first] & Known.FIRST and note.flags[last] & Known.LAST
    return bool(capital and either and order) and not stands_as_thing(note, first, last)


def _is_either_inside(note: Note, first: int, last: int, span: Span) -> bool:
    """A capitalised word inside a sentence that does not speak of care: "She named him Frank"."""
    inside = first > 0 and note.gap(first - 1) == " " and note.words[first - 1].islower()
    either = note.flags[first] & Known.EITHER and note.flags[first] & NAMED and note.words[first].istitle()
    return span.type == "NAME" and first == last and inside and bool(either) and not speaks_medically(note)


def _said_in_lower_case(note: Note, proper: list[int]) -> bool:
    """A capitalised word that the same text writes small elsewhere is a word of it."""
    if note.mostly_lower:
        return False
    return any(
        note.words[i][0].isupper() and any(note.words[p].islower() for p in note.index[note.lowers[i]])
        for i in proper
        if not note.flags[i] & NAMED
    )


def _is_listed_thing(note: Note, span: Span) -> bool:  # noqa: PLR0911 (one way out per reason)
    """ "Ottawa negative", "Prague C2M4": a listed place that gave a score or sign the name; or no more than kinds of houses."""
    first, last = bisect_left(note.starts, span.start), bisect_left(note.starts, span.end) - 1
    if first > last:
        return False
    if any(note.lowers[i] in PLACEHOLDERS for i in range(first, last + 1)):
        return span.recogniser != "places"
    if span.type == "ORGANIZATION" and note.lowers[last] == "system" and speaks_medically(note):
        return not any(note.flags[i] & PLACED for i in range(first, last + 1)) and last - first == 1
    if span.type == "ORGANIZATION":
        return speaks_medically(note) and all(note.lowers[i] in _KINDS_OF_HOUSE for i in range(first, last + 1))
    if span.recogniser == "whole-addresses":
        return False
    while last > first and not note.flags[last] & Known.THING:
        last -= 1
    if last - first > 1 or not all(note.flags[i] & Known.THING for i in range(first, last + 1)):
        return False
    before = note.lowers[first - 1] if first else ""
    if before in _AT:
        return False
    after = note.text[note.end(last) : note.end(last) + 14]
    told = re.match(r"\s(?:negative|positive|met|criteria|severe|low|high|C\d\w*)\b", after)
    return bool(told or GRADE.match(note.text, note.end(last)) or noun_follows(note, last))


def _is_certain(note: Note, first: int, last: int, span: Span) -> bool:
    """Whether the lists stand behind it too: a first name with another name beside it, or a carried-over name."""
    if span.recogniser == "same-patient":
        return True
    named = [i for i in range(first, last + 1) if note.flags[i] & NAMED and not is_plain(note, i)]
    if span.type != "NAME":
        return any(note.flags[i] & PLACED for i in range(first, last + 1)) or last > first
    return (
        len(named) > 1
        or (len(named) == 1 and last > first)
        or (len(named) == 1 and not note.flags[named[0]] & (Known.THING | PLACED | Known.EPONYM))
    )
