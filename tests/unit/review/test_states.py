"""The state tables as a specification: each legal step a row with its sentence, all others refused."""

import pytest
from sqlalchemy import update

from app.core.errors import Conflict
from app.review import states
from app.review.assignment import Assignment
from app.review.item import Item
from app.review.states import ASSIGNMENT, ITEM, AssignmentState, ItemState

ITEM_STEPS = [
    ("imported", "deid_accepted", "ready", "A text enters review once its de-identification is accepted."),
    ("ready", "assigned", "in_annotation", "It is given to its blind readers."),
    ("in_annotation", "all_submitted", "submitted", "The last reader has submitted."),
    ("submitted", "found_agreed", "agreed", "The answers do not differ."),
    ("submitted", "found_disagreed", "disagreed", "The answers differ."),
    ("agreed", "sent_to_verification", "verification", "A credentialed person looks at what was agreed."),
    ("agreed", "passed_by_sampling", "passed_by_sampling", "Agreed and light: checked by samples, shown as such."),
    ("disagreed", "sent_to_adjudication", "adjudication", "A difference of no weight goes to an adjudicator."),
    ("disagreed", "escalated", "escalated", "A significant label in dispute goes to a senior reviewer."),
    ("adjudication", "escalated", "escalated", "The adjudicator asks for a senior reviewer."),
    ("adjudication", "adjudicated", "verification", "Settled; a third pair of eyes follows."),
    ("adjudication", "adjudicated_finally", "verified", "Settled by whoever also verifies, in a small team."),
    ("escalated", "resolved", "verification", "A senior reviewer settled it; verification follows."),
    ("escalated", "resolved_finally", "verified", "A senior reviewer settled and verified it, in a small team."),
    ("verification", "accepted", "verified", "The verifier found it correct."),
    ("verification", "changed", "verified", "The verifier corrected it, with a reason."),
    ("verification", "escalated", "escalated", "The verifier changed a critical label: four eyes of which two are T4."),
    ("verification", "rejected", "ready", "The verifier sends it back for a new round with new readers."),
    ("passed_by_sampling", "sampled", "verification", "It was drawn for a sample."),
    ("verified", "signed", "signed", "Somebody stands for it with name, time and meaning."),
    ("signed", "included", "released", "It is part of a release, and final."),
    ("rereview", "reopened", "ready", "It is read anew."),
    *((s, "sent_to_rereview", "rereview", "What it was judged by has changed, or a sample failed.")
      for s in ("agreed", "passed_by_sampling", "verification", "verified", "signed")),
    *((s, "withdrawn", "withdrawn", "Its text was withdrawn; possible until it is released.")
      for s in map(str, ItemState) if s not in ("released", "withdrawn")),
]  # fmt: skip
ASSIGNMENT_STEPS = [
    ("offered", "opened", "open", "The person looks at it for the first time."),
    ("offered", "declined", "declined", "The person recuses herself unseen."),
    ("open", "declined", "declined", "The person recuses herself, or the verifier rejects."),
    ("offered", "revoked", "revoked", "The lead takes the task back unseen."),
    ("open", "revoked", "revoked", "The lead takes the task back; the draft stays."),
    ("offered", "lapsed", "revoked", "The lease of a task that was taken is over, and it was never opened."),
    ("open", "lapsed", "revoked", "The lease is over, and nothing was written."),
    ("open", "submitted", "submitted", "The answer is frozen."),
    ("submitted", "recalled", "open", "The person takes the answer back before anybody else has submitted."),
]


@pytest.mark.parametrize(
    ("machine", "steps", "known"),
    [(ITEM, ITEM_STEPS, ItemState), (ASSIGNMENT, ASSIGNMENT_STEPS, AssignmentState)],
    ids=["item", "assignment"],
)
class TestTables:
    def test_the_table_is_the_specification(self, machine, steps, known):
        said = {(before, event): after for before, event, after, _ in steps}
        assert {(str(s), e): str(after) for (s, e), after in machine.transitions.items()} == said
        assert len(said) == len(steps)

    def test_every_state_can_be_reached_from_the_start(self, machine, steps, known):
        reached, fresh = set(), {str(machine.start)}
        while fresh:
            reached |= fresh
            fresh = {after for before, _, after, _ in steps if before in reached} - reached
        assert reached == set(map(str, known))

    def test_what_is_exported_for_auditors_is_the_table(self, machine, steps, known):
        assert machine.to_json()["transitions"] == sorted([b, e, a] for b, e, a, _ in steps)


def test_what_is_final_is_left_by_nothing():
    left = {before for before, _, _, _ in ITEM_STEPS}
    assert not left & {"released", "withdrawn"}
    assert not {before for before, _, _, _ in ASSIGNMENT_STEPS} & {"declined", "revoked"}


@pytest.mark.parametrize("model", [Item, Assignment])
def test_no_other_step_happens_and_a_refused_one_writes_nothing(team, model):
    item, task, _ = team.item("ann", "ben")
    row_id = item.id if model is Item else task.id
    machine = model.machine
    known = ItemState if model is Item else AssignmentState
    names = {event for _, event in machine.transitions}
    illegal = [(s, e) for s in known for e in names if (s, e) not in machine.transitions]
    assert len(illegal) > 15
    before = team.count()

    def refused(session, actor):
        for state, event in illegal:
            row = session.get(model, row_id)
            # Beside the session, so that what `advance` itself leaves there can be seen.
            session.execute(update(model).where(model.id == row_id).values(state=state))
            session.refresh(row)
            with pytest.raises(Conflict):
                states.advance(session, actor, row, event, at=team.at)
            assert not session.dirty
            assert not session.new
            assert row.state == state
        session.rollback()

    team.do("lena", refused)
    assert team.count() == before


def test_a_shut_gate_refuses_the_step(team):
    item = team.ready_item()

    class Shut:
        key, event = "test-gate", "assigned"

        def problem(self, session, item, *, at):
            return "test-shut"

    states.GATES.add(Shut())
    try:
        with pytest.raises(Conflict, match="condition") as refused:
            team.assign("ann", "ben")
        assert refused.value.code == "test-shut"
    finally:
        states.GATES._parts.pop("test-gate")
    assert team.state(item) == "ready"
