"""Which problems are adverse events, and what is shown of each."""

from __future__ import annotations

from typing import Any

from app.tagging.protocol import Entity
from app.tagging.reading.note import TokenisedNote
from app.tagging.relations.adverse import Sign, details, signs_of
from app.tagging.relations.causes.stated import Cause
from app.tagging.relations.cues import words_for
from app.tagging.relations.frame import Frame
from app.tagging.relations.reach import EVENTS, gap, is_indication

_COMPLICATED = frozenset({"complicated", "complication"})
_NAMING = frozenset(
    {":", "of", "including", "such", "as", "like", "with", "-", "were", "are", "(", "consisting", "include", "included"}
)
_COURSE = frozenset(
    {"course", "stay", "procedure", "surgery", "operation", "postoperative", "recovery", "hospitalization", "delivery"}
)


def mark_adverse(frame: Frame, entities: list[Entity], causes: list[Cause]) -> None:
    """Relabel events with a cause that is not doubted, complications and named adverse events; say why."""
    signs = signs_of(frame.note)
    by_event: dict[int, list[Cause]] = {}
    for cause in causes:
        if cause.certainty != "unlikely":
            by_event.setdefault(cause.event, []).append(cause)
    named = _named(frame, signs)
    for place in sorted({*by_event, *named}):
        own = by_event.get(place, [])
        found = details(frame, signs, place, own)
        if not own and named[place].group != "adverse":
            found["subtype"] = "device" if found["subtype"] == "device" else "complication"
        entity = entities[place]
        entity.label, entity.adverse_event = "ADVERSE_EVENT", found
        entity.because = [*entity.because, *_because(frame.note, own, named.get(place), found)]
        _settle_course(entity, found)


def _named(frame: Frame, signs: list[Sign]) -> dict[int, Sign]:
    """Events behind "complicated by" and "side effects:", unless in a talk about what may happen."""
    found: dict[int, Sign] = {}
    for sign in signs:
        words = gap(frame, sign.first, sign.last)
        complicated = not _COMPLICATED.isdisjoint(words)
        if not complicated and sign.group != "adverse":
            continue
        events = frame.after(EVENTS, sign.last, 5)
        between = gap(frame, sign.last, frame.mentions[events[0]].first) if events else []
        if not _NAMING.issuperset(between) or _is_talk(frame, sign) or (complicated and not _of_care(frame, sign)):
            continue
        if complicated or between:
            found |= {n: sign for n in events if not is_indication(frame, n, sign.last)}
    return found


def _is_talk(frame: Frame, sign: Sign) -> bool:
    start, end = frame.note.starts[sign.first], frame.note.ends[sign.first]
    before, after = gap(frame, max(start, sign.first - 20), sign.first), gap(frame, sign.last, min(end, sign.last + 25))
    general = words_for("counsel") - {"include", "included", "told"}
    return not general.isdisjoint([*before, *after]) or not {"no", "without", "deny", "denied"}.isdisjoint(before[-4:])


def _of_care(frame: Frame, sign: Sign) -> bool:
    """A complication of care, not of a disease ("diabetes complicated by neuropathy")."""
    start = frame.note.starts[sign.first]
    before = gap(frame, max(start, sign.first - 8), sign.first)
    return not _COURSE.isdisjoint(before) or not frame.before(EVENTS, sign.first, 6)


def _because(
    note: TokenisedNote, causes: list[Cause], named: Sign | None, found: dict[str, Any]
) -> list[dict[str, Any]]:
    """Records like those of the assertion: axis, value, the words and their offsets."""
    because = [_record(note, "adverse_event", cause.rule, _offsets(note, cause.cue)) for cause in causes]
    if named and not causes:
        because.append(_record(note, "adverse_event", named.group, _offsets(note, (named.first, named.last))))
    because += [_record(note, "seriousness", cue["value"], (cue["start"], cue["end"])) for cue in found["seriousness"]]
    for axis in ("dechallenge", "rechallenge"):
        if found[axis]["answer"] != "unknown":
            for cue in found[axis]["cues"]:
                because.append(_record(note, axis, found[axis]["answer"], (cue["start"], cue["end"])))
    if found["onset"]:
        because.append(
            _record(note, "onset", found["onset"]["value"], (found["onset"]["start"], found["onset"]["end"]))
        )
    return because


def _settle_course(entity: Entity, found: dict[str, Any]) -> None:
    """An event that is said to have gone is resolved, where nothing else was said of its course."""
    if found["outcome"] != "recovered" or entity.assertion["course"] != "unknown":
        return
    cue = next((cue for cue in found["dechallenge"]["cues"] if cue["value"] == "resolved"), None)
    if cue is not None:
        entity.assertion = {**entity.assertion, "course": "resolved"}
        reason = {"axis": "course", "value": "resolved", "start": cue["start"], "end": cue["end"]}
        entity.because = [*entity.because, reason]


def _offsets(note: TokenisedNote, tokens: tuple[int, int]) -> tuple[int, int]:
    return note.tokens.starts[tokens[0]], note.tokens.ends[tokens[1] - 1]


def _record(note: TokenisedNote, axis: str, value: Any, offsets: tuple[int, int]) -> dict[str, Any]:
    start, end = offsets
    return {"axis": axis, "value": value, "cue": note.text[start:end], "start": start, "end": end}
