"""What pages call states, verdicts and jobs, and what each of them means."""

from __future__ import annotations

from app.corpus.document import Verdict
from app.review.states import ItemState

_S = ItemState

# State → title, meaning, group of the bar; in the order in which work goes.
STATES: dict[str, tuple[str, str, str]] = {
    _S.IMPORTED: ("Imported", "waits for its text to be let in", "waiting"),
    _S.READY: ("Ready", "may be assigned", "waiting"),
    _S.REREVIEW: ("To be read again", "sent back for another round", "waiting"),
    _S.IN_ANNOTATION: ("Being read", "readers work on it", "reading"),
    _S.SUBMITTED: ("Read", "all readers have finished", "reading"),
    _S.AGREED: ("Agreed", "readers agree", "deciding"),
    _S.DISAGREED: ("Disagreed", "readers differ", "deciding"),
    _S.ADJUDICATION: ("Adjudication", "an adjudicator settles differences", "deciding"),
    _S.ESCALATED: ("Escalated", "a significant label is in dispute", "deciding"),
    _S.VERIFICATION: ("Verification", "waits for a credentialed person", "checking"),
    _S.PASSED_BY_SAMPLING: ("Passed by sampling", "agreed, and no person verified it", "checking"),
    _S.VERIFIED: ("Verified", "waits for a signature", "done"),
    _S.SIGNED: ("Signed", "waits for a release", "done"),
    _S.RELEASED: ("Released", "is in a release", "done"),
    _S.WITHDRAWN: ("Withdrawn", "will not be used", "gone"),
}

# Never "de-identified": that is said after a leak audit only (domain B.7).
VERDICTS: dict[str, tuple[str, str, str]] = {
    Verdict.MACHINE_PASSED: ("Machine passed", "not checked by a person", "reading"),
    Verdict.NEEDS_REVIEW: ("Needs review", "waits for a privacy officer", "deciding"),
    Verdict.ACCEPTED: ("Accepted", "a privacy officer looked at it", "done"),
    Verdict.REFUSED: ("Refused", "a privacy officer keeps it back", "gone"),
}

# Kind of what a job waits for → how a page says it; the rest of `kind:which` goes in.
WAITS = {"schema": "a label schema for {}"}

# Failing rule of the register → what a page says of the documents it kept a pipeline from.
REFUSALS = {
    "not-registered": "no signed entry",
    "not-installed": "pipeline not installed",
    "withdrawn": "entry withdrawn",
    "suspended": "review overdue",
    "changed": "not the version that was signed",
    "out-of-scope:language": "language",
    "out-of-scope:note_type": "note type",
    "out-of-scope:specialty": "specialty",
    "out-of-scope:age": "age",
}
