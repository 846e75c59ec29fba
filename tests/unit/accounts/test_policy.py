"""The policy as a specification: one row per sentence."""

import pytest

from app.accounts import policy
from app.accounts.actor import Actor, HeldCredential, OperatorActor, ProjectRole, ServerRole, ServiceActor
from app.accounts.policy import RELATIONS, TABLE, ActForbidden, ActHidden, Action, PolicySubject, may, refusal

NOW, PROJECT = 1_000_000, 7
P, S, A = ProjectRole, ServerRole, Action


def credential(tier, *, ends_at=None, specialty="", country="DE"):
    return HeldCredential(tier * 10, tier, "physician", specialty, country, 1, ends_at)


def somebody(*roles, tier=0, **rest):
    return Actor(
        id=1,
        username="ann",
        display_name="Dr Ann",
        at=NOW,
        server_roles=frozenset(r for r in roles if isinstance(r, ServerRole)),
        project_roles={PROJECT: frozenset(r for r in roles if isinstance(r, ProjectRole))},
        credentials=rest.pop("credentials", (credential(tier),) if tier else ()),
        **rest,
    )


def item(*relations, **rest):
    return PolicySubject("item", 5, rest.pop("project_id", PROJECT), relations=frozenset(relations), **rest)


OWN = item("own-assignment")
SERVER = PolicySubject("server", None)
YES = None
SENTENCES = [
    # sentence, actor, act, subject, refusal (None: allowed)
    ("an annotator with T1 submits an own assignment", somebody(P.ANNOTATOR, tier=1), A.SUBMIT, OWN, YES),
    ("nobody submits another's assignment", somebody(P.ANNOTATOR, tier=1), A.SUBMIT, item(), "not-yours"),
    ("without a credential nobody submits", somebody(P.ANNOTATOR), A.SUBMIT, OWN, "credential-missing"),
    (
        "a complex item raises the tier its annotator needs",
        somebody(P.ANNOTATOR, tier=1),
        A.SUBMIT,
        item("own-assignment", min_tier=2),
        "tier-too-low",
    ),
    (
        "a credential that has expired counts for nothing",
        somebody(P.ANNOTATOR, credentials=(credential(4, ends_at=NOW),)),
        A.SUBMIT,
        OWN,
        "credential-expired",
    ),
    (
        "until its last millisecond it counts",
        somebody(P.ANNOTATOR, credentials=(credential(4, ends_at=NOW + 1),)),
        A.SUBMIT,
        OWN,
        YES,
    ),
    ("a text is read through an own assignment", somebody(P.ANNOTATOR), A.READ_DOCUMENT, OWN, YES),
    ("a manager does not read texts", somebody(P.MANAGER), A.READ_DOCUMENT, OWN, "role-missing"),
    ("a trainee does not verify", somebody(P.VERIFIER, tier=1), A.VERIFY, item(), "tier-too-low"),
    ("a verifier with T3 verifies", somebody(P.VERIFIER, tier=3), A.VERIFY, item(), YES),
    (
        "nobody verifies an item worked on before",
        somebody(P.VERIFIER, tier=3),
        A.VERIFY,
        item("earlier-actor"),
        "own-work",
    ),
    ("nor adjudicates it", somebody(P.ADJUDICATOR, tier=4), A.ADJUDICATE, item("earlier-actor"), "own-work"),
    (
        "nor resolves its escalation",
        somebody(P.ADJUDICATOR, tier=4),
        A.RESOLVE_ESCALATED,
        item("earlier-actor"),
        "own-work",
    ),
    ("an adjudicator with T3 settles", somebody(P.ADJUDICATOR, tier=3), A.ADJUDICATE, item(), YES),
    (
        "an escalated case needs T4",
        somebody(P.ADJUDICATOR, tier=3),
        A.RESOLVE_ESCALATED,
        item(),
        "tier-too-low",
    ),
    ("an admin cannot verify", somebody(S.ADMIN, tier=4), A.VERIFY, item(), "role-missing"),
    (
        "an admin made verifier still needs a credential",
        somebody(S.ADMIN, P.VERIFIER),
        A.VERIFY,
        item(),
        "credential-missing",
    ),
    (
        "a role in another project is none here",
        somebody(P.VERIFIER, tier=3),
        A.VERIFY,
        item(project_id=8),
        "role-missing",
    ),
    (
        "a cardiologist does not verify radiology",
        somebody(P.VERIFIER, credentials=(credential(4, specialty="cardiology"),)),
        A.VERIFY,
        item(specialties=frozenset({"radiology"})),
        "credential-unfit",
    ),
    (
        "the right specialty at too low a tier does not help a high tier elsewhere",
        somebody(
            P.VERIFIER,
            credentials=(credential(4, specialty="cardiology"), credential(2, specialty="radiology")),
        ),
        A.VERIFY,
        item(specialties=frozenset({"radiology"})),
        "credential-unfit",
    ),
    (
        "a licence from outside the project's jurisdictions does not sign",
        somebody(P.VERIFIER, identity_verified=True, credentials=(credential(3, country="US"),)),
        A.SIGN,
        item(jurisdictions=frozenset({"DE", "FR"})),
        "credential-unfit",
    ),
    (
        "with a second licence from inside it does",
        somebody(P.VERIFIER, identity_verified=True, credentials=(credential(3, country="US"), credential(3))),
        A.SIGN,
        item(jurisdictions=frozenset({"DE", "FR"})),
        YES,
    ),
    (
        "nobody signs before being identified",
        somebody(P.VERIFIER, tier=3),
        A.SIGN,
        item(),
        "identity-not-verified",
    ),
    ("a manager assigns", somebody(P.MANAGER), A.ASSIGN, item(), YES),
    ("an annotator does not", somebody(P.ANNOTATOR, tier=4), A.ASSIGN, item(), "role-missing"),
    ("a safety scientist assesses", somebody(P.PV_REVIEWER), A.ASSESS_SAFETY, item(), YES),
    ("an auditor reads the log", somebody(P.AUDITOR), A.READ_AUDIT, item(), YES),
    ("an auditor changes nothing", somebody(P.AUDITOR), A.CHANGE_PROJECT, item(), "role-missing"),
    ("an auditor takes an inspection bundle", somebody(P.AUDITOR), A.EXPORT_INSPECTION, item(), YES),
    ("who works on safety reads a lineage", somebody(P.PV_REVIEWER), A.READ_LINEAGE, item(), YES),
    ("and takes no bundle, which names people", somebody(P.PV_REVIEWER), A.EXPORT_INSPECTION, item(), "role-missing"),
    ("a reader reads no lineage", somebody(P.ANNOTATOR, tier=4), A.READ_LINEAGE, item(), "role-missing"),
    ("nor a verifier", somebody(P.VERIFIER, tier=4), A.READ_LINEAGE, item(), "role-missing"),
    ("a server auditor reads every log", somebody(S.AUDITOR), A.READ_AUDIT, item(project_id=8), YES),
    (
        "a manager does not decide on quarantine",
        somebody(P.MANAGER),
        A.DECIDE_QUARANTINE,
        item(),
        "role-missing",
    ),
    ("an operator sets a project up", OperatorActor(), A.CREATE_PROJECT, item(), YES),
    ("an operator does not annotate", OperatorActor(), A.ANNOTATE, OWN, "kind-not-allowed"),
    ("a guideline is published by a person", OperatorActor(), A.PUBLISH_GUIDELINE, item(), "kind-not-allowed"),
    ("nor sign", OperatorActor(), A.SIGN, item(), "kind-not-allowed"),
    ("a service tags documents", ServiceActor("tagger"), A.PREANNOTATE, item(), YES),
    ("a manager of the server stands for a pipeline", somebody(S.MANAGER), A.SIGN_PIPELINE, SERVER, YES),
    ("so does an administrator", somebody(S.ADMIN), A.SIGN_PIPELINE, SERVER, YES),
    ("a lead of a project does not", somebody(P.MANAGER, tier=4), A.SIGN_PIPELINE, SERVER, "role-missing"),
    ("nor an auditor", somebody(S.AUDITOR), A.SIGN_PIPELINE, SERVER, "role-missing"),
    ("an operator prepares an entry", OperatorActor(), A.REGISTER_PIPELINE, SERVER, YES),
    ("and does not sign it", OperatorActor(), A.SIGN_PIPELINE, SERVER, "kind-not-allowed"),
    ("an operator stops a pipeline", OperatorActor(), A.WITHDRAW_PIPELINE, SERVER, YES),
    ("a model does not register itself", ServiceActor("tagger"), A.REGISTER_PIPELINE, SERVER, "kind-not-allowed"),
    (
        "nobody grants himself a credential",
        somebody(S.ADMIN),
        A.GRANT_CREDENTIAL,
        PolicySubject("person", 1, relations=frozenset({"self"})),
        "own-account",
    ),
    ("who never had an item reports nothing in it", somebody(P.MANAGER), A.REPORT_PHI, item(), "not-yours"),
    ("who has it does", somebody(P.ANNOTATOR), A.REPORT_PHI, item("held-item"), YES),
    ("a verifier with T3 breaks the glass", somebody(P.VERIFIER, tier=3), A.BREAK_GLASS, item(), YES),
    ("one with T2 does not", somebody(P.VERIFIER, tier=2), A.BREAK_GLASS, item(), "tier-too-low"),
    ("nor an administrator", somebody(S.ADMIN, tier=4), A.BREAK_GLASS, item(), "role-missing"),
    ("an administrator looks up nobody's reading", somebody(S.ADMIN), A.READ_ACCESSES, item(), "role-missing"),
    (
        "a senior reviewer overrides a critical label, or stands for another's override",
        somebody(P.ADJUDICATOR, tier=4),
        A.OVERRIDE_CRITICAL,
        item(),
        YES,
    ),
    ("a verifier with T3 does not", somebody(P.VERIFIER, tier=3), A.OVERRIDE_CRITICAL, item(), "tier-too-low"),
    (
        "nor does whoever has worked on the item",
        somebody(P.ADJUDICATOR, tier=4),
        A.OVERRIDE_CRITICAL,
        item("earlier-actor"),
        "own-work",
    ),
    ("an operator approves nothing", OperatorActor(), A.APPROVE, SERVER, "kind-not-allowed"),
    (
        "nor a role",
        somebody(S.ADMIN),
        A.GRANT_ROLE,
        PolicySubject("person", 1, relations=frozenset({"self"})),
        "own-account",
    ),
]


@pytest.mark.parametrize(
    ("actor", "act", "subject", "expected"), [row[1:] for row in SENTENCES], ids=[row[0] for row in SENTENCES]
)
def test_the_policy_says(actor, act, subject, expected):
    assert refusal(actor, act, subject, at=NOW) == expected
    assert may(actor, act, subject, at=NOW) == (expected is None)


@pytest.mark.parametrize(
    "act",
    [A.SUBMIT, A.ANNOTATE, A.RECALL, A.VERIFY, A.ADJUDICATE, A.RESOLVE_ESCALATED, A.SIGN, A.SIGN_PIPELINE],
)
@pytest.mark.parametrize("actor", [ServiceActor("model"), OperatorActor()])
def test_no_machine_and_no_operator_judges(act, actor):
    assert not may(actor, act, item("own-assignment", "own-work"), at=NOW)


def test_every_act_has_a_row_and_every_reason_a_sentence():
    assert set(TABLE) == set(Action)
    assert {row[4] for row in SENTENCES} - {None} <= set(policy.REASONS)


def test_no_act_is_open_to_a_person_without_any_role():
    nobody = Actor(id=2, username="nobody", display_name="", at=NOW, credentials=(credential(4),))
    related = item(*{relation for rule in TABLE.values() for relation in rule.needs})
    assert [act for act in Action if may(nobody, act, related, at=NOW)] == []


class Earlier:
    key = "earlier-actor"

    def holds(self, session, actor, subject):
        return session == "worked-before"


class Unrelated:
    key = "conflict-of-interest"

    def holds(self, session, actor, subject):
        return False


@pytest.fixture
def earlier(app):
    made = [Earlier(), Unrelated()]
    known = {one.key: RELATIONS._parts.get(one.key) for one in made}
    RELATIONS._parts |= {one.key: one for one in made}
    yield
    for key, before in known.items():
        RELATIONS.remove(key)
        if before:
            RELATIONS._parts[key] = before


def test_require_asks_the_relations_of_the_rule(earlier):
    verifier = somebody(P.VERIFIER, tier=3)
    policy.require("fresh", verifier, A.VERIFY, item(), at=NOW)
    with pytest.raises(ActForbidden) as caught:
        policy.require("worked-before", verifier, A.VERIFY, item(), at=NOW)
    assert caught.value.code == "own-work"
    assert caught.value.denial.action is A.VERIFY


def test_outside_ones_projects_a_refusal_looks_like_absence(earlier):
    stranger = somebody(P.VERIFIER, tier=3)
    with pytest.raises(ActHidden) as caught:
        policy.require("fresh", stranger, A.VERIFY, item(project_id=8), at=NOW)
    assert (caught.value.code, caught.value.details) == ("not-found", {})
    assert caught.value.denial.reason == "role-missing"


def test_a_snapshot_names_ids_roles_and_tier_and_no_person():
    actor = somebody(P.VERIFIER, S.AUDITOR, tier=3, session_ref="ab", request_id="r1")
    assert actor.snapshot() == {
        "kind": "person",
        "id": 1,
        "roles": ["auditor"],
        "project_roles": {"7": ["verifier"]},
        "tier": 3,
        "credentials": [30],
        "session": "ab",
        "request": "r1",
    }
