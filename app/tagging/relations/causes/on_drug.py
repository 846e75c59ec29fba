""" "X on DRUG": given for X, a possible reaction, or neither; and a drug stopped, swapped or tried, with its effect."""

from __future__ import annotations

from collections.abc import Iterator

from app.tagging.relations.causes.stated import Cause, is_chronic
from app.tagging.relations.cues import words_for
from app.tagging.relations.frame import Frame
from app.tagging.relations.knowledge import is_effect, is_for, knowledge_of, words_of_mention
from app.tagging.relations.reach import DRUGS, EVENTS, gap
from app.tagging.relations.reasons import StatedReason

_REACH = 8  # tokens between the event and "on"
_BEFORE_NAME = frozenset(
    {"long", "term", "high", "dose", "oral", "iv", "po", "low", "the", "her", "his", "regular", "daily", "a", "new",
     "current", "maintenance", "inhaled", "topical", "prn", "weekly", "day", "of", "both", "short", "course"}
)  # fmt: skip
_ABSENT = frozenset({"not", "never", "off", "nor", "t", "isn", "wasn", "no"})
_CONTROLLED = frozenset(
    {"controlled", "stable", "settled", "settling", "quiescent", "remission", "improved", "improving", "better", "well",
     "managed", "treated", "responding", "asymptomatic", "suppressed", "undetectable", "maintained", "relieved", "good",
     "control", "resolving", "remitted", "stabilised", "stabilized", "free", "responded", "inactive", "resolved"}
)  # fmt: skip
_FLARING = frozenset(
    {"flare", "attack", "exacerbation", "relapse", "breakthrough", "worsening", "worse", "uncontrolled"}
)
_BEGUN = frozenset({"started", "starting", "start", "commenced", "commencing", "put", "placed", "initiated", "began"})
_SINCE = frozenset({"since", "after", "following"})
_GONE = words_for("better") | {"gone", "none", "settled", "stopped", "nil"}
_BETWEEN = frozenset(
    {
        *(",", "-", "(", "while", "whilst", "when", "is", "was", "currently", "now", "still", "usually", "remain"),
        *("remained", "rate", "recently", "started", "starting", "commenced", "put", "she", "he", "and", "been", "ha"),
        *("has", "again", "only", "very", "both", "new", "in", "at", "day", "today", "x", "noted", "taking", "mild"),
        *("severe", "much", "fully", "patient", "pt", "always", "often", "sometimes", "occasionally", "ongoing"),
        *("persistent", "for", "years", "year"),
    }
)
_STOPPED = words_for("stop") | {"ceased", "swapped", "changed", "d"}
_TRIED = frozenset(
    {"tried", "previously", "previous", "prev", "past", "failed", "trial", "intolerant", "intolerance", "had"}
)
_SET_OFF = frozenset({"(", "-", "–", ":", "→", ">"})
_BLAMING = frozenset({"induced", "related", "associated"})
_OVERDOSE = frozenset(
    {"overdose", "od", "intentionally", "intentional", "ingested", "ingestion", "deliberately", "overdosed"}
)
_SENTENCES = 4  # after an overdose


def on_drug(frame: Frame) -> Iterator[Cause | StatedReason | tuple[int, int]]:
    """A possible cause, a reason, or a bare pair (drug, event) that is neither, for each "X on DRUG" of a note."""
    if not frame.of(DRUGS)[0] or not frame.of(EVENTS)[0]:
        return
    for at in frame.note.tokens.places.get("on", ()):
        drugs = frame.after(DRUGS, at + 1, 4)
        events = frame.before(EVENTS, at, _REACH) if drugs else []
        if not events or not _BEFORE_NAME.issuperset(gap(frame, at + 1, frame.mentions[drugs[0]].first)):
            continue
        between = gap(frame, frame.mentions[events[0]].last, at)
        filled = all(
            word in _BETWEEN or word in _CONTROLLED or word in _ABSENT or word[0].isdigit() for word in between
        )
        if not filled and not _one_clause(frame, events[0], at):
            continue
        for drug in drugs:
            for event in events[: 1 if "," in between else None]:
                verdict = _verdict(frame, (event, drug), between)
                if verdict == "cause":
                    yield Cause(drug, event, "possible", (at, at + 1), "happened on the drug")
                elif verdict == "reason":
                    yield StatedReason(drug, event, (at, at + 1))
                else:
                    yield drug, event


def _one_clause(frame: Frame, event: int, at: int) -> bool:
    """Are the words between small or of a place ("swelling of both legs on amlodipine")?"""
    last = frame.mentions[event].last
    told = {n for m in frame.mentions if last <= m.first < at for n in range(m.first, m.last)}
    words = frame.note.tokens.words
    return all(n in told or words[n] in words_for("small") or words[n] in _BETWEEN for n in range(last, at))


def _verdict(frame: Frame, pair: tuple[int, int], between: list[str]) -> str:
    """What the pair (event, drug) is, by what is said around it first, then by what is known of the drug."""
    event, drug = pair
    mention, end = frame.mentions[event], frame.mentions[drug].last
    after = gap(frame, end, min(frame.note.ends[end - 1], end + 9))
    if not _ABSENT.isdisjoint(between[-2:]):
        return "none"
    if not _STOPPED.isdisjoint(after) and not _GONE.isdisjoint([w for w in after if w not in _STOPPED or w == "none"]):
        return "cause"
    before = gap(frame, max(frame.note.starts[mention.first], mention.first - 2), mention.first)
    given, effect = is_for(frame, drug, event), is_effect(frame, drug, event, of_any=False)
    begun = not _BEGUN.isdisjoint(between)
    flares = not _FLARING.isdisjoint([*words_of_mention(frame, event), *between])
    controlled = not _CONTROLLED.isdisjoint([*before, *between, *after[:3]])
    if (controlled and (given or not effect)) or (given and (begun or not flares)):
        return "reason"
    if effect or (begun and not _SINCE.isdisjoint(between)):
        return "cause"
    return "none" if given or flares else _of_unknown(frame, event, drug)


def _of_unknown(frame: Frame, event: int, drug: int) -> str:
    """Neither indication nor effect: what any drug may do, or a lasting disease under a drug nothing is known of."""
    if is_effect(frame, drug, event):
        return "cause"
    is_unknown = knowledge_of(tuple(words_of_mention(frame, drug))) is None
    return "reason" if is_unknown and is_chronic(frame, event) else "none"


def given_up(frame: Frame) -> Iterator[Cause]:
    """Drugs that were stopped, reduced, tried or blamed, with the effect set off behind or before them."""
    if not frame.of(DRUGS)[0] or not frame.of(EVENTS)[0]:
        return
    yield from _set_off(frame)
    if not _STOPPED.isdisjoint(frame.note.tokens.places):
        yield from _held_for(frame)
    yield from _blamed_after(frame)
    yield from _upset(frame)
    yield from _after_overdose(frame)


def _set_off(frame: Frame) -> Iterator[Cause]:
    """ "Warfarin - STOPPED (GI bleed)", "Tried Zoloft 2019 - GI upset", "cisplatin - tinnitus"."""
    words = frame.note.tokens.words
    for event in frame.of(EVENTS)[0]:
        mention = frame.mentions[event]
        start, at = frame.note.starts[mention.first], mention.first - 1
        if at > start and words[at] == "?":
            at -= 1
        if at <= start or words[at] not in _SET_OFF:
            continue
        drug = next(iter(frame.before(DRUGS, at, 9)), None)
        if drug is None or is_for(frame, drug, event):
            continue
        between = gap(frame, frame.mentions[drug].last, at)
        stopped = not _STOPPED.isdisjoint(between)
        known = is_effect(frame, drug, event) and all(w[0].isdigit() or w in ("mg", "-", "in", ",") for w in between)
        if (stopped and not is_chronic(frame, event)) or known:
            yield Cause(drug, event, "probable", (at, at + 1), "set off behind the drug")


def _held_for(frame: Frame) -> Iterator[Cause]:
    """ "Pembrolizumab held for colitis", "switched from simvastatin to pravastatin for cramps"."""
    for at in frame.note.tokens.places.get("for", ()):
        events = frame.after(EVENTS, at + 1, 3)
        drugs = frame.before(DRUGS, at, 8) if events else []
        if not drugs:
            continue
        first = frame.mentions[drugs[-1]].first
        said = gap(frame, max(frame.note.starts[first], first - 5), at)
        if _STOPPED.isdisjoint(said):
            continue
        swapped = _swapped(frame, drugs[0], said)
        for event in events:
            drug = drugs[0] if swapped is None else swapped
            known = is_effect(frame, drug, event, of_any=False)
            if known or (is_effect(frame, drug, event) and not is_for(frame, drug, event)):
                yield Cause(drug, event, "probable", (at, at + 1), "stopped because of the event")


def _swapped(frame: Frame, later: int, said: list[str]) -> int | None:
    """The earlier drug of "from A to B"."""
    if "to" not in said:
        return None
    return next(iter(frame.before(DRUGS, frame.mentions[later].first - 1, 5)), None)


def _blamed_after(frame: Frame) -> Iterator[Cause]:
    """ "Hyponatremia - HCTZ induced"."""
    words = frame.note.tokens.words
    for drug in frame.of(DRUGS)[0]:
        mention = frame.mentions[drug]
        last, at = mention.last, mention.first - 1
        if last < frame.note.ends[last - 1] and words[last] in _BLAMING and at > 0 and words[at] in _SET_OFF | {","}:
            for event in frame.before(EVENTS, at, 2)[:1]:
                yield Cause(drug, event, "certain", (last, last + 1), "named after the drug")


def _upset(frame: Frame) -> Iterator[Cause]:
    """ "Naproxen upset her stomach; heartburn since"."""
    words = frame.note.tokens.words
    for event in frame.of(EVENTS)[0]:
        mention = frame.mentions[event]
        if words[mention.first] == "upset":
            for drug in frame.before(DRUGS, mention.first, 2)[:1]:
                yield Cause(drug, event, "certain", (mention.first, mention.first + 1), "cause")
                for other in frame.after(EVENTS, mention.last, 5)[:1]:
                    end = frame.mentions[other].last
                    if end < len(words) and words[end] == "since":
                        yield Cause(drug, other, "probable", (end, end + 1), "began on the drug")


def _after_overdose(frame: Frame) -> Iterator[Cause]:
    """ "Took 30 x 500 mg paracetamol intentionally. … Transaminitis day 2": an effect known of that drug."""
    note = frame.note
    for at in note.tokens.standing(_OVERDOSE)[:5]:
        start = note.starts[at]
        drugs = frame.between(DRUGS, start, note.ends[at])
        end = start
        for _ in range(_SENTENCES):
            end = note.ends[end] if end < len(note.tokens) else end
        for event in frame.between(EVENTS, note.ends[at], end) if drugs else ():
            for drug in drugs:
                if is_effect(frame, drug, event, of_any=False) and not is_for(frame, drug, event):
                    yield Cause(drug, event, "possible", (at, at + 1), "after an overdose")
