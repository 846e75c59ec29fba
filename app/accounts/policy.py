"""Who may do what: one pure table, read by every service, evaluated at the act."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from app.accounts.actor import Actor, AnyActor, HeldCredential, Kind, ProjectRole, ServerRole
from app.core.db import Session
from app.core.errors import ChartmarkError, Forbidden, NotFound
from app.core.registry import Registry


class ActorRelation(Protocol):
    """How an actor stands to a subject. Upper packages register theirs in `app/plugins.py`."""

    key: str

    def holds(self, session: Session, actor: Actor, subject: PolicySubject) -> bool: ...


RELATIONS: Registry[ActorRelation] = Registry("relation", ActorRelation)


@dataclass(frozen=True)
class PolicySubject:
    """What an act is about, as far as permission depends on it.

    `min_tier`, `specialties` and `jurisdictions` (ISO 3166-1 alpha-2) narrow clinical acts: one
    credential must satisfy all three; empty means any. `labels`: for each label with a rule of its own, the
    (specialty, country) of which one credential must have one, "" standing for any. `trainings`: courses that all
    must be completed and in force. `relations` are those known to hold.
    """

    kind: str
    id: int | str | None
    project_id: int | None = None
    min_tier: int = 0
    specialties: frozenset[str] = frozenset()
    jurisdictions: frozenset[str] = frozenset()
    labels: frozenset[frozenset[tuple[str, str]]] = frozenset()
    trainings: frozenset[str] = frozenset()
    relations: frozenset[str] = frozenset()


class Action(StrEnum):
    """Every act that needs permission."""

    # accounts
    VIEW_PEOPLE = "view-people"
    MANAGE_PEOPLE = "manage-people"
    DEACTIVATE_PERSON = "deactivate-person"
    RESET_FACTORS = "reset-factors"
    GRANT_CREDENTIAL = "grant-credential"
    REVOKE_CREDENTIAL = "revoke-credential"
    VERIFY_CREDENTIAL = "verify-credential"
    CONFIRM_FIRST_CREDENTIAL = "confirm-first-credential"
    RECORD_TRAINING = "record-training"
    GRANT_ROLE = "grant-role"
    REVOKE_ROLE = "revoke-role"
    APPROVE = "approve"
    ROTATE_KEY = "rotate-key"
    # projects
    CREATE_PROJECT = "create-project"
    VIEW_PROJECT = "view-project"
    CHANGE_PROJECT = "change-project"
    MANAGE_MEMBERS = "manage-members"
    FILE_PAPER = "file-paper"
    LOAD_SCHEMA = "load-schema"
    EDIT_GUIDELINE = "edit-guideline"
    PUBLISH_GUIDELINE = "publish-guideline"
    ACKNOWLEDGE_GUIDELINE = "acknowledge-guideline"
    SIGN_GUIDELINE = "sign-guideline"
    MOVE_GUIDELINE = "move-guideline"
    INSTALL_CODES = "install-codes"
    REGISTER_PIPELINE = "register-pipeline"
    SIGN_PIPELINE = "sign-pipeline"
    WITHDRAW_PIPELINE = "withdraw-pipeline"
    # stages
    LOAD_BATCH = "load-batch"
    WITHDRAW_BATCH = "withdraw-batch"
    ERASE_SUBJECT = "erase-subject"
    DEIDENTIFY = "deidentify"
    READ_SOURCE = "read-source"
    DECIDE_QUARANTINE = "decide-quarantine"
    AUDIT_LEAKS = "audit-leaks"
    PREANNOTATE = "preannotate"
    # review
    ASSIGN = "assign"
    READ_DOCUMENT = "read-document"
    ANNOTATE = "annotate"
    SUBMIT = "submit"
    RECALL = "recall"
    READ_OWN_WORK = "read-own-work"
    BREAK_GLASS = "break-glass"
    READ_ACCESSES = "read-accesses"
    ADJUDICATE = "adjudicate"
    RESOLVE_ESCALATED = "resolve-escalated"
    VERIFY = "verify"
    OVERRIDE_CRITICAL = "override-critical"
    SIGN = "sign"
    ASK_QUESTION = "ask-question"
    ANSWER_QUESTION = "answer-question"
    DECLARE_OWN_CONFLICT = "declare-own-conflict"
    KEEP_CONFLICTS = "keep-conflicts"
    REPORT_PHI = "report-phi"
    OPEN_HOLD = "open-hold"
    CLOSE_HOLD = "close-hold"
    # results
    VIEW_QUALITY = "view-quality"
    SAMPLE_QUALITY = "sample-quality"
    CHECK_QUALITY = "check-quality"
    ANSWER_DRIFT = "answer-drift"
    ASSESS_SAFETY = "assess-safety"
    CUT_RELEASE = "cut-release"
    APPROVE_RELEASE = "approve-release"
    EXPORT_RELEASE = "export-release"
    EXPORT_UNFINISHED = "export-unfinished"
    READ_LINEAGE = "read-lineage"
    EXPORT_INSPECTION = "export-inspection"
    READ_AUDIT = "read-audit"
    EXPORT_AUDIT = "export-audit"


ANYBODY_IN_PROJECT = frozenset(ProjectRole)
PERSON, SERVICE, OPERATOR = Kind.PERSON, Kind.SERVICE, Kind.OPERATOR
_P, _S = ProjectRole, ServerRole


@dataclass(frozen=True)
class PolicyRule:
    """One row: any of the roles, all of `needs`, none of `never`, a tier where `tier` is set.

    `kinds` besides people act without roles: services prepare, operators set up. `identity` asks
    that the person's identity was verified (21 CFR 11.100(b)).
    """

    roles: frozenset[ProjectRole] = frozenset()
    server: frozenset[ServerRole] = frozenset()
    tier: int = 0
    needs: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset({PERSON})
    identity: bool = False


def _rule(*roles: ProjectRole | ServerRole, also: tuple[Kind, ...] = (), **rest: object) -> PolicyRule:
    return PolicyRule(
        roles=frozenset(r for r in roles if isinstance(r, ProjectRole)),
        server=frozenset(r for r in roles if isinstance(r, ServerRole)),
        kinds=frozenset({PERSON, *also}),
        **rest,  # type: ignore[arg-type]
    )


_SET_UP, _WORK = (OPERATOR,), (OPERATOR, SERVICE)

# Relations the table speaks of; `self` is ours, the others are registered by review; CONFLICT: kept from the patient.
OWN_ASSIGNMENT, OWN_WORK, EARLIER_ACTOR, SELF = "own-assignment", "own-work", "earlier-actor", "self"
HELD_ITEM = "held-item"
CONFLICT = "conflict-of-interest"

TABLE: dict[Action, PolicyRule] = {
    Action.VIEW_PEOPLE: _rule(_S.ADMIN, _S.AUDITOR, also=_SET_UP),
    Action.MANAGE_PEOPLE: _rule(_S.ADMIN, also=_SET_UP),
    Action.DEACTIVATE_PERSON: _rule(_S.ADMIN, also=_SET_UP, never=(SELF,)),
    # Whoever could take his own second factor away by an administrator's page would need none.
    Action.RESET_FACTORS: _rule(_S.ADMIN, also=_SET_UP, never=(SELF,)),
    # Nobody makes himself a clinician, nor gives himself a role.
    Action.GRANT_CREDENTIAL: _rule(_S.ADMIN, also=_SET_UP, never=(SELF,)),
    Action.REVOKE_CREDENTIAL: _rule(_S.ADMIN, also=_SET_UP),
    # A clinician vouches for clinicians. Before there is one, somebody else than who proposed it confirms.
    Action.VERIFY_CREDENTIAL: _rule(_S.CREDENTIALING, tier=3, never=(SELF,)),
    Action.CONFIRM_FIRST_CREDENTIAL: _rule(_S.ADMIN, _S.MANAGER, never=(SELF,)),
    Action.RECORD_TRAINING: _rule(_S.ADMIN, _S.MANAGER, _S.CREDENTIALING, also=_SET_UP, never=(SELF,)),
    Action.GRANT_ROLE: _rule(_S.ADMIN, also=_SET_UP, never=(SELF,)),
    Action.REVOKE_ROLE: _rule(_S.ADMIN, also=_SET_UP, never=(SELF,)),
    # A second person's key: whether it turns is for the rule of the act that was asked for.
    Action.APPROVE: _rule(
        *(_S.ADMIN, _S.MANAGER, _S.CREDENTIALING, _S.PRIVACY_OFFICER),
        *(_P.MANAGER, _P.PRIVACY_OFFICER, _P.VERIFIER, _P.ADJUDICATOR),
    ),
    Action.ROTATE_KEY: _rule(_S.ADMIN, also=_SET_UP),
    Action.CREATE_PROJECT: _rule(_S.ADMIN, _S.MANAGER, also=_SET_UP),
    Action.VIEW_PROJECT: _rule(*ANYBODY_IN_PROJECT, _S.ADMIN, _S.AUDITOR, _S.PRIVACY_OFFICER, also=_SET_UP),
    Action.CHANGE_PROJECT: _rule(_P.MANAGER, also=_SET_UP),
    Action.MANAGE_MEMBERS: _rule(_P.MANAGER, _S.ADMIN, also=_SET_UP),
    Action.FILE_PAPER: _rule(_P.MANAGER, _P.PRIVACY_OFFICER, _S.PRIVACY_OFFICER, also=_SET_UP),
    Action.LOAD_SCHEMA: _rule(_P.MANAGER, also=_SET_UP),
    Action.EDIT_GUIDELINE: _rule(_P.MANAGER, _P.ADJUDICATOR, also=_SET_UP),
    Action.PUBLISH_GUIDELINE: _rule(_P.MANAGER, _P.ADJUDICATOR),
    Action.ACKNOWLEDGE_GUIDELINE: _rule(*ANYBODY_IN_PROJECT),
    # A clinician stands for it before readers go by it (R25).
    Action.SIGN_GUIDELINE: _rule(_P.VERIFIER, _P.ADJUDICATOR, tier=3, identity=True),
    # An item keeps its version; a person who answers for the guideline may move it, nothing else does.
    Action.MOVE_GUIDELINE: _rule(_P.MANAGER, _P.ADJUDICATOR),
    Action.INSTALL_CODES: _rule(_S.ADMIN, also=_SET_UP),
    # One register for the whole server, so no role in one project decides for the others. An operator may
    # prepare an entry and stop a pipeline, but only a person stands for one.
    Action.REGISTER_PIPELINE: _rule(_S.ADMIN, _S.MANAGER, also=_SET_UP),
    Action.SIGN_PIPELINE: _rule(_S.ADMIN, _S.MANAGER),
    Action.WITHDRAW_PIPELINE: _rule(_S.ADMIN, _S.MANAGER, also=_SET_UP),
    Action.LOAD_BATCH: _rule(_P.MANAGER, also=_WORK),
    Action.WITHDRAW_BATCH: _rule(_P.MANAGER, _P.PRIVACY_OFFICER, _S.PRIVACY_OFFICER, also=_SET_UP),
    Action.ERASE_SUBJECT: _rule(_P.MANAGER, _P.PRIVACY_OFFICER, _S.PRIVACY_OFFICER, also=_SET_UP),
    Action.DEIDENTIFY: _rule(_P.MANAGER, _P.PRIVACY_OFFICER, also=_WORK),
    Action.READ_SOURCE: _rule(_P.PRIVACY_OFFICER, _S.PRIVACY_OFFICER),
    Action.DECIDE_QUARANTINE: _rule(_P.PRIVACY_OFFICER, _S.PRIVACY_OFFICER),
    Action.AUDIT_LEAKS: _rule(_P.PRIVACY_OFFICER, _S.PRIVACY_OFFICER),
    Action.PREANNOTATE: _rule(_P.MANAGER, also=_WORK),
    Action.ASSIGN: _rule(_P.MANAGER, also=_WORK),
    # Minimum necessary: a text is read through an open assignment (45 CFR 164.502(b)).
    Action.READ_DOCUMENT: _rule(_P.ANNOTATOR, _P.VERIFIER, _P.ADJUDICATOR, needs=(OWN_ASSIGNMENT,)),
    Action.ANNOTATE: _rule(_P.ANNOTATOR, _P.VERIFIER, _P.ADJUDICATOR, tier=1, needs=(OWN_ASSIGNMENT,)),
    Action.SUBMIT: _rule(_P.ANNOTATOR, _P.VERIFIER, _P.ADJUDICATOR, tier=1, needs=(OWN_ASSIGNMENT,)),
    Action.RECALL: _rule(_P.ANNOTATOR, _P.VERIFIER, _P.ADJUDICATOR, needs=(OWN_WORK,)),
    Action.READ_OWN_WORK: _rule(*ANYBODY_IN_PROJECT, needs=(OWN_WORK,)),
    # In an emergency: one text, minutes, told at once; privacy officers come in by their own right (domain G.4).
    Action.BREAK_GLASS: _rule(_P.ANNOTATOR, _P.VERIFIER, _P.ADJUDICATOR, _P.PV_REVIEWER, tier=3),
    Action.READ_ACCESSES: _rule(_P.AUDITOR, _P.PRIVACY_OFFICER, _S.AUDITOR, _S.PRIVACY_OFFICER),
    # Nobody settles, verifies or signs for an item on which they have worked before (INV-2).
    Action.ADJUDICATE: _rule(_P.ADJUDICATOR, tier=3, never=(EARLIER_ACTOR, CONFLICT)),
    Action.RESOLVE_ESCALATED: _rule(_P.ADJUDICATOR, tier=4, never=(EARLIER_ACTOR, CONFLICT)),
    Action.VERIFY: _rule(_P.VERIFIER, _P.ADJUDICATOR, tier=3, never=(EARLIER_ACTOR, CONFLICT)),
    # Where the project asks for two: who overrides a critical label, and the other senior reviewer who stands for it.
    Action.OVERRIDE_CRITICAL: _rule(_P.VERIFIER, _P.ADJUDICATOR, tier=4, never=(EARLIER_ACTOR, CONFLICT)),
    Action.SIGN: _rule(_P.VERIFIER, _P.ADJUDICATOR, tier=3, identity=True, never=(CONFLICT,)),
    Action.ASK_QUESTION: _rule(_P.ANNOTATOR, _P.VERIFIER, _P.ADJUDICATOR, _P.PV_REVIEWER),
    Action.ANSWER_QUESTION: _rule(_P.MANAGER, _P.ADJUDICATOR),
    Action.DECLARE_OWN_CONFLICT: _rule(*ANYBODY_IN_PROJECT),
    Action.KEEP_CONFLICTS: _rule(_P.MANAGER, also=_SET_UP),
    Action.REPORT_PHI: _rule(*ANYBODY_IN_PROJECT, needs=(HELD_ITEM,)),
    Action.OPEN_HOLD: _rule(_P.MANAGER, _P.ADJUDICATOR, _P.PRIVACY_OFFICER, also=_WORK),
    # Whoever reads an item does not learn from its hold what troubles the other reader (INV-3).
    Action.CLOSE_HOLD: _rule(_P.MANAGER, _P.ADJUDICATOR, _P.PRIVACY_OFFICER, never=(EARLIER_ACTOR,)),
    Action.VIEW_QUALITY: _rule(_P.MANAGER, _P.ADJUDICATOR, _P.AUDITOR, _S.AUDITOR, also=_SET_UP),
    # Who leads opens, draws and decides lots; clinicians who never worked on the item give verdicts (INV-2).
    Action.SAMPLE_QUALITY: _rule(_P.MANAGER, also=_SET_UP),
    Action.CHECK_QUALITY: _rule(_P.VERIFIER, _P.ADJUDICATOR, tier=3, never=(EARLIER_ACTOR, CONFLICT)),
    Action.ANSWER_DRIFT: _rule(_P.MANAGER),
    Action.ASSESS_SAFETY: _rule(_P.PV_REVIEWER),
    Action.CUT_RELEASE: _rule(_P.MANAGER, also=_SET_UP),
    # Where the project asks for two: whoever did not ask, and answers for the work or for its privacy.
    Action.APPROVE_RELEASE: _rule(_P.MANAGER, _P.PRIVACY_OFFICER, _S.PRIVACY_OFFICER),
    Action.EXPORT_RELEASE: _rule(_P.MANAGER, _P.PV_REVIEWER, also=_SET_UP),
    # Whoever leads; what it holds of blind readings is decided where it is written (INV-3).
    Action.EXPORT_UNFINISHED: _rule(_P.MANAGER, also=_SET_UP),
    # Both name people to whoever may read the log alone; texts go with a bundle by EXPORT_RELEASE besides.
    Action.READ_LINEAGE: _rule(_P.MANAGER, _P.ADJUDICATOR, _P.PV_REVIEWER, _P.AUDITOR, _S.AUDITOR, also=_SET_UP),
    Action.EXPORT_INSPECTION: _rule(_P.AUDITOR, _P.MANAGER, _S.AUDITOR, also=_SET_UP),
    Action.READ_AUDIT: _rule(_P.AUDITOR, _P.MANAGER, _S.AUDITOR, _S.PRIVACY_OFFICER, also=_SET_UP),
    Action.EXPORT_AUDIT: _rule(_P.AUDITOR, _S.AUDITOR, also=_SET_UP),
}

# What stands in the way, as it is said.
_FOUND = {SELF: "own-account", EARLIER_ACTOR: "own-work", CONFLICT: "conflict-of-interest"}

# Server roles that may know that a project exists, even where they may not act in it.
_KNOW_PROJECTS = frozenset({_S.ADMIN, _S.AUDITOR, _S.PRIVACY_OFFICER})


@dataclass(frozen=True)
class Denial:
    """What was refused and why, for the log."""

    action: Action
    subject: PolicySubject
    reason: str


class ActForbidden(Forbidden):
    """Refused inside one's project: the answer says why."""

    denial: Denial


class ActHidden(NotFound):
    """Refused outside one's projects: the answer is that of a thing that does not exist."""

    denial: Denial


def refusal(actor: AnyActor, action: Action, subject: PolicySubject, *, at: int) -> str | None:
    """Why not, as a stable code; None when the act is allowed. Pure: asks `subject.relations` only."""
    rule = TABLE[action]
    if actor.kind not in rule.kinds:
        return "kind-not-allowed"
    if not isinstance(actor, Actor):
        return None
    return _role_refusal(actor, rule, subject, at)


def _role_refusal(actor: Actor, rule: PolicyRule, subject: PolicySubject, at: int) -> str | None:
    if not (actor.roles_in(subject.project_id) & rule.roles or actor.server_roles & rule.server):
        return "role-missing"
    if rule.identity and not actor.identity_verified:
        return "identity-not-verified"
    if found := subject.relations.intersection(rule.never):
        return next(_FOUND[one] for one in (SELF, EARLIER_ACTOR, CONFLICT) if one in found)
    if not subject.relations.issuperset(rule.needs):
        return "not-yours"
    if not rule.tier:
        return None
    return _clinical_refusal(actor, rule, subject, at)


def _clinical_refusal(actor: Actor, rule: PolicyRule, subject: PolicySubject, at: int) -> str | None:
    valid = [c for c in actor.credentials if c.is_valid(at)]
    if not valid:
        return "credential-expired" if actor.credentials else "credential-missing"
    tier = max(rule.tier, subject.min_tier)
    if not any(c.tier >= tier for c in valid):
        return "tier-too-low"
    if not any(c.tier >= tier and _fits(c, subject) for c in valid):
        return "credential-unfit"
    able = [c for c in valid if c.tier >= tier]
    if not all(any(_meets(c, rule) for c in able) for rule in subject.labels):
        return "label-unfit"
    if not subject.trainings <= {one.course for one in actor.trainings if one.is_valid(at)}:
        return "training-missing"
    return None


def _fits(credential: HeldCredential, subject: PolicySubject) -> bool:
    return (not subject.specialties or credential.specialty in subject.specialties) and (
        not subject.jurisdictions or credential.country in subject.jurisdictions
    )


def _meets(credential: HeldCredential, rule: frozenset[tuple[str, str]]) -> bool:
    """Whether the credential has one of the pairs of specialty and country that a label's rule names."""
    return any(
        specialty in ("", credential.specialty) and country in ("", credential.country) for specialty, country in rule
    )


def may(actor: AnyActor, action: Action, subject: PolicySubject, *, at: int) -> bool:
    """Whether the act is allowed, given the relations the subject carries (see `relate`)."""
    return refusal(actor, action, subject, at=at) is None


def relate(session: Session, actor: AnyActor, action: Action, subject: PolicySubject) -> PolicySubject:
    """The subject with those relations of the actor that the action's rule asks about."""
    if not isinstance(actor, Actor):
        return subject
    rule = TABLE[action]
    asked = {key for key in (*rule.needs, *rule.never) if key not in subject.relations}
    holding = {key for key in asked if RELATIONS.get(key).holds(session, actor, subject)}
    return replace(subject, relations=subject.relations | holding)


def require(session: Session, actor: AnyActor, action: Action, subject: PolicySubject, *, at: int) -> None:
    """Raises ActForbidden, or ActHidden where the actor may not know the subject exists."""
    subject = relate(session, actor, action, subject)
    reason = refusal(actor, action, subject, at=at)
    if reason is None:
        return
    denial = Denial(action, subject, reason)
    error: ChartmarkError
    if _may_not_know(actor, subject):
        hidden = ActHidden("not-found", "there is nothing here, or you may not see it")
        hidden.denial = denial
        error = hidden
    else:
        error = forbidden = ActForbidden(reason, REASONS[reason], details={"action": action.value})
        forbidden.denial = denial
    raise error


def _may_not_know(actor: AnyActor, subject: PolicySubject) -> bool:
    if subject.project_id is None or not isinstance(actor, Actor):
        return False
    return not actor.roles_in(subject.project_id) and not actor.server_roles & _KNOW_PROJECTS


REASONS = {
    "kind-not-allowed": "only a person may do this",
    "role-missing": "your roles do not allow this",
    "identity-not-verified": "your identity has not been verified yet",
    "own-work": "you have worked on this item before",
    "conflict-of-interest": "you are on the list of conflicts of interest with this patient",
    "own-account": "somebody else has to do this for you",
    "not-yours": "this is not assigned to you",
    "credential-missing": "this needs a clinical credential",
    "credential-expired": "your credential is not valid at this moment",
    "tier-too-low": "this needs a higher clinical tier",
    "label-unfit": "none of your credentials has the specialty and country that a label here needs",
    "training-missing": "you have not completed every training this project asks for, or one has run out",
    "credential-unfit": "none of your credentials has the specialty and country this needs",
}


class SelfRelation:
    """The subject is the actor's own account."""

    key = SELF

    def holds(self, session: Session, actor: Actor, subject: PolicySubject) -> bool:
        return subject.kind == "person" and subject.id == actor.id
