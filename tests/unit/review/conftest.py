"""A team whose items are coins: the review core needs no real modality."""

import pytest

from app.factory import compose
from app.review.modality import MODALITIES
from app.review.workflows import WORKFLOWS
from tests.build import composed
from tests.team import Team
from tests.toy import Toy


@pytest.fixture(autouse=True)
def toy_modality():
    """The toy is registered for the test and gone afterwards."""
    compose()  # the real parts first, whichever test comes first
    MODALITIES._parts["toy"] = Toy()
    yield
    MODALITIES._parts.pop("toy")


@pytest.fixture
def team(database):
    """Coins of no weight: a T3 adjudicator may settle them."""
    return Team(database)


@pytest.fixture
def workflow():
    """`workflow(readers=3)` makes a composed workflow known, for the test; its key."""
    made = []

    def make(**rules):
        made.append(composed(f"composed_{len(made)}", **rules))
        WORKFLOWS.add(made[-1])
        return made[-1].key

    yield make
    for one in made:
        WORKFLOWS.remove(one.key)


@pytest.fixture
def critical_team(database):
    """Coins are critical: any dispute is for T4."""
    return Team(database, "critical")
