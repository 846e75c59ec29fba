"""What every state machine and every piece of evidence in an audit bundle has to be."""

import json

import pytest

from app.audit.evidence import EVIDENCE, STATE_MACHINES, transitions_json
from app.audit.export import EXPECTED_EVIDENCE
from app.core.digest import canonical_json
from app.factory import compose

compose()


@pytest.mark.parametrize("machine", STATE_MACHINES, ids=lambda m: m.key)
def test_a_machine_is_a_table_in_which_every_state_can_be_reached(machine):
    reached, rows = {machine.start}, list(machine.transitions)
    for _ in rows:
        reached |= {after for before, _, after in rows if before in reached}
    assert {state for before, _, after in rows for state in (before, after)} <= reached
    assert len({(before, event) for before, event, _ in rows}) == len(rows), "one event, two outcomes"


@pytest.mark.parametrize("machine", STATE_MACHINES, ids=lambda m: m.key)
@pytest.mark.parametrize("project_id", [None, 1])
def test_a_machine_tells_the_states_of_an_empty_database(machine, project_id, database):
    with database.reading() as session:
        assert list(machine.current(session, project_id)) == []


@pytest.mark.parametrize("evidence", EVIDENCE, ids=lambda e: e.key)
@pytest.mark.parametrize("project_id", [None, 1])
def test_evidence_of_an_empty_database_is_empty(evidence, project_id, database):
    with database.reading() as session:
        assert list(evidence.rows(session, project_id)) == []


def test_the_verifier_finds_every_file_it_expects():
    assert set(EXPECTED_EVIDENCE) == set(EVIDENCE.keys())


def test_transition_tables_are_canonical():
    assert canonical_json(json.loads(transitions_json())) == transitions_json()
