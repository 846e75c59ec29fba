"""Drug → adverse event by time: what began after, during or on a drug, went when it stopped, or came back."""

from __future__ import annotations

from collections.abc import Iterator

from app.tagging.relations.causes.stated import Cause, is_chronic, stopped_drug
from app.tagging.relations.cues import Cue, words_for
from app.tagging.relations.frame import Frame
from app.tagging.relations.reach import (
    DRUGS,
    EVENTS,
    events_before,
    gap,
    holds_happening,
    is_indication,
)

_FAR = 16  # tokens between a time word and its event
_NEEDS = {
    "on": frozenset({"day", "week", "exposure", "reexposure", "rechallenge", "re", "reintroduction"}),
    "since": frozenset({"starting", "started", "start", "beginning", "began", "taking", "been", "initiation"}),
    "while": frozenset({"on", "taking", "receiving", "using", "under", "treated", "being", "undergoing", "given"}),
    "whilst": frozenset({"on", "taking", "receiving", "using", "under", "treated", "being", "undergoing", "given"}),
    "within": frozenset({"of", "after", "following"}),
    "once": frozenset({"started", "starting", "began"}),
    "as": frozenset({"reduced"}),
}  # fmt: skip
# The words of order in time; all other phrases of the rule "time" say that a person has the drug.
_TIMES = frozenset(
    {
        "after", "as", "during", "following", "in", "into", "on", "once", "post", "since", "subsequent", "under",
        "upon", "when", "while", "whilst", "within",
    }
)  # fmt: skip
_COURSE = frozenset({"therapy", "treatment", "course", "infusion"})
_DOSES = frozenset({"DOSE"})
_TREATED = frozenset(
    {
        "admitted", "discharged", "for", "managed", "required", "requiring", "seen", "treated", "underwent",
    }
)  # fmt: skip


def timed(frame: Frame, cues: list[Cue]) -> Iterator[Cause]:
    """Pairs whose order in time is stated and whose event is said to begin."""
    words = frame.note.tokens.words
    for cue in cues:
        if cue.rule != "time":
            continue
        if words[cue.first] not in _TIMES or (words[cue.first] == "on" and cue.last - cue.first > 1):
            yield from _in_persons(frame, cue)
            continue
        if words[cue.first] == "on":
            yield from _in_persons(frame, cue)
        drugs = _exposures(frame, cue)
        if drugs:
            yield from _around(frame, cue, drugs)
    yield from _started_then(frame)
    yield from _stopped_after(frame, cues)


def _exposures(frame: Frame, cue: Cue) -> list[int]:
    """The drugs a word of time governs ("after two doses of X", "while taking X")."""
    drugs = frame.after(DRUGS, cue.last, 10)
    if not drugs:
        return []
    word, first = frame.note.tokens.words[cue.first], frame.mentions[drugs[0]].first
    between = gap(frame, cue.last, first)
    needed = _NEEDS.get(word)
    if needed and needed.isdisjoint(between):
        return []
    if word == "into" and _COURSE.isdisjoint(
        gap(frame, frame.mentions[drugs[-1]].last, frame.mentions[drugs[-1]].last + 2)
    ):
        return []
    if word == "under" and between and _COURSE.isdisjoint(between):
        return []
    if word == "when" and not _was_done(frame, drugs[-1]) and not _is_given_again(frame, cue, drugs[-1]):
        return []
    wrong = words_for("break") | words_for("not_taken") - {
        "which",
        "while",
        "stopped",
        "until",
        "absence",
        "tolerate",
        "treated",
        "prior",
    }
    return [] if not wrong.isdisjoint(between) or holds_happening(frame, cue.last, first) else drugs


def _was_done(frame: Frame, drug: int) -> bool:
    """Was the drug given or taken away, as the words right behind it say ("X was started")?"""
    last = frame.mentions[drug].last
    after = gap(frame, last, min(frame.note.ends[last - 1], last + 4))
    done = words_for("stop") | words_for("start") | words_for("again") | {"administered"}
    return not done.isdisjoint(after)


def _ways(frame: Frame, drugs: list[int]) -> str | None:
    """The word right after the drug that says it was taken away, if there is one."""
    last = frame.mentions[drugs[-1]].last
    after = gap(frame, last, min(frame.note.ends[last - 1], last + 4))
    return next((word for word in after if word in words_for("stop")), None)


def _is_given_again(frame: Frame, cue: Cue, drug: int) -> bool:
    last = frame.mentions[drug].last
    around = gap(frame, cue.last, min(frame.note.ends[last - 1], last + 4))
    return not words_for("again").isdisjoint(around)


def _around(frame: Frame, cue: Cue, drugs: list[int]) -> Iterator[Cause]:
    """The event before the cue or after the drug, by what is said of its coming and going."""
    start, last = frame.note.starts[cue.first], frame.mentions[drugs[-1]].last
    between = gap(frame, cue.last, frame.mentions[drugs[0]].first)
    stopped = bool(words_for("stop") & {*between}) or _ways(frame, drugs) is not None
    again = _is_given_again(frame, cue, drugs[-1])
    span = cue.first, cue.last
    found = False
    events = events_before(frame, cue.first, _FAR)
    opening = frame.mentions[events[-1]].first if events else 0
    for event in events:
        mention = frame.mentions[event]
        said = gap(frame, mention.last, cue.first)
        before = gap(frame, max(start, opening - 14), mention.first)
        verdict = _verdict(before, said, stopped, again)
        merely_on = frame.note.tokens.words[cue.first] == "on" and said and not again
        if verdict and not (merely_on and words_for("onset").isdisjoint(before + said)):
            found = True
            for drug in drugs:
                yield Cause(drug, event, verdict[0], span, verdict[1])
    if found or (stopped and not again):
        return
    for event in _later(frame, last):
        said = gap(frame, last, frame.mentions[event].first)
        returned = again and words_for("again_event") & {*gap(frame, last, min(frame.note.ends[last - 1], last + 12))}
        if returned or (not words_for("onset").isdisjoint(said) and words_for("better").isdisjoint(said)):
            for drug in drugs:
                rule = "came back on the drug" if returned else "began on the drug"
                yield Cause(drug, event, "probable" if returned else "possible", span, rule)


def _verdict(before: list[str], said: list[str], stopped: bool, again: bool) -> tuple[str, str] | None:
    """(certainty, rule) of an event before the cue, from the words around it; None: no cause."""
    clause = before[-5:] + said
    better = not words_for("better").isdisjoint(clause)
    began = not words_for("onset").isdisjoint(before + said)
    if again:
        returned = began or not words_for("again_event").isdisjoint(clause)
        rule = "tried again on the drug" if "no" in clause else "came back on the drug"
        return ("possible" if "no" in clause else "probable", rule) if returned else None
    if stopped:
        if better:
            return "probable", "went when the drug was stopped"
        return ("possible", "began when the drug was stopped") if began or not said else None
    if better or not {"despite", "refractory"}.isdisjoint(clause):
        return None
    beside = len(said) <= 9 and words_for("start").isdisjoint(said) and _TREATED.isdisjoint(said)
    return ("possible", "began on the drug") if began or beside else None


def _later(frame: Frame, last: int) -> list[int]:
    """Events after the drug in its sentence that are not what it is given for."""
    events = frame.after(EVENTS, last, _FAR)
    if not events or not {";", ".", "but"}.isdisjoint(gap(frame, last, frame.mentions[events[0]].first)):
        return []
    return [n for n in events if not is_indication(frame, n)]


def _in_persons(frame: Frame, cue: Cue) -> Iterator[Cause]:
    """ "Colitis in a patient treated with X": the event, a person, the exposure."""
    drugs = frame.after(DRUGS, cue.last, 6)
    start = max(frame.note.starts[cue.first], cue.first - 24)
    before = gap(frame, start, cue.first)
    if not drugs or holds_happening(frame, cue.last, frame.mentions[drugs[0]].first):
        return
    if not words_for("not_taken").isdisjoint(gap(frame, cue.last, frame.mentions[drugs[0]].first)):
        return
    persons = [n for n, word in enumerate(before) if word in words_for("person")]
    if not persons:
        return
    inside = next((n for n in range(persons[-1] - 1, -1, -1) if before[n] == "in"), None)
    if inside is None or not words_for("break").isdisjoint(before[inside:]):
        return
    events = events_before(frame, start + inside, 9)
    said = gap(frame, frame.mentions[events[0]].last, start + inside) if events else []
    doubtful = frame.note.tokens.words[cue.first] in ("on", "taking") and _has_dose(frame, drugs[0])
    if doubtful or not (len(said) <= 8 or words_for("told").issuperset(said)):
        return
    for event in events:
        for drug in drugs if not is_chronic(frame, event) else ():
            yield Cause(drug, event, "possible", (cue.first, cue.last), "began on the drug")


def _has_dose(frame: Frame, drug: int) -> bool:
    last = frame.mentions[drug].last
    return bool(frame.between(_DOSES, last, min(frame.note.ends[last - 1], last + 2)))


def _started_then(frame: Frame) -> Iterator[Cause]:
    """ "Treated with X for P, and developed E": a drug given, then an event that can only be new."""
    starts = frame.note.starts
    for at in frame.note.tokens.standing(words_for("strong_onset")):
        if at == starts[at]:
            continue
        events = _later(frame, at + 1)
        events = [n for n in events if frame.mentions[n].first - at < 8]
        drugs = frame.before(DRUGS, at, 28) if events else []
        if not drugs or not _was_given(frame, drugs, at):
            continue
        for event in events:
            for drug in drugs:
                yield Cause(drug, event, "possible", (at, at + 1), "began on the drug")


def _was_given(frame: Frame, drugs: list[int], at: int) -> bool:
    """Is the drug said to have been given, rather than merely listed, before the token?"""
    first, last = frame.mentions[drugs[-1]].first, frame.mentions[drugs[0]].last
    before = gap(frame, max(frame.note.starts[first], first - 6), first)
    between = gap(frame, last, at)
    if not {";", "but", ":", "without", "because", "despite"}.isdisjoint(between):
        return False
    given = {"treated", "received", "receiving", "started", "given", "took", "after", "administered", "ingested"}
    given |= {
        "prescribed",
        "exposed",
        "therapy",
        "initiated",
        "following",
        "infusion",
        "treatment",
        "injection",
        "overdose",
        "ingestion",
    }
    return not given.isdisjoint(before) or not (given - {"after", "following", "treated"}).isdisjoint(between[:8])


def _stopped_after(frame: Frame, cues: list[Cue]) -> Iterator[Cause]:
    """ "X was stopped after she developed E"."""
    for cue in cues:
        if cue.rule != "time" or frame.note.tokens.words[cue.first] not in ("after", "when", "once", "as", "following"):
            continue
        events = _later(frame, cue.last)
        said = gap(frame, cue.last, frame.mentions[events[0]].first) if events else []
        if not said or len(said) > 5 or words_for("strong_onset").isdisjoint(said):
            continue
        drug = stopped_drug(frame, cue.first)
        if drug is None:
            continue
        for event in events:
            yield Cause(drug, event, "probable", (cue.first, cue.last), "stopped because of the event")
