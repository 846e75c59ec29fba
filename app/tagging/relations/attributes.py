"""What belongs to a drug, a test or a problem: dose, route, …, value, place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from app.tagging.entities.lexicon import CLASSES, MODIFIER
from app.tagging.relations.cues import words_for
from app.tagging.relations.frame import Frame

AttributeLink = tuple[str, int, int]  # relation type, head, tail

_OF_DRUG = {
    "DOSE": "has_dose",
    "ROUTE": "has_route",
    "FREQUENCY": "has_frequency",
    "DURATION": "has_duration",
    "FORM": "has_form",
}
DRUGS = frozenset({"MEDICATION"})
PROBLEMS = frozenset({"PROBLEM", "SYMPTOM"})
TESTS = frozenset({"LAB_TEST", "VITAL_SIGN"})
EXAMINED = TESTS | {"PROCEDURE"}
ANATOMY = frozenset({"ANATOMY"})
_REACH = 18  # tokens between a drug and its attribute
_AMOUNT_OF = frozenset({"of", "dose", "total", "oral", "iv", "intravenous"})
_FOR = frozenset({"for", "(", "against", "to"})
_NEW_CLAUSE = frozenset(
    {
        ";", "but", "presents", "presented", "present", "presenting", "who", "complains", "complaining", "developed",
        "admitted", "denies", "reports", "reported", "noticed",
    }
)  # fmt: skip
_PLACE_REACH = 12
_PLACE = frozenset(
    {
        "above", "across", "affecting", "along", "around", "at", "behind", "below", "between", "down", "in",
        "inside", "into", "involving", "near", "of", "on", "over", "throughout", "to", "under", "within",
    }
)  # fmt: skip
_SEEN_VERBS = frozenset(
    {
        ",", "after", "and", "are", "due", "had", "has", "is", "showed", "was", "were", "when", "with",
    }
)  # fmt: skip
# Words that may stand between a word of place and the place, in a list of them too.
_LEADING = _PLACE | {",", "about", "and", "from", "or", "with"}
_POSSESSIVE = frozenset({"the", "his", "her", "my", "both", "a", "an", "all", "entire", "its"})


def find_links(frame: Frame) -> Iterator[AttributeLink]:
    """All links, in the order of the mentions."""
    for place, mention in enumerate(frame.mentions):
        if mention.label in _OF_DRUG:
            drug = _drug_of(frame, place)
            for one in _shared(frame, drug) if drug is not None else ():
                yield _OF_DRUG[mention.label], one, place
        elif mention.label == "LAB_VALUE":
            yield from _tests(frame, place)
        elif mention.label in PROBLEMS:
            yield from _places(frame, place)


def _drug_of(frame: Frame, place: int) -> int | None:
    """The drug right after an amount ("20 mg of X"), else the nearest before it."""
    mention = frame.mentions[place]
    words, end = frame.note.tokens.words, frame.note.ends[mention.last - 1]
    at = mention.last
    of = _AMOUNT_OF | {"."} if mention.label == "FORM" else _AMOUNT_OF  # "TAB. ECOSPRIN"
    while at < end and at < mention.last + 3 and words[at] in of:
        at += 1
    following = frame.after(DRUGS, at, 1) if at < end else []
    if following and (at > mention.last or not frame.before(DRUGS, mention.first, 4)):
        return following[0]
    drug = next(iter(frame.before(DRUGS, mention.first, _REACH)), None)
    return None if drug is None or _is_of_another(frame, drug, place) else drug


def _is_of_another(frame: Frame, drug: int, place: int) -> bool:
    """Is the time that of a problem in between, unless the drug is for that problem, or of another clause?"""
    mention, last = frame.mentions[place], frame.mentions[drug].last
    if mention.label not in ("DURATION", "FREQUENCY"):
        return False
    words = frame.note.tokens.words
    if not _NEW_CLAUSE.isdisjoint(words[last : mention.first]):
        return True
    between = frame.between(PROBLEMS, last, mention.first)
    return any(not _FOR.intersection(words[last : frame.mentions[n].first]) for n in between)


def _tests(frame: Frame, place: int) -> Iterator[AttributeLink]:
    """The test before a value; for a result in words also an examination, or the test right after it."""
    value = frame.mentions[place]
    if not value.source.startswith("result"):
        for test in frame.before(TESTS, value.first, 6)[:1]:
            yield "has_value", test, place
        return
    found = frame.after(EXAMINED, value.last, 1) if value.last < frame.note.ends[value.first] else []
    for test in (found or frame.before(EXAMINED, value.first, 6))[:1]:
        yield "has_value", test, place


def _shared(frame: Frame, drug: int) -> Iterator[int]:
    """The drug and what is the same dose with it: the other name of "X (Y)", the partner of "X/Y".

    "X and Y 20 mg" says nothing of the dose of X.
    """
    yield drug
    words, mention = frame.note.tokens.words, frame.mentions[drug]
    at = mention.first - 1
    if at <= frame.note.starts[mention.first] or words[at] not in ("(", "/"):
        return
    for other in frame.before(DRUGS, at, 2)[:1]:
        if frame.mentions[other].last == at:
            yield other


def _places(frame: Frame, place: int) -> Iterator[AttributeLink]:
    """Anatomy within the problem, behind words of place after it, or what the problem is said of."""
    problem = frame.mentions[place]
    places, firsts = frame.of(ANATOMY)
    for at in range(bisect_left(firsts, problem.first), bisect_right(firsts, problem.last - 1)):
        yield "located_in", place, places[at]
    if problem.source.startswith("said of"):
        for part in frame.before(ANATOMY, problem.first, 6)[:1]:
            yield "located_in", place, part
    if problem.last >= frame.note.ends[problem.first]:
        return
    words = frame.note.tokens.words
    parts = frame.after(ANATOMY, problem.last, _PLACE_REACH)
    if words[problem.last] in _PLACE:
        near = [part for part in parts if all(map(_leads_on, words[problem.last : frame.mentions[part].first]))]
    else:
        near = parts if parts and _leads_to(frame, problem.last, frame.mentions[parts[0]].first) else []
    for part in near:
        yield "located_in", place, part


def _leads_on(word: str) -> bool:
    return word in _LEADING or word in _POSSESSIVE or bool(CLASSES[word] & MODIFIER)


def _leads_to(frame: Frame, first: int, last: int) -> bool:
    """Does a word of place stand between, after nothing but "was found", and no other problem?"""
    between = frame.note.tokens.words[first:last]
    at = next((n for n, word in enumerate(between) if word in _PLACE), None)
    if at is None or len(between) - at > 7 or not words_for("break").isdisjoint(between):
        return False
    seen = all(word in words_for("seen") or word[:1].isdigit() for word in between[:at])
    return seen and _SEEN_VERBS.isdisjoint(between[at:]) and not frame.between(PROBLEMS, first, last)
