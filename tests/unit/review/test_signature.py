"""Signatures: who may sign what, what the manifest says, and what a signature is bound to."""

import json

import pytest

from app.audit.events import Tag
from app.core import clock
from app.core.digest import sha256
from app.core.errors import Conflict, Forbidden, Invalid, NotFound
from app.corpus.project import get_project
from app.release.cutting import cut
from app.release.release import manifest_of
from app.review import states
from app.review.hold import HoldKind, lift_hold, open_hold
from app.review.item import Item, count_by_state
from app.review.signature import STATEMENTS, Signature, sign, signatures_of
from app.review.submission import gold_of
from app.review.verification import verify
from tests.team import T0, Seal

AUTH = {"signer": Seal(), "authentication": {"factors": ["password"], "reauth_at": "2023-11-14T22:13:20Z"}}


@pytest.fixture
def item(team):
    """An item vera has verified."""
    item = team.read_by_two("heads", "heads")
    team.act("vera", verify, team.take("vera", item))
    return item


def test_the_manifest_says_who_what_when_and_why(team, item):
    signature = team.act("vera", sign, item, "verification", **AUTH).signature
    gold = team.read(lambda s: gold_of(s, item.id))
    manifest = json.loads(signature.manifest)
    # The fields of domain E: printed name, date and time, meaning (21 CFR 11.50(a)).
    assert manifest["signer_name"] == "Dr Vera"
    assert manifest["signer_id"] == team.person("vera")
    assert manifest["signed_at"] == clock.iso(T0)
    assert manifest["meaning"] == "verification"
    assert manifest["statement"] == STATEMENTS["verification"]
    assert manifest["record_sha256"] == gold.body_sha256 == signature.record_sha256
    assert (manifest["record_type"], manifest["record_id"], manifest["record_version"]) == ("submission", gold.id, 1)
    assert manifest["auth"] == AUTH["authentication"]
    assert manifest["guideline_version"] == gold.guideline_version_id
    assert manifest["schema"] == item.schema_id
    (held,) = manifest["signer_credentials"]
    assert {"id", "profession", "specialty", "country", "tier"} <= set(held)
    assert signature.manifest_sha256 == sha256(signature.manifest)
    assert team.state(item) == "signed"


def test_the_event_binds_record_and_manifest(team, item):
    signed = team.act("vera", sign, item, "verification", **AUTH)
    (event,) = team.events(Tag.SIGNATURE_MADE)
    assert event["event_id"] == signed.event_id
    assert event["data"]["record_sha256"] == signed.signature.record_sha256
    assert event["data"]["manifest_sha256"] == signed.signature.manifest_sha256


def test_credentials_of_a_signer_who_did_not_give_the_answer_are_as_complete(team, item):
    signature = team.act("tess", sign, item, "approval", **AUTH).signature
    (held,) = json.loads(signature.manifest)["signer_credentials"]
    assert held["tier"] == 4
    assert held["country"] == "DE"


@pytest.mark.parametrize("meaning", ["verification", "adjudication"])
def test_nobody_signs_for_what_somebody_else_did(team, item, meaning):
    with pytest.raises(Invalid) as refused:
        team.act("tess", sign, item, meaning, **AUTH)
    assert refused.value.code == "meaning"
    assert team.count(Signature) == 0


def test_a_meaning_is_one_of_the_list(team, item):
    with pytest.raises(Invalid):
        team.act("vera", sign, item, "responsibility-for-everything", **AUTH)


def test_an_item_is_signed_once_and_only_when_verified(team, item):
    unready = team.read_by_two("heads", "heads")
    with pytest.raises(Conflict) as refused:
        team.act("vera", sign, unready, "approval", **AUTH)
    assert refused.value.code == "state"
    team.act("vera", sign, item, "verification", **AUTH)
    with pytest.raises(Conflict):
        team.act("tess", sign, item, "approval", **AUTH)
    assert team.count(Signature) == 1


@pytest.mark.parametrize(("name", "code"), [("ann", "role-missing"), ("low", "tier-too-low"), ("lena", "role-missing")])
def test_who_may_not_sign(team, item, name, code):
    with pytest.raises(Forbidden) as refused:
        team.act(name, sign, item, "approval", **AUTH)
    assert refused.value.code == code


def test_a_stranger_learns_nothing_of_the_item(team, item):
    with pytest.raises(NotFound):
        team.act("sam", sign, item, "approval", **AUTH)


def test_an_expired_credential_signs_nothing(team, item):
    team.at = T0 + clock.DAY
    with pytest.raises(Forbidden) as refused:
        team.act("vera", sign, item, "verification", **AUTH)
    assert refused.value.code == "credential-expired"


def test_a_held_item_is_not_signed(team, item):
    hold = team.do("priv", lambda s, priv: open_hold(s, priv, item.id, item.project_id, HoldKind.QUARANTINE, at=T0))
    with pytest.raises(Conflict) as refused:
        team.act("vera", sign, item, "verification", **AUTH)
    assert refused.value.code == "held"
    team.act("priv", lift_hold, hold)
    team.act("vera", sign, item, "verification", **AUTH)


def test_the_database_refuses_to_change_a_signature(team, item):
    team.act("vera", sign, item, "verification", **AUTH)
    with pytest.raises(Exception, match=r"append|refused"):
        team.database.writing(lambda s: s.connection().exec_driver_sql("UPDATE signature SET meaning = 'approval'"))


def test_a_release_names_only_signatures_of_the_answer_it_holds(team, item):
    """INV-11: what was signed before the item was read anew does not count for the new answer."""
    team.act("vera", sign, item, "verification", **AUTH)

    def reopen(session, lena):
        for event in ("sent_to_rereview", "reopened"):
            states.advance(session, lena, session.get(Item, item.id), event, at=T0)

    team.do("lena", reopen)
    team.assign("cal", "dee")
    for name in ("cal", "dee"):
        team.answer(name, team.task(item, name), c1="tails")
    team.act("vito", verify, team.take("vito", item))
    second = team.act("vito", sign, item, "verification", **AUTH).signature
    release = team.do("lena", lambda s, lena: cut(s, lena, get_project(s, team.project_id), at=T0))
    (entry,) = manifest_of(release)["items"]
    assert [s["id"] for s in entry["signatures"]] == [second.id]
    assert entry["submission_sha256"] == second.record_sha256
    assert len(team.read(lambda s: signatures_of(s, item.id))) == 2
    assert team.read(lambda s: count_by_state(s, team.project_id)) == {"released": 1}
