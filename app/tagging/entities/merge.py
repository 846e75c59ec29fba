"""Which mentions stay when they overlap."""

from __future__ import annotations

from app.tagging.entities.mention import Mention

# Labels of one group never overlap each other: the longer mention stays, of equal ones the first label.
_GROUPS = (
    ("PROBLEM", "SYMPTOM", "PROCEDURE"),
    ("MEDICATION",),
    ("ANATOMY",),
    ("LAB_TEST", "VITAL_SIGN"),
    ("DEVICE",),
    ("DOSE", "LAB_VALUE", "DURATION", "FREQUENCY", "ROUTE", "FORM", "TIME"),
)
_GROUP_OF = {label: number for number, group in enumerate(_GROUPS) for label in group}
_ORDER = {label: number for number, label in enumerate(label for group in _GROUPS for label in group)}
# A mention of the first kind that lies within one of the second says nothing of its own.
_SWALLOWED = {
    ("LAB_TEST", "PROCEDURE"),
    ("VITAL_SIGN", "PROCEDURE"),
    ("DEVICE", "PROCEDURE"),
    ("LAB_TEST", "MEDICATION"),
    ("PROBLEM", "MEDICATION"),
    ("SYMPTOM", "MEDICATION"),
    ("PROCEDURE", "MEDICATION"),
    ("ANATOMY", "MEDICATION"),
    ("ANATOMY", "PROCEDURE"),
    ("LAB_TEST", "DOSE"),
    ("VITAL_SIGN", "DOSE"),
    ("VITAL_SIGN", "TIME"),
    ("DOSE", "TIME"),
    ("LAB_TEST", "LAB_VALUE"),
    ("LAB_TEST", "ANATOMY"),
    ("ANATOMY", "DEVICE"),
    ("LAB_TEST", "DEVICE"),
    ("PROCEDURE", "DEVICE"),
    ("VITAL_SIGN", "PROBLEM"),
    ("ANATOMY", "LAB_TEST"),
    ("ANATOMY", "ROUTE"),
    ("DEVICE", "FORM"),
}

# Label → the groups that may swallow it.
_SWALLOWING = {
    label: sorted({_GROUP_OF[other] for inner, other in _SWALLOWED if inner == label}) for label, _ in _SWALLOWED
}


def merge(mentions: list[Mention]) -> list[Mention]:
    """Mentions in text order; within a group no two overlap, except the pieces of a shared head."""
    ordered = sorted(dict.fromkeys(mentions), key=lambda m: (m.first - m.last, m.first, _rank(m), m.source))
    taken: list[dict[int, Mention]] = [{} for _ in _GROUPS]  # token → mention, per group
    kept: list[Mention] = []
    for mention in ordered:
        own = taken[_GROUP_OF[mention.label]]
        # Of a mention in pieces only the first token counts: its pieces are shared with others.
        tokens = range(mention.first, mention.last if mention.holes is None else mention.first + 1)
        if own.keys().isdisjoint(tokens) and not _swallowed(mention, taken):
            own.update(dict.fromkeys(tokens, mention))
            kept.append(mention)
    return sorted(kept, key=lambda m: (m.first, m.last))


def _rank(mention: Mention) -> float:
    """Of equal mentions the first label, but a complaint of the vocabulary before a chapter of a code system."""
    if mention.source == "code system" and mention.label == "PROBLEM":
        return _ORDER["SYMPTOM"] + 0.5
    return _ORDER[mention.label]


def _swallowed(mention: Mention, taken: list[dict[int, Mention]]) -> bool:
    for group in _SWALLOWING.get(mention.label, ()):
        other = taken[group].get(mention.first)
        if other and (mention.label, other.label) in _SWALLOWED and other.last >= mention.last:
            return True
    return False
