"""The answer to a signature: 201 with the proof of inclusion, or 202 when the log is not sealed yet."""

from __future__ import annotations

from flask import jsonify
from flask.typing import ResponseReturnValue

from app.accounts.signing import Factors
from app.api.bodies import SigningBody
from app.core import clock
from app.http import context
from app.review.meaning import Act
from app.review.signing import Closing, Desk, close_signed


def signed_answer(item_id: int, act: Act, asked: SigningBody) -> ResponseReturnValue:
    """End a step of an item with a signature, as the request asks."""
    desk = Desk(context.database(), context.signer(), context.codes())
    closing = Closing(item_id, act, asked.meaning, asked.seen, asked.reason, asked.confirmed)
    factors = Factors(asked.username, asked.password)
    closed = close_signed(desk, context.actor(), closing, factors, at=context.at())
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
