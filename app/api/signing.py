"""Acts that end with a signature: re-authenticate, finish and sign in one transaction, await the proof."""

from __future__ import annotations

from collections.abc import Callable

from flask import jsonify
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.accounts.signing import Factors, Intent, reauthenticate, spend_proof
from app.api.bodies import SigningBody
from app.audit.sequencer import await_proof
from app.core import clock
from app.core.db import Session
from app.core.digest import canonical_json, sha256
from app.http import context
from app.review.item import get_item
from app.review.signature import Signed, sign

PROOF_SECONDS = 5.0


def signed_answer(item_id: int, asked: SigningBody, finish: Callable[[Session], object]) -> ResponseReturnValue:
    """Do `finish` and sign what it leaves, or nothing of both.

    The proof of presence is bound to this item, this act and what the signer has seen; `finish` refuses
    when that is not what there is (domain E: what the signer saw is stored). When `finish` leaves nothing to sign (the
    item was escalated, or a verifier must follow), only the finishing stands.
    """
    actor, at = context.actor(), context.at()
    act = {"item": item_id, "meaning": asked.meaning, "seen_sha256": asked.seen}
    intent = Intent(Action.SIGN, sha256(canonical_json(act)))
    factors = Factors(asked.username, asked.password)
    token = reauthenticate(context.database(), actor, factors, intent, at=at)

    def unit(session: Session) -> tuple[str, Signed | None]:
        proof = spend_proof(session, actor, token, intent, at=at)
        finish(session)
        item = get_item(session, item_id)
        if item.state != "verified":
            return item.state, None
        signed = sign(
            session,
            actor,
            item,
            asked.meaning,
            signer=context.signer(),
            authentication=proof.to_dict() | {"seen_sha256": asked.seen},
            at=at,
        )
        return item.state, signed

    state, signed = context.database().writing(unit)
    if signed is None:
        return jsonify({"state": state, "signature": None}), 201
    return _sealed(state, signed)


def _sealed(state: str, signed: Signed) -> ResponseReturnValue:
    """201 with the proof of inclusion, or 202 when the log could not be sealed in time (domain F.4)."""
    signature = signed.signature
    receipts = await_proof(context.database(), context.signer(), [signed.event_id], PROOF_SECONDS)
    answer = {
        "state": state,
        "signature": {
            "id": signature.id,
            "name": signature.signer_name,
            "at": clock.iso(signature.signed_at),
            "meaning": signature.meaning,
            "sha256": signature.record_sha256,
            "sealed": receipts is not None,
        },
    }
    return jsonify(answer), 201 if receipts is not None else 202
