"""Events, drug exposures and their pairs, as one answer states them; and the verdict on each event."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from app.formats.model import Elements, of_kind

# What schemas call an adverse event, without case and signs: ours, and the names of public corpora.
EVENT_LABELS = frozenset({"adverseevent", "adversereaction", "adversedrugevent", "adversedrugreaction", "ade", "adr"})
CAUSES = "causes"
# Listed as events; every other verdict is a reason to be left out. The best mention's verdict counts.
LISTED = ("included", "past_reaction")
VERDICTS = (*LISTED, "uncertain", "hypothetical", "future", "negated", "not_the_patient", "no_mention")
# A drug the mother took may harm the fetus: that is this case's event (domain 0.9).
_OWN = ("patient", "fetus")
# What a mention says that says nothing of it.
_UNMARKED = {
    "experiencer": "patient",
    "polarity": "affirmed",
    "hypothetical": False,
    "temporality": "current",
    "certainty": "certain",
}


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
    """Groups people made, and each other adverse event or named consequence by itself; in the text's order."""
    named = {key for key, body in of_kind(live, "entity").items() if _plain(body["label"]) in EVENT_LABELS}
    loose = named | set(_ends(live, "tail"))
    return _in_order([_judged(*group, live) for group in _groups(live, "event", loose)], live)


def exposures_of(live: Elements) -> dict[str, Group]:
    """Groups people made, and each other thing named as the cause of something; in the text's order."""
    groups = _groups(live, "exposure", set(_ends(live, "head")))
    return _in_order([Group(*group, decides=group[2][0] if group[2] else None) for group in groups], live)


def pairs_of(live: Elements, events: dict[str, Group], exposures: dict[str, Group]) -> list[Pair]:
    """Each assessment, and each pair that only relations link; in the order of the events.

    A relation speaks for the assessed pairs at its ends, and for all pairs there when none was assessed.
    """
    assessments = of_kind(live, "assessment")
    assessed = {(body["event"], body["exposure"]) for body in assessments.values()}
    linked: dict[tuple[str, str], list[str]] = {}
    for key, body in sorted(of_kind(live, "relation").items()):
        if body["type"] == CAUSES:
            ends = set(product(_holding(events, body["tail"]), _holding(exposures, body["head"])))
            for pair in (ends & assessed) or ends:
                linked.setdefault(pair, []).append(key)
    said: set[tuple[str, str, str | None]] = {
        (body["event"], body["exposure"], key) for key, body in assessments.items()
    }
    said |= {(event, exposure, None) for event, exposure in linked.keys() - assessed}
    place = {key: number for groups in (events, exposures) for number, key in enumerate(groups)}
    order = sorted(said, key=lambda one: (*(place.get(key, len(place)) for key in one[:2]), *one[:2], one[2] or ""))
    return [Pair(event, exposure, key, tuple(linked.get((event, exposure), ()))) for event, exposure, key in order]


def verdict_on(assertion: dict[str, Any] | None) -> str:
    """Why a mention does not count as an event of this patient, or `included`, or `past_reaction`.

    Conditional ("dyspnoea on exertion") happens to the patient and does not exclude.
    """
    said = _UNMARKED | (assertion or {})
    checks = (
        (said["experiencer"] not in _OWN, "not_the_patient"),
        (said["polarity"] == "negated", "negated"),
        (said["hypothetical"], "hypothetical"),
        (said["temporality"] == "future", "future"),
        (said["certainty"] != "certain", "uncertain"),
        (said["temporality"] == "past", "past_reaction"),
    )
    return next((verdict for holds, verdict in checks if holds), "included")


def _plain(label: str) -> str:
    return re.sub("[^a-z]", "", label.lower())


def _ends(live: Elements, end: str) -> Iterator[str]:
    for body in of_kind(live, "relation").values():
        if body["type"] == CAUSES and body[end] in live:
            yield body[end]


def _groups(live: Elements, kind: str, loose: set[str]) -> Iterator[tuple[str, dict[str, Any], tuple[str, ...]]]:
    made = of_kind(live, kind)
    grouped = {mention for body in made.values() for mention in body["mentions"]}
    for key, body in made.items():
        yield key, body, tuple(sorted(live.keys() & set(body["mentions"]), key=lambda one: _place(live, one)))
    for key in loose - grouped:
        yield key, {}, (key,)


def _in_order(groups: list[Group], live: Elements) -> dict[str, Group]:
    """By the place of the deciding mention; those without any come last."""
    ordered = sorted(groups, key=lambda one: (one.decides is None, _place(live, one.decides), one.key))
    return {group.key: group for group in ordered}


def _place(live: Elements, mention: str | None) -> tuple[Any, ...]:
    return (live[mention]["fragments"], mention) if mention else ()


def _judged(key: str, body: dict[str, Any], mentions: tuple[str, ...], live: Elements) -> Group:
    verdicts = [verdict_on(live[mention].get("assertion")) for mention in mentions]
    if not verdicts:
        return Group(key, body, mentions, None, "no_mention")
    best = min(verdicts, key=VERDICTS.index)
    return Group(key, body, mentions, mentions[verdicts.index(best)], best)


def _holding(groups: dict[str, Group], mention: str) -> list[str]:
    return [key for key, group in groups.items() if mention in group.mentions]
