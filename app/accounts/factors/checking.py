"""Whether a second factor is right, whichever it is: used up in the transaction that opens or signs."""

from __future__ import annotations

import re

from app.accounts.factors import passkey, recovery, totp
from app.accounts.factors.desk import FactorDesk, Typed
from app.audit.log import LoggedActor
from app.core.db import Session

PASSKEY, TOTP, RECOVERY = "passkey", "totp", "recovery-code"
_DIGITS = re.compile(r"\s*(?:\d\s*){6}")


def use_second(
    session: Session, desk: FactorDesk, actor: LoggedActor, person_id: int, typed: Typed, scope: str, *, at: int
) -> str | None:
    """Which factor it was; None where it was none of this person's, or used before. `scope`: the session and act
    that a passkey's challenge was made for (`scope_of`)."""
    if typed.passkey:
        return PASSKEY if passkey.use_answer(session, desk, person_id, typed.passkey, scope, at=at) else None
    if _DIGITS.fullmatch(typed.code):
        return TOTP if totp.use_code(session, desk, person_id, typed.code, at=at) else None
    if typed.code.strip():
        return RECOVERY if recovery.use_code(session, actor, person_id, typed.code, at=at) else None
    return None


def scope_of(session_ref: str | None, act: str) -> str:
    """What a passkey's challenge is bound to."""
    return f"{session_ref or ''} {act}"
