"""A row that is locked is read as it stands then, not as this session met it before (two connections)."""

import threading
from pathlib import Path

import pytest

from app.accounts.actor import OperatorActor
from app.core.errors import Conflict
from app.review import states
from app.review.assignment import Assignment, get_assignment
from app.review.item import Item, get_item
from tests.team import T0, Team

APP = Path(__file__).parents[3] / "app"
OPERATOR = OperatorActor("tests")


def beside(database, unit):
    """Run a unit in another thread, on a connection of its own, to its commit."""
    thread = threading.Thread(target=database.writing, args=(unit,))
    thread.start()
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture
def team(database):
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time: nobody can change a row that a writer has read")
    return Team(database)


@pytest.mark.parametrize(("model", "get"), [(Item, get_item), (Assignment, get_assignment)])
def test_a_row_that_was_read_before_is_read_anew_when_it_is_locked(team, model, get):
    item, task, _ = team.item("ann", "ben")
    row = item if model is Item else task

    def unit(session):
        known = session.get(model, row.id)
        before = known.state
        event = "withdrawn" if model is Item else "revoked"
        beside(team.database, lambda s: states.advance(s, OPERATOR, s.get(model, row.id), event, at=T0))
        locked = get(session, row.id, lock=True)
        assert locked is known
        return before, locked.state

    before, after = team.database.writing(unit)
    assert before != after == team.reload(row).state


def test_what_the_same_transaction_changed_survives_the_lock(team):
    item, _, _ = team.item("ann", "ben")

    def unit(session):
        session.get(Item, item.id).escalated = True
        locked = get_item(session, item.id, lock=True)
        assert locked.escalated
        states.advance(session, OPERATOR, locked, "withdrawn", at=T0)

    team.database.writing(unit)
    assert team.reload(item).escalated


def test_two_transitions_at_once_are_not_both_taken(team):
    """A reader gives a task back while another connection has just taken it away: the second is refused."""
    _, task, _ = team.item("ann", "ben")

    def unit(session):
        known = session.get(Assignment, task.id)
        beside(team.database, lambda s: states.advance(s, OPERATOR, s.get(Assignment, task.id), "revoked", at=T0))
        states.advance(session, OPERATOR, known, "declined", at=T0)

    with pytest.raises(Conflict):
        team.database.writing(unit)
    assert team.reload(task).state == "revoked"


def test_rows_are_locked_only_by_ways_that_read_them_anew():
    """`core/db.py` has them; the head of a stream is never read but locked, and stays so. A task to save in is read
    anew by its own query, which is built once; of the items of a release columns are read, which nobody holds."""
    locking = [path for path in APP.rglob("*.py") if "with_for_update" in path.read_text(encoding="utf-8")]
    assert {path.relative_to(APP).as_posix() for path in locking} == {
        "core/db.py",
        "accounts/factors/factor.py",
        "audit/log.py",
        "review/assignment.py",
        "release/cutting.py",
    }
