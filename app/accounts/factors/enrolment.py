"""What somebody does with their factors: the codes that come with the first, removing one, a reset by another."""

from __future__ import annotations

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor
from app.accounts.factors import factor, recovery
from app.accounts.factors.desk import Demand, FactorDesk
from app.accounts.notice import tell
from app.accounts.person import Person, subject_of, suspend_identity
from app.accounts.policy import Action
from app.accounts.reset import has_power
from app.accounts.second_person import require_two
from app.accounts.session import close_all
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Session
from app.core.errors import Conflict


def after_enrolment(session: Session, actor: Actor, keep: str, *, at: int) -> list[str]:
    """Other sessions, opened without the new factor, end; whoever has no recovery codes gets them, to be shown once."""
    close_all(session, actor, actor.id, "factor-added", keep=keep, at=at)
    if recovery.count_codes(session, actor.id):
        return []
    return recovery.make_codes(session, actor, actor.id, at=at)


def remove(session: Session, desk: FactorDesk, actor: Actor, factor_id: int, keep: str, *, at: int) -> None:
    """Take a factor of one's own away. Raises NotFound, Conflict where it is the last and one is demanded."""
    row = factor.get_own(session, actor.id, factor_id)
    left = [one for one in factor.list_factors(session, actor.id) if one.id != row.id]
    if not left and desk.demand == Demand.EVERYBODY:
        raise Conflict("last-factor", "this server asks everybody for a second factor: set up another one first")
    factor.end([row], "removed-by-owner", at=at)
    if not left:
        recovery.end_codes(session, actor.id, "no-factor-left", at=at)
    factor.say(session, Tag.FACTOR_REMOVED, actor, row, at=at)
    close_all(session, actor, actor.id, "factor-removed", keep=keep, at=at)


def reset_factors(session: Session, actor: AnyActor, person: Person, *, at: int) -> int:
    """Remove all factors of a person who has lost them; sessions end. How many there were.

    Whoever has power over texts is reset by two people, and signs nothing until identified anew.
    Raises Forbidden (nobody does it to himself), Conflict where there is nothing to reset or where it takes two.
    """
    require_may_reset(session, actor, person, at=at)
    powerful = has_power(session, person, at=at)
    authority = require_two(session, actor) if powerful else {}
    rows = factor.list_factors(session, person.id)
    factor.end(rows, "reset", at=at)
    recovery.end_codes(session, person.id, "reset", at=at)
    stream, subject = streams.account(person.id), Subject("person", person.id)
    data = {"kinds": sorted(row.kind for row in rows)} | authority
    done = record(session, Tag.FACTORS_RESET, stream=stream, actor=actor, subject=subject, data=data, at=at)
    tell(session, person.id, done)
    if powerful:
        suspend_identity(session, actor, person, at=at)
    close_all(session, actor, person.id, "factors-reset", at=at)
    return len(rows)


def require_may_reset(session: Session, actor: AnyActor, person: Person, *, at: int) -> None:
    """Raises Forbidden, Conflict("no-factor")."""
    policy.require(session, actor, Action.RESET_FACTORS, subject_of(person), at=at)
    if not factor.list_factors(session, person.id) and not recovery.count_codes(session, person.id):
        raise Conflict("no-factor", "this person has no second factor")
