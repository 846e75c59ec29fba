"""INV-9: a model prepares; it never submits, recalls, verifies or signs."""

import pytest

from app.accounts.actor import ServiceActor
from app.core.errors import Forbidden
from app.review.signature import sign
from app.review.submission import recall, submit
from app.review.verification import verify
from tests.team import T0, Seal

MODEL = ServiceActor("preannotate")
AUTH = {"signer": Seal(), "authentication": {"factors": ["password"], "reauth_at": "2023-11-14T22:13:20Z"}}


def refused(team, act, *args, **named):
    with pytest.raises(Forbidden) as error:
        team.database.writing(lambda s: act(s, MODEL, *args, at=T0, **named))
    assert error.value.code == "kind-not-allowed"


@pytest.mark.parametrize("act", [submit, recall, verify])
def test_a_model_cannot_finish_a_persons_task(team, act):
    item = team.read_by_two("heads", "heads")
    refused(team, act, team.take("vera", item))


def test_a_model_cannot_sign_what_a_person_verified(team):
    item = team.read_by_two("heads", "heads")
    team.act("vera", verify, team.take("vera", item))
    refused(team, sign, item, "verification", **AUTH)
