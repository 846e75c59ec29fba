"""Events, drug exposures and their pairs, as one answer states them; and the verdict on each event."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from app.annotation.payload import Elements, of_kind
from app.annotation.vocabulary import full_assertion

EVENT_LABEL = "ADVERSE_EVENT"
CAUSES = "causes"
# Listed as events; every other verdict is a reason to be left out. The best mention's verdict counts.
LISTED = ("included", "past_reaction")
VERDICTS = (*LISTED, "uncertain", "hypothetical", "future", "negated", "not_the_patient", "no_mention")
# A drug the mother took may harm the fetus: that is this case's event (domain 0.9).
_OWN = ("patient", "fetus")


@dataclass(frozen=True)
class Group:
    """An event or exposure: its mentions in the order of the text, and the one whose values its row has.

    `body` is what a person said of the group; empty for a mention nobody grouped, whose key it has.
    """

    key: str
    body: dict[str, Any]
    mentions: tuple[str, ...]
    decides: str | None
    verdict: str = ""


@dataclass(frozen=True)
class Pair:
    """An event and an exposure that were assessed together, or that a relation links."""

    event: str
    exposure: str
    assessment: str | None
    relations: tuple[str, ...] = field(default=())


def events_of(live: Elements) -> dict[str, Group]:
    """Groups people made, and each other adverse event or named consequence by itself."""
    loose = {key for key, body in live.items() if body.get("label") == EVENT_LABEL} | set(_ends(live, "tail"))
    return {key: _judged(key, body, mentions, live) for key, body, mentions in _groups(live, "event", loose)}


def exposures_of(live: Elements) -> dict[str, Group]:
    """Groups people made, and each other thing named as the cause of something by itself."""
    groups = _groups(live, "exposure", set(_ends(live, "head")))
    return {key: Group(key, body, mentions, mentions[0] if mentions else None) for key, body, mentions in groups}


def pairs_of(live: Elements, events: dict[str, Group], exposures: dict[str, Group]) -> list[Pair]:
    """Each assessment, and each pair that relations link and nobody assessed; sorted."""
    linked: dict[tuple[str, str], list[str]] = {}
    for key, body in sorted(of_kind(live, "relation").items()):
        if body["type"] == CAUSES:
            for event in _holding(events, body["tail"]):
                for exposure in _holding(exposures, body["head"]):
                    linked.setdefault((event, exposure), []).append(key)
    pairs = [
        Pair(body["event"], body["exposure"], key, tuple(linked.get((body["event"], body["exposure"]), ())))
        for key, body in of_kind(live, "assessment").items()
    ]
    assessed = {(pair.event, pair.exposure) for pair in pairs}
    pairs += [Pair(*ends, None, tuple(keys)) for ends, keys in linked.items() if ends not in assessed]
    return sorted(pairs, key=lambda pair: (pair.event, pair.exposure, pair.assessment or ""))


def verdict_on(assertion: dict[str, Any] | None) -> str:
    """Why a mention does not count as an event of this patient, or `included`, or `past_reaction`.

    Conditional ("dyspnoea on exertion") happens to the patient and does not exclude.
    """
    said = full_assertion(assertion)
    checks = (
        (said["experiencer"] not in _OWN, "not_the_patient"),
        (said["polarity"] == "negated", "negated"),
        (said["hypothetical"], "hypothetical"),
        (said["temporality"] == "future", "future"),
        (said["certainty"] != "certain", "uncertain"),
        (said["temporality"] == "past", "past_reaction"),
    )
    return next((verdict for holds, verdict in checks if holds), "included")


def _ends(live: Elements, end: str) -> Iterator[str]:
    for body in of_kind(live, "relation").values():
        if body["type"] == CAUSES and body[end] in live:
            yield body[end]


def _groups(live: Elements, kind: str, loose: set[str]) -> Iterator[tuple[str, dict[str, Any], tuple[str, ...]]]:
    made = of_kind(live, kind)
    grouped = {mention for body in made.values() for mention in body["mentions"]}
    for key in sorted({*made, *(loose - grouped)}):
        yield key, made.get(key, {}), _in_order(live, made[key]["mentions"] if key in made else [key])


def _in_order(live: Elements, mentions: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted((one for one in mentions if one in live), key=lambda one: (live[one]["fragments"], one)))


def _judged(key: str, body: dict[str, Any], mentions: tuple[str, ...], live: Elements) -> Group:
    verdicts = [verdict_on(live[mention].get("assertion")) for mention in mentions]
    if not verdicts:
        return Group(key, body, mentions, None, "no_mention")
    best = min(verdicts, key=VERDICTS.index)
    return Group(key, body, mentions, mentions[verdicts.index(best)], best)


def _holding(groups: dict[str, Group], mention: str) -> list[str]:
    return [key for key, group in groups.items() if mention in group.mentions]
