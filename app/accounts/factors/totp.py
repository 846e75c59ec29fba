"""One-time codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds), each accepted once."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from app.accounts.actor import Actor
from app.accounts.factors import ceremony, factor
from app.accounts.factors.ceremony import Bound, CeremonyStep
from app.accounts.factors.desk import FactorDesk
from app.accounts.factors.factor import FactorKind, SecondFactor
from app.core.clock import SECOND
from app.core.db import Session
from app.core.errors import Conflict, Invalid, Problem, invalid

if TYPE_CHECKING:
    from pyotp import TOTP

ISSUER = "Chartmark"
INTERVAL = 30
#: steps before and after the present one: clocks of telephones differ (domain G.2, 6.5.5: ±1 at most)
DRIFT = 1


def start_enrolment(session: Session, desk: FactorDesk, actor: Actor, *, at: int) -> tuple[str, str]:
    """A new secret: the ceremony's token, and the `otpauth:` address an app reads. Raises Conflict, Invalid."""
    if FactorKind.TOTP in factor.kinds_of(session, actor.id):
        raise Conflict("totp-there", "you have an authenticator app; remove it before you set up another")
    factor.require_room(session, actor.id)
    import pyotp

    secret = pyotp.random_base32()
    sealed = desk.sealer.seal(secret, _label(actor.id))
    token = ceremony.begin(session, _bound(actor), sealed=sealed, at=at)
    return token, _address(secret, actor.username)


def enrolment_address(session: Session, desk: FactorDesk, actor: Actor, token: str, *, at: int) -> str:
    """The same address again, after a code that was not right. Raises Conflict where it took too long."""
    row = ceremony.find(session, token, CeremonyStep.TOTP_ENROLMENT, at=at)
    if row is None or row.sealed is None or (row.person_id, row.scope) != (actor.id, actor.session_ref):
        raise Conflict("enrolment-over", "this took too long; begin again")
    return _address(desk.sealer.open(row.sealed, _label(actor.id)), actor.username)


def finish_enrolment(
    session: Session, desk: FactorDesk, actor: Actor, token: str, code: str, title: str, *, at: int
) -> SecondFactor:
    """Store the secret once a code of it was right. Raises Invalid (a wrong code: try again), Conflict."""
    row = ceremony.find(session, token, CeremonyStep.TOTP_ENROLMENT, at=at, lock=True)
    if row is None or row.sealed is None or (row.person_id, row.scope) != (actor.id, actor.session_ref):
        raise Conflict("enrolment-over", "this took too long; begin again")
    step = matching_step(desk.sealer.open(row.sealed, _label(actor.id)), code, at=at)
    if step is None:
        raise invalid([Problem("code-wrong", "code", "the app shows another code; is its clock right?")], "code-wrong")
    new = SecondFactor(
        person_id=actor.id,
        kind=FactorKind.TOTP.value,
        title=factor.title_of(title, "Authenticator app"),
        secret_sealed=row.sealed,
        added_at=at,
    )
    row.used_at, row.sealed = at, None
    return factor.add(session, actor, new, step, at=at)


def use_code(session: Session, desk: FactorDesk, person_id: int, code: str, *, at: int) -> bool:
    """Whether it is the code of now, and was not used before; it is used then."""
    row = next((one for one in factor.list_factors(session, person_id) if one.kind == FactorKind.TOTP), None)
    if row is None or row.secret_sealed is None:
        return False
    memory = factor.use_of(session, row)
    step = matching_step(desk.sealer.open(row.secret_sealed, _label(person_id)), code, after=memory.counter, at=at)
    if step is None:
        return False
    memory.counter, memory.last_used_at = step, at
    return True


def matching_step(secret: str, code: str, *, after: int = -1, at: int) -> int | None:
    """The time step whose code it is, later than `after`; None: wrong, too old, or used."""
    digits = "".join(code.split())
    now = at // (INTERVAL * SECOND)
    totp = _totp(secret)
    found = [step for step in range(now - DRIFT, now + DRIFT + 1) if _is_code(totp, step, digits)]
    return next((step for step in found if step > after), None)


def _is_code(totp: TOTP, step: int, digits: str) -> bool:
    return hmac.compare_digest(totp.generate_otp(step).encode(), digits.encode())


def _totp(secret: str) -> TOTP:
    import pyotp

    return pyotp.TOTP(secret, interval=INTERVAL)


def _address(secret: str, username: str) -> str:
    return _totp(secret).provisioning_uri(name=username, issuer_name=ISSUER)


def secret_of(address: str) -> str:
    """The secret in an `otpauth:` address, for whoever types it in. Raises Invalid."""
    import pyotp

    try:
        return str(pyotp.parse_uri(address).secret)
    except ValueError:
        raise Invalid("address", "no address of an authenticator app") from None


def _bound(actor: Actor) -> Bound:
    return Bound(CeremonyStep.TOTP_ENROLMENT, actor.id, actor.session_ref or "")


def _label(person_id: int) -> str:
    return f"totp:{person_id}"
