"""One person's page for those who administer people: state, identity, credentials, roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import credential as credentials
from app.accounts import person as people
from app.accounts import training as trainings
from app.accounts.actor import Actor, ServerRole
from app.accounts.approval import do_or_ask
from app.accounts.credential import TIERS
from app.accounts.credential_check import CredentialCheck, list_checks
from app.accounts.factors.factor import list_factors
from app.accounts.person import Person
from app.accounts.policy import Action
from app.accounts.reset import digest_of_code, new_code
from app.accounts.role import holders_of, list_roles, revoke_role
from app.accounts.session import count_open
from app.core.db import Session
from app.core.errors import ChartmarkError, Conflict, Invalid, NotFound
from app.http import context
from app.http.access import access, server_acting
from app.http.errors import status_of
from app.http.values import row_number
from app.web.person_form import read_qualification, read_training

person_pages = Blueprint("person", __name__, url_prefix="/people/<int:person_id>")
MANAGE = server_acting(Action.MANAGE_PEOPLE)
PersonAct = Callable[[Session, Actor, Person], object]


@person_pages.get("")
@access(server_acting(Action.VIEW_PEOPLE))
def show(person_id: int) -> ResponseReturnValue:
    return _page(person_id)


@person_pages.post("/password-link")
@access(MANAGE, fresh=True)
def reset(person_id: int) -> ResponseReturnValue:
    """A link; for whoever has power over texts a code, and the link to whom approves."""
    actor, at, code = context.actor(), context.at(), new_code()
    facts = {"person": person_id, "code_sha256": digest_of_code(code)}
    try:
        done = context.database().writing(lambda session: do_or_ask(session, actor, "reset", facts, at=at))
    except Conflict as error:
        return _page(person_id, error), status_of(error)
    with context.database().reading() as session:
        person = people.get_person(session, person_id)
    if done.approval is not None:
        return render_template("people/code.html", person=person, code=code, approval=done.approval)
    return render_template("people/link.html", person=person, token=done.result, is_new=False)


@person_pages.post("/deactivation")
@access(MANAGE, fresh=True)
def deactivate(person_id: int) -> ResponseReturnValue:
    return _do(person_id, "deactivated", lambda s, a, p: people.deactivate(s, a, p, at=context.at()))


@person_pages.post("/reactivation")
@access(MANAGE, fresh=True)
def reactivate(person_id: int) -> ResponseReturnValue:
    return _do(person_id, "reactivated", lambda s, a, p: people.reactivate(s, a, p, at=context.at()))


@person_pages.post("/sessions/end")
@access(MANAGE, fresh=True)
def end_sessions(person_id: int) -> ResponseReturnValue:
    return _do(person_id, "sessions-ended", lambda s, a, p: people.end_sessions(s, a, p, at=context.at()))


@person_pages.post("/factors/reset")
@access(server_acting(Action.RESET_FACTORS), fresh=True)
def reset_factors(person_id: int) -> ResponseReturnValue:
    return _ask(person_id, "factors-reset", "factors-reset", dict)


@person_pages.post("/identity")
@access(MANAGE, fresh=True)
def verify_identity(person_id: int) -> ResponseReturnValue:
    method, by = request.form.get("method", "").strip(), context.actor().id
    return _ask(person_id, "identity-verified", "identity", lambda: {"by": by, "method": method})


@person_pages.post("/credentials")
@access(server_acting(Action.GRANT_CREDENTIAL), fresh=True)
def grant_credential(person_id: int) -> ResponseReturnValue:
    def facts() -> dict[str, Any]:
        by, method = _verifier(), request.form.get("method", "").strip()
        return {"stated": vars(read_qualification(request.form)), "by": by, "method": method}

    return _ask(person_id, "credential-granted", "credential", facts)


@person_pages.post("/credentials/<int:credential_id>/revocation")
@access(server_acting(Action.REVOKE_CREDENTIAL), fresh=True)
def revoke_credential(person_id: int, credential_id: int) -> ResponseReturnValue:
    because = request.form.get("because", "")

    def act(session: Session, actor: Actor, person: Person) -> None:
        found = credentials.get_credential(session, credential_id)
        if found.person_id != person.id:
            raise NotFound("not-found", "no such credential")
        credentials.revoke_credential(session, actor, found, because, at=context.at())

    return _do(person_id, "credential-revoked", act)


@person_pages.post("/roles")
@access(server_acting(Action.GRANT_ROLE), fresh=True)
def give_role(person_id: int) -> ResponseReturnValue:
    role = _role(request.form.get("role", ""))
    return _ask(person_id, "role-granted", "server-role", lambda: {"role": role.value})


@person_pages.post("/roles/<role>/removal")
@access(server_acting(Action.REVOKE_ROLE), fresh=True)
def take_role(person_id: int, role: str) -> ResponseReturnValue:
    known = _role(role)
    return _do(person_id, "role-revoked", lambda s, a, p: revoke_role(s, a, p, known, at=context.at()))


def _role(value: str) -> ServerRole:
    if value not in set(ServerRole):
        raise Invalid("role-unknown", f"a role is one of {', '.join(ServerRole)}")
    return ServerRole(value)


def _verifier() -> int:
    """Who is named as having checked it; while the server is set up an administrator may have done so."""
    by = request.form.get("by", type=row_number)
    return by if by is not None else context.actor().id


@person_pages.post("/trainings")
@access(server_acting(Action.RECORD_TRAINING), fresh=True)
def record_training(person_id: int) -> ResponseReturnValue:
    def act(session: Session, actor: Actor, person: Person) -> None:
        trainings.record_training(session, actor, person, read_training(request.form), at=context.at())

    return _do(person_id, "training-recorded", act)


@person_pages.post("/trainings/<int:training_id>/withdrawal")
@access(server_acting(Action.RECORD_TRAINING), fresh=True)
def withdraw_training(person_id: int, training_id: int) -> ResponseReturnValue:
    because = request.form.get("because", "")

    def act(session: Session, actor: Actor, person: Person) -> None:
        if trainings.get_training(session, training_id).person_id != person.id:
            raise NotFound("not-found", "no such record of a training")
        trainings.revoke_training(session, actor, training_id, because, at=context.at())

    return _do(person_id, "training-withdrawn", act)


def _ask(person_id: int, notice: str, key: str, facts: Callable[[], dict[str, Any]]) -> ResponseReturnValue:
    """Do it, or ask for a second person; then the page says which. `facts` may raise Invalid."""
    actor, at = context.actor(), context.at()
    try:
        said = {"person": person_id} | facts()
        done = context.database().writing(lambda session: do_or_ask(session, actor, key, said, at=at))
    except (Invalid, Conflict) as error:
        return _page(person_id, error), status_of(error)
    told = {"notice": notice} if done.approval is None else {"notice": "approval-asked", "count": done.approval}
    return redirect(url_for("person.show", person_id=person_id, **told), 303)


def _do(person_id: int, notice: str, act: PersonAct) -> ResponseReturnValue:
    """Do one thing to the person, then show the page again, with what was wrong if anything was."""
    actor = context.actor()

    def unit(session: Session) -> None:
        act(session, actor, people.get_person(session, person_id))

    try:
        context.database().writing(unit)
    except (Invalid, Conflict) as error:
        return _page(person_id, error), status_of(error)
    return redirect(url_for("person.show", person_id=person_id, notice=notice), 303)


def _page(person_id: int, error: ChartmarkError | None = None) -> str:
    at, actor = context.at(), context.actor()
    with context.database().reading() as session:
        return render_template(
            "people/person.html",
            person=people.get_person(session, person_id),
            credentials=credentials.list_credentials(session, person_id),
            checks=_checks(session, person_id),
            trainings=trainings.list_trainings(session, person_id),
            verifiers=_verifiers(session, person_id, at=at),
            roles=sorted(list_roles(session, person_id)),
            all_roles=list(ServerRole),
            sessions=count_open(session, person_id, at=at),
            factors=list_factors(session, person_id),
            manages=ServerRole.ADMIN in actor.server_roles and actor.id != person_id,
            tiers=TIERS,
            at=at,
            error=error,
            typed=request.form,
        )


def _checks(session: Session, person_id: int) -> dict[int, list[CredentialCheck]]:
    return list_checks(session, [one.id for one in credentials.list_credentials(session, person_id)])


def _verifiers(session: Session, person_id: int, *, at: int) -> list[Person]:
    """Who can be asked to verify a credential of this person: clinicians, or who confirms the first."""
    ids = credentials.find_verifiers(session, besides=person_id, at=at)
    if not ids:
        confirming = (ServerRole.ADMIN, ServerRole.MANAGER)
        ids = sorted({one for role in confirming for one in holders_of(session, role)} - {person_id})
    found = (people.get_person(session, number) for number in ids if number != context.actor().id)
    return [one for one in found if one.is_active]
