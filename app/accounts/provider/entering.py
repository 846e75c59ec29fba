"""Signing in, and showing again who one is, by the identity provider: the same session as by a password."""

from __future__ import annotations

from app.accounts.actor import Actor
from app.accounts.factors import factor
from app.accounts.person import get_person
from app.accounts.provider.flow import Return, require_own
from app.accounts.provider.identity import PROVIDER, find_owner
from app.accounts.session import Lifetime
from app.accounts.sign_in import DOOR, Halfway, Opened, Where, enter, halfway, replace_session
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Database, Session
from app.core.errors import Forbidden


def sign_in_by_provider(
    database: Database, back: Return, where: Where, lifetime: Lifetime, *, at: int
) -> Opened | Halfway:
    """Open a session for the person whose account this is; with a second factor of ours where they have one and the
    provider asked for one only. Raises Forbidden where nobody here is tied to it: accounts are opened by people.
    """

    def unit(session: Session) -> Opened | Halfway | None:
        person_id = find_owner(session, back.shown)
        if person_id is None or not get_person(session, person_id).is_active:
            stream = streams.SERVER if person_id is None else streams.account(person_id)
            subject = Subject("person", "unknown" if person_id is None else person_id)
            record(session, Tag.SIGN_IN_FAILED, stream=stream, actor=DOOR, subject=subject, at=at)
            return None
        if not back.shown.is_strong and factor.kinds_of(session, person_id):
            return halfway(session, person_id, PROVIDER, at=at)
        return enter(session, person_id, where, back.shown.factors, lifetime, at=at)

    opened = database.writing(unit)
    if opened is None:
        raise Forbidden("provider-unknown", "nobody here is tied to that account: connect it under Your account first")
    return opened


def confirm_by_provider(
    session: Session, actor: Actor, back: Return, token: str, where: Where, lifetime: Lifetime, *, at: int
) -> Opened | Halfway:
    """Shown again there: a new session in the place of this one, after a second factor of ours where the provider
    asked for one only. Raises Forbidden."""
    require_own(session, actor, back)
    if not back.shown.is_strong and factor.kinds_of(session, actor.id):
        return halfway(session, actor.id, PROVIDER, at=at)
    return replace_session(session, actor, token, where, back.shown.factors, lifetime, at=at)
