"""Fifty people reach for the same few items at once: as many get one as there are, and nobody a second time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor
from app.core.errors import ChartmarkError
from app.review.assignment import Assignment, claim
from app.review.item import get_item
from app.review.opening import open_task
from app.review.workflows import Step
from tests import team as cast

SEATS, CLAIMERS = 5, 50


@pytest.fixture
def crowd(team, monkeypatch):
    """Verifiers nobody has heard of."""
    names = [f"verifier-{n}" for n in range(CLAIMERS)]
    monkeypatch.setattr(cast, "PEOPLE", cast.PEOPLE | dict.fromkeys(names, ([ProjectRole.VERIFIER], 3)))
    for name in names:
        team.person(name)
    return names


def test_k_claims_for_k_seats_under_fifty_claimers(team, crowd):
    items = [team.read_by_two("heads", "heads") for _ in range(SEATS)]

    def reach(name):
        """As the queue's button does: take the item and open it in one transaction; else try the next."""
        for item in items:

            def unit(session, item=item):
                actor = load_actor(session, team.people[name], at=team.at)
                task = claim(session, actor, get_item(session, item.id), Step.VERIFY, at=team.at)
                open_task(session, actor, task, at=team.at)
                return item.id

            try:
                return team.database.writing(unit)
            except ChartmarkError as error:
                assert error.code == "taken", error.code
        return None

    with ThreadPoolExecutor(CLAIMERS) as pool:
        got = [one for one in pool.map(reach, crowd) if one is not None]
    assert sorted(got) == sorted(item.id for item in items)
    tasks = team.read(lambda s: s.query(Assignment).filter_by(step="verify").all())
    assert [task.state for task in tasks] == ["open"] * SEATS
    assert len({task.person_id for task in tasks}) == SEATS
