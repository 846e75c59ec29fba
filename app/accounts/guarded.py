"""The acts on accounts that take two people: functions, credentials, identities and resets."""

from __future__ import annotations

from typing import Any

from app.accounts import credential as credentials
from app.accounts import person as people
from app.accounts import policy
from app.accounts import role as roles
from app.accounts.actor import Actor, AnyActor, ServerRole
from app.accounts.approval import ActFacts
from app.accounts.credential import Qualification, Verification
from app.accounts.factors.enrolment import require_may_reset, reset_factors
from app.accounts.loading import load_actor
from app.accounts.person import Person, get_person, subject_of
from app.accounts.policy import Action
from app.accounts.reset import has_power, issue_link, require_may_issue
from app.accounts.second_person import (
    PROJECT_ROLES_FOR_TWO,
    SERVER_ROLES_FOR_TWO,
    TIER_FOR_TWO,
    is_setting_up,
)
from app.core.clock import iso
from app.core.db import Session
from app.core.errors import Conflict, Forbidden, Problem, invalid


def _named(person: Person) -> str:
    return f"{person.display_name} ({person.username})"


class _AboutPerson:
    """Facts that name a person."""

    def about(self, facts: ActFacts) -> tuple[int | None, int | None]:
        return facts["person"], None


class GiveServerRole(_AboutPerson):
    """Facts: person, role."""

    key = "server-role"
    title = "function on the server"

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        person, role = get_person(session, facts["person"]), ServerRole(facts["role"])
        roles.require_may_grant(session, actor, person, role, at=at)
        if role == ServerRole.ADMIN and person.is_active:
            held = load_actor(session, person.id, at=at).project_roles.values()
            if frozenset().union(*held) & PROJECT_ROLES_FOR_TWO:
                raise Conflict("separate-duties", "an administrator holds no role that reads texts, judges or signs")

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return facts["role"] in SERVER_ROLES_FOR_TWO

    def words(self, session: Session, facts: ActFacts) -> str:
        return f"{_named(get_person(session, facts['person']))}: {facts['role'].replace('_', ' ')} on the whole server"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> Any:
        person = get_person(session, facts["person"])
        return roles.grant_role(session, actor, person, ServerRole(facts["role"]), at=at)


class GrantCredential(_AboutPerson):
    """Facts: person, what is stated, who checked it and how. The checker, and nobody else, approves it.

    That is a clinician who verifies credentials; before there is one, an administrator or manager who did not
    propose it confirms a bootstrap verification, of which the evidence is attached.
    """

    key = "credential"
    title = "credential"

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        person = get_person(session, facts["person"])
        stated, checked = self._stated(facts)
        credentials.require_may_grant(session, actor, person, stated, checked, at=at)
        if self._is_bootstrap(session, facts, at=at) and stated.tier >= TIER_FOR_TWO and not stated.evidence_sha256:
            raise invalid([Problem("evidence-missing", "evidence_sha256", "attach the evidence: its SHA-256")])
        if is_setting_up(session, actor) and not self.waits_anyway(session, facts, at=at):
            return
        if actor.id == checked.by:
            raise Conflict("verifier-asks", "one proposes a credential, somebody else verifies it: name another")
        self._require_fit(session, load_actor(session, checked.by, at=at), person, at=at)

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return True

    def waits_anyway(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        """While the server is set up only T1 and T2 are recorded at once, and only before anybody verifies."""
        return facts["stated"]["tier"] >= TIER_FOR_TWO or not self._is_bootstrap(session, facts, at=at)

    def require_decider(self, session: Session, actor: Actor, facts: ActFacts, *, at: int) -> None:
        person = get_person(session, facts["person"])
        if actor.id != facts["by"]:
            raise Forbidden("verifier-named", "somebody else is named as having checked this credential")
        policy.require(
            session, actor, credentials.confirming_act(session, person, at=at), subject_of(person), at=at
        )
        credentials.require_sound(session, person, *self._stated(facts))

    def words(self, session: Session, facts: ActFacts) -> str:
        stated, checked = self._stated(facts)
        who, by = _named(get_person(session, facts["person"])), get_person(session, checked.by).username
        until = f"until {iso(stated.expires_at)[:10]}" if stated.expires_at else "without an end"
        number = f"number {stated.register_number}" if stated.register_number else ""
        where = ", ".join(filter(None, (stated.issuing_body, number)))
        what = ", ".join(filter(None, (stated.profession, stated.specialty)))
        evidence = f"; evidence {stated.evidence_sha256}" if stated.evidence_sha256 else ""
        said = f"{who}: T{stated.tier} as {what}; {where or 'no register'}, {stated.country}; {until}"
        return f"{said}; checked by {by}: {checked.method}{evidence}"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> Any:
        person = get_person(session, facts["person"])
        return credentials.grant_credential(session, actor, person, *self._stated(facts), at=at)

    def _stated(self, facts: ActFacts) -> tuple[Qualification, Verification]:
        return Qualification(**facts["stated"]), Verification(facts["by"], facts["method"])

    def _is_bootstrap(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return not credentials.find_verifiers(session, besides=facts["person"], at=at)

    def _require_fit(self, session: Session, verifier: Actor, person: Person, *, at: int) -> None:
        """Who could never confirm it is not asked: a name alone makes nobody a clinician."""
        action = credentials.confirming_act(session, person, at=at)
        overdue = action == Action.VERIFY_CREDENTIAL and verifier.id not in credentials.find_verifiers(
            session, besides=person.id, at=at
        )
        if overdue or not policy.may(verifier, action, subject_of(person), at=at):
            needs = "the function credentialing, and T3 or T4 that is valid and was checked in time"
            if action == Action.CONFIRM_FIRST_CREDENTIAL:
                needs = "to be an administrator or manager of the server, as long as nobody verifies credentials"
            raise Conflict("verifier-unfit", f"{verifier.username} cannot verify credentials: that takes {needs}")


class VerifyIdentity(_AboutPerson):
    """Facts: person, who established it, how."""

    key = "identity"
    title = "identity"

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        person = get_person(session, facts["person"])
        people.require_may_identify(session, actor, person, facts["by"], facts["method"], at=at)

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return True

    def words(self, session: Session, facts: ActFacts) -> str:
        who, by = get_person(session, facts["person"]), get_person(session, facts["by"])
        return f"{_named(who)}: identity established by {by.username}: {facts['method']}"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> Any:
        person = get_person(session, facts["person"])
        people.verify_identity(session, actor, person, facts["by"], facts["method"], at=at)


class ResetPassword(_AboutPerson):
    """Facts: person, digest of the code that the requester was shown. Carried out, it gives the link's token."""

    key = "reset"
    title = "new password"

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        require_may_issue(session, actor, get_person(session, facts["person"]), at=at)

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return has_power(session, get_person(session, facts["person"]), at=at)

    def words(self, session: Session, facts: ActFacts) -> str:
        who = _named(get_person(session, facts["person"]))
        return f"{who}: a new password. Their sessions end, and they sign nothing until identified anew"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> str:
        person, code = get_person(session, facts["person"]), facts["code_sha256"]
        # Where one person is enough, a code would only be in the way.
        under = isinstance(actor, Actor) and actor.approval is not None
        return issue_link(session, actor, person, code_sha256=code if under else None, at=at)


class ResetFactors(_AboutPerson):
    """Facts: person. Carried out, it says how many factors there were."""

    key = "factors-reset"
    title = "second factors removed"

    def require(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> None:
        require_may_reset(session, actor, get_person(session, facts["person"]), at=at)

    def takes_two(self, session: Session, facts: ActFacts, *, at: int) -> bool:
        return has_power(session, get_person(session, facts["person"]), at=at)

    def words(self, session: Session, facts: ActFacts) -> str:
        who = _named(get_person(session, facts["person"]))
        return f"{who}: second factors and recovery codes removed. They sign nothing until identified anew"

    def carry_out(self, session: Session, actor: AnyActor, facts: ActFacts, *, at: int) -> int:
        return reset_factors(session, actor, get_person(session, facts["person"]), at=at)
