"""All drug → adverse event relations of a note: one per pair, by its strongest cue."""

from __future__ import annotations

from app.tagging.relations.causes.exposure import timed
from app.tagging.relations.causes.literature import in_literature
from app.tagging.relations.causes.named import beside, from_lists, named
from app.tagging.relations.causes.stated import Cause, DeniedCause, stated
from app.tagging.relations.cues import RANK, find_cues
from app.tagging.relations.frame import Frame
from app.tagging.relations.reach import DRUGS, EVENTS


def find_causes(frame: Frame) -> list[Cause]:
    """Ordered by drug and event. A doubt wins over an order in time; a denial leaves no relation at all."""
    if not frame.of(DRUGS)[0] or not frame.of(EVENTS)[0]:
        return []
    cues = find_cues(frame.note, "causal_cues", frame.sentences_with(DRUGS, EVENTS))
    said = list(stated(frame, cues))
    denied = {(one.drug, one.event) for one in said if isinstance(one, DeniedCause)}
    stated_ones = [one for one in said if isinstance(one, Cause)]
    doubted = {(one.drug, one.event) for one in stated_ones if one.certainty == "unlikely"}
    best: dict[tuple[int, int], Cause] = {}
    for cause in (
        *named(frame),
        *from_lists(frame),
        *beside(frame),
        *stated_ones,
        *timed(frame, cues),
        *in_literature(frame),
    ):
        pair = cause.drug, cause.event
        if pair in denied or (pair in doubted and cause.certainty != "unlikely"):
            continue
        if pair not in best or RANK[cause.certainty] < RANK[best[pair].certainty]:
            best[pair] = cause
    return [best[pair] for pair in sorted(best)]
