"""Whose it is: a relative who reports, brings or worries says nothing of a disease of theirs."""

from __future__ import annotations

from app.tagging.assertion.cues import CueHit
from app.tagging.reading.tokens import Tokens
from app.tagging.reading.words import normal

# What a relative does for the patient; normal forms.
_REPORTING = frozenset(
    map(
        normal,
        (
            *(
                "reports",
                "reported",
                "report",
                "reporting",
                "says",
                "said",
                "states",
                "stated",
                "tells",
                "told",
                "notes",
            ),
            *(
                "noted",
                "noticed",
                "notices",
                "describes",
                "described",
                "denies",
                "denied",
                "thinks",
                "feels",
                "believes",
            ),
            *("concerned", "worried", "worries", "anxious", "upset", "called", "calling", "calls", "rang", "ringing"),
            *(
                "rings",
                "phoned",
                "phoning",
                "phones",
                "emailed",
                "texted",
                "found",
                "finds",
                "brought",
                "brings",
                "gave",
            ),
            *(
                "gives",
                "giving",
                "witnessed",
                "saw",
                "seen",
                "heard",
                "visiting",
                "visits",
                "visited",
                "present",
                "aware",
            ),
            *("updated", "informed", "requesting", "requests", "asking", "asks", "asked", "mentions", "mentioned"),
            *(
                "wonders",
                "wondering",
                "suspects",
                "claims",
                "confirms",
                "confirmed",
                "adds",
                "added",
                "recalls",
                "here",
            ),
            *(
                "attends",
                "attended",
                "accompanies",
                "accompanied",
                "accompanying",
                "complains",
                "complaining",
                "advises",
            ),
            *(
                "observed",
                "observes",
                "recorded",
                "videoed",
                "helps",
                "helping",
                "translated",
                "interpreting",
                "unsure",
            ),
        ),
    )
)
_ASIDE = frozenset(
    {
        "also",
        "has",
        "ha",
        "is",
        "was",
        "wa",
        "very",
        "really",
        "and",
        "are",
        "were",
        "then",
        "who",
        "first",
        "have",
        "had",
    }
)
_BY = frozenset({"with", "by", "per", "from", "to", "via", "for", "told", "informed", "ask", "asked", "discussed"})
_HAVING = frozenset({"who", "ha", "has", "had", "with", "having", "diagnosed", "w", "on", "taking"})
_WORRY = frozenset(
    map(normal, ("concerned", "concern", "concerns", "worried", "worry", "worries", "anxious", "suspects"))
)


def tellers(tokens: Tokens, hits: list[CueHit]) -> list[CueHit]:
    """The hits of the axis of persons without relatives who only report, and without those spoken to."""
    kept = []
    for hit in hits:
        if hit.rule.value not in ("family", "other"):
            kept.append(hit)
        elif hit.rule.direction == "backward":
            if hit.first == 0 or tokens.words[hit.first - 1] not in _BY:
                kept.append(hit)
        elif not _reports(tokens.words, hit.last) and not _accompanies(tokens.words, hit):
            kept.append(hit)
    return kept


def _accompanies(words: list[str], hit: CueHit) -> bool:
    """ "Here with mom for ear pain", unlike "lives with a son who has asthma"."""
    before = [word for word in words[max(0, hit.first - 2) : hit.first] if word not in ("his", "her", "the")]
    after = words[hit.last : hit.last + 2]
    if before[-1:] == ["by"]:  # "brought in by daughter with confusion"
        return after[:1] != ["who"]
    return before[-1:] in (["with"], ["by"]) and _HAVING.isdisjoint(after)


def _reports(words: list[str], at: int) -> bool:
    """Is the next verb one of telling or bringing ("mum also says …", "parents are worried about …")?"""
    for place in range(at, min(len(words), at + 3)):
        if words[place] in _REPORTING:
            return True
        if words[place] not in _ASIDE:
            return False
    return False


def without_worries(tokens: Tokens, hits: list[CueHit], reporters: list[int]) -> list[CueHit]:
    """ "Daughter concerned about confusion": the confusion is there. `reporters`: where relatives stand."""
    return [
        hit
        for hit in hits
        if tokens.words[hit.first] not in _WORRY or not any(0 < hit.first - at <= 3 for at in reporters)
    ]
