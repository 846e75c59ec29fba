"""May a document go on? Residual risk from what the detectors disagree on or are unsure of."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import prod

from app.deidentify.language import guess_language
from app.deidentify.lexicon.shapes import Known
from app.deidentify.note import Note
from app.deidentify.policy import Policy
from app.deidentify.replace.dateshift import is_ambiguous, order_shown
from app.deidentify.span import Span

PASSED, NEEDS_REVIEW, REFUSED = "machine_passed", "needs_review", "refused"
# A finding below this score is one only a single weak source stands behind.
UNSURE = 0.55
_MODEL = "model"
# How likely a suspect place is a leak; conservative figures, to be replaced by leak-audit results.
_RISK_OF_SUSPECT = 0.15
_RISK_OF_DISAGREEMENT = 0.25
_LONG_NUMBER = re.compile(r"\d{6,}")


@dataclass(frozen=True)
class Verdict:
    """`suspects` are places [start, end] in the source that a privacy officer should look at."""

    outcome: str
    reasons: tuple[str, ...]
    risk: float
    suspects: tuple[tuple[int, int], ...] = ()


def judge(note: Note, spans: list[Span], policy: Policy, *, with_model: bool) -> Verdict:
    """The verdict on one document; `spans` are its merged findings."""
    language = guess_language(note.text)
    if language not in (policy.language, "und"):
        return Verdict(REFUSED, ("language-unsupported",), 1.0)
    reasons = []
    disagreed = [(s.start, s.end) for s in spans if s.recogniser == _MODEL] if with_model else []
    suspects = suspect_places(note, spans)
    risk = 1 - prod([1 - _RISK_OF_SUSPECT] * len(suspects) + [1 - _RISK_OF_DISAGREEMENT] * min(1, len(disagreed)))
    unsure_dates = ambiguous_dates(note, spans) if policy.dates == "shift" else []
    if unsure_dates:
        reasons.append("ambiguous-dates")
    if disagreed and with_model and len(disagreed) * 4 > len(spans):
        reasons.append("model-rule-disagreement")
    if risk >= policy.threshold:
        reasons.append("residual-risk")
    return Verdict(
        NEEDS_REVIEW if reasons else PASSED, tuple(reasons), round(risk, 3), (*suspects, *disagreed, *unsure_dates)
    )


def suspect_places(note: Note, spans: list[Span]) -> list[tuple[int, int]]:
    """Capitalised unknown words inside sentences and long numbers that no span covers."""
    covered = bytearray(len(note.text) + 1)
    for span in spans:
        covered[span.start : span.end] = b"\1" * (span.end - span.start)
    if note.mostly_upper:
        return []
    found = []
    for position, word in enumerate(note.words):
        start, end = note.starts[position], note.end(position)
        if covered[start]:
            continue
        unknown = (
            word.istitle() and len(word) > 3 and not note.flags[position] & ~(Known.FIRST | Known.LAST | Known.TOWN)
        )
        inside = position > 0 and note.gap(position - 1) in (" ", ", ") and note.words[position - 1].islower()
        if (unknown and inside and note.flags[position] & (Known.FIRST | Known.LAST)) or _LONG_NUMBER.fullmatch(word):
            found.append((start, end))
    return found


def ambiguous_dates(note: Note, spans: list[Span]) -> list[tuple[int, int]]:
    """Numeric dates that could be read both ways, where the site's order is unknown or contradicted."""
    dates = [(s.start, s.end) for s in spans if s.type == "DATE"]
    shown = {order for start, end in dates if (order := order_shown(note.text[start:end]))}
    unsure = note.date_order not in ("mdy", "dmy") or bool(shown - {note.date_order})
    return [(start, end) for start, end in dates if is_ambiguous(note.text[start:end])] if unsure else []
