"""The answer to a signature: 201 with the proof of inclusion, or 202 when the log is not sealed yet.

With an `Idempotency-Key` a signature that was asked for twice is made once, and both get the same one: an answer may
be lost on its way, and the same request arrive late, or beside itself.
"""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask.typing import ResponseReturnValue

from app.accounts.factors.desk import Typed
from app.accounts.signing import Factors
from app.api.bodies import SigningBody
from app.core import clock
from app.core.db import Session
from app.core.errors import Conflict, Forbidden
from app.http import context
from app.http.factors import factors
from app.http.idempotency import IdempotencyKey, find_answer, keep_answer, key_of
from app.review.meaning import Act
from app.review.signature import Signed
from app.review.signing import Closed, Closing, Desk, close_signed, closed_again


def signed_answer(item_id: int, act: Act, asked: SigningBody) -> ResponseReturnValue:
    """End a step of an item with a signature, as the request asks."""
    desk = Desk(context.database(), context.signer(), context.codes())
    closing = Closing(item_id, act, asked.meaning, asked.seen, asked.reason, asked.confirmed)
    # By what is signed: the password is no part of any digest that is kept, and may be typed anew.
    once = key_of(f"{request.method} {request.path} {closing.intent().signed_sha256}".encode())
    if done := _earlier(desk, once):
        return _told(done)
    try:
        return _told(_close(desk, closing, _shown(asked), once))
    except (Conflict, Forbidden):
        # Perhaps the same request was faster: it ended the step, and its answer is this one's too.
        if done := _earlier(desk, once):
            return _told(done)
        raise


def _shown(asked: SigningBody) -> Factors:
    return factors(asked.username, asked.password, Typed(asked.code, asked.passkey), asked.provider)


def _close(desk: Desk, closing: Closing, shown: Factors, once: IdempotencyKey | None) -> Closed:
    def note(session: Session, state: str, signed: Signed) -> None:
        if once is not None:
            said = {"state": state, "signature": signed.signature.id, "event": signed.event_id}
            keep_answer(session, once, said)

    return close_signed(desk, context.actor(), closing, shown, beside=note, at=context.at())


def _earlier(desk: Desk, once: IdempotencyKey | None) -> Closed | None:
    """What the request with this key did. Raises Conflict when it was another request."""
    if once is None:
        return None
    with desk.database.reading() as session:
        said: dict[str, Any] | None = find_answer(session, once)
    return closed_again(desk, said["state"], said["signature"], said["event"]) if said else None


def _told(closed: Closed) -> ResponseReturnValue:
    signature = closed.signature
    answer = {
        "state": closed.state,
        "signature": {
            "id": signature.id,
            "name": signature.signer_name,
            "at": clock.iso(signature.signed_at),
            "step": signature.step,
            "meaning": signature.meaning,
            "reason": signature.reason,
            "ends_workflow": signature.ends_workflow,
            "sha256": signature.record_sha256,
            "sealed": closed.sealed,
        },
    }
    return jsonify(answer), 201 if closed.sealed else 202
