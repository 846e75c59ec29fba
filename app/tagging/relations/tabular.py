"""Relations that the columns of a table state: drug and reaction, drug and what it is for."""

from __future__ import annotations

from app.tagging.reading.tables import TableRow
from app.tagging.relations.causes.stated import Cause
from app.tagging.relations.cues import words_for
from app.tagging.relations.frame import Frame
from app.tagging.relations.knowledge import is_side_effect
from app.tagging.relations.reach import DRUGS, EVENTS, gap
from app.tagging.relations.reasons import StatedReason


def in_tables(frame: Frame) -> tuple[list[Cause], list[StatedReason]]:
    """Of each row the drugs of its cell with the reactions and the indications of theirs."""
    causes: list[Cause] = []
    reasons: list[StatedReason] = []
    for row in frame.note.rows:
        for drug in frame.between(DRUGS, *row.cells["drug"]) if "drug" in row.cells else ():
            if "reaction" in row.cells:
                place = row.cells["reaction"]
                listed = frame.between(EVENTS, *place)
                causes += [Cause(drug, event, "certain", place, "listed with the drug") for event in listed]
            if "indication" in row.cells:
                _because(frame, row, drug, (causes, reasons))
    return causes, reasons


def _because(frame: Frame, row: TableRow, drug: int, found: tuple[list[Cause], list[StatedReason]]) -> None:
    """What the drug is for; in the row of a drug that was stopped, why it was stopped."""
    causes, reasons = found
    place = row.cells["indication"]
    stopped = not words_for("stop").isdisjoint(gap(frame, *row.whole))
    for event in frame.between(EVENTS, *place):
        if not stopped:
            reasons.append(StatedReason(drug, event, place))
        elif is_side_effect(frame, drug, event):
            causes.append(Cause(drug, event, "possible", place, "stopped because of the event"))
