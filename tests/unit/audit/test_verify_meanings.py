"""What the offline checker asks of the review's signatures: their meaning, and which of them signs an item."""

from collections import defaultdict

import pytest

from app.audit import verify
from app.review.meaning import STATEMENTS, STEPS, Meaning

SAID = {"item": 4, "assignment": 9, "step": "verify", "meaning": "verification", "reason": ""}
SAID |= {"workflow": "two_readers_adjudicator", "ends_workflow": True}
MANIFEST = SAID | {"v": 2, "statement": STATEMENTS[Meaning.VERIFICATION]}


def test_the_checker_knows_every_meaning_the_review_has_and_its_step():
    assert {meaning: step for step, meanings in verify.MEANINGS.items() for meaning in meanings} == {
        meaning.value: step for meaning, step in STEPS.items()
    }


def test_a_true_manifest_has_no_problem():
    assert verify.meaning_problem(MANIFEST, SAID) == ""


@pytest.mark.parametrize("name", SAID)
def test_a_manifest_that_says_another_thing_than_the_log_is_found(name):
    other = {True: False, False: True}.get(SAID[name], "another")
    assert verify.meaning_problem(MANIFEST | {name: other}, SAID) == f"its {name} is not the one in the log"
    without = {key: value for key, value in MANIFEST.items() if key != name}
    assert verify.meaning_problem(without, SAID) == f"its {name} is not the one in the log"


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"meaning": "approval"}, "is none that the step verify has"),
        ({"step": "adjudicate"}, "is none that the step adjudicate has"),
        ({"meaning": "rejection", "reason": "", "ends_workflow": False}, "rejects without a reason"),
        ({"meaning": "rejection", "reason": "slip", "ends_workflow": True}, "ends a workflow"),
    ],
)
def test_a_meaning_its_step_cannot_have_is_found(said, problem):
    assert problem in verify.meaning_problem(MANIFEST | said, SAID | said)


def test_a_signature_without_a_statement_is_found():
    assert verify.meaning_problem(MANIFEST | {"statement": ""}, SAID)


def test_a_manifest_of_the_first_version_still_holds():
    assert verify.meaning_problem({"v": 1, "meaning": "approval"}, {"meaning": "approval"}) == ""
    assert verify.meaning_problem({"v": 1, "meaning": "approval"}, {"meaning": "verification"})


def breaks(made, signed):
    """What is found where these signatures are in the log, and these items were signed by them."""
    log = verify.Log.__new__(verify.Log)
    log.kept = defaultdict(list, {verify.SIGNED: [(n, {"data": data}) for n, data in enumerate(made)]})
    log.signed, log.breaks, log.broken = signed, [], 0
    log.check_signed()
    return [found["message"] for found in log.breaks]


FINAL = {"signature_id": 1, "item": 4, "ends_workflow": True}


@pytest.mark.parametrize(
    ("made", "signed", "found"),
    [
        ([FINAL], [(7, 4, "1")], 0),
        ([FINAL | {"ends_workflow": False}], [], 0),
        ([{"signature_id": 1}], [(7, 4, "1")], 0),  # a log of the first version
        ([FINAL | {"ends_workflow": False}], [(7, 4, "1")], 1),
        ([FINAL | {"item": 5}], [(7, 4, "1")], 1),
        ([], [(7, 4, "1")], 1),
        ([], [(7, 4, "None")], 1),
        ([FINAL], [], 1),
        ([FINAL], [(7, 4, "1"), (8, 4, "1")], 1),
    ],
)
def test_an_item_is_signed_by_the_signature_its_workflow_ended_with(made, signed, found):
    assert len(breaks(made, signed)) == found
