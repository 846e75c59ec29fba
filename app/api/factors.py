"""What a page needs to ask for factors: which there are, a passkey's challenge, a sign-in elsewhere for one act."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from app.accounts.factors import passkey
from app.accounts.factors.checking import scope_of
from app.accounts.policy import Action
from app.accounts.provider import flow
from app.api import bodies
from app.api.bodies import ActBody, ProofBody, takes
from app.core.errors import Invalid
from app.http import context
from app.http.access import SIGNED_IN, access
from app.http.factors import own_factors
from app.http.provider import begin, errand_of

factors_api = Blueprint("factors_api", __name__, url_prefix="/api/v1/session")
CONFIRM = "confirm"


@factors_api.get("/factors")
@access(SIGNED_IN, one_factor=True)
def show() -> ResponseReturnValue:
    """What the person can show besides a password; `demanded`: a signature takes a second factor here."""
    own = own_factors()
    return jsonify(
        {
            "kinds": sorted(own.kinds),
            "recovery_codes": own.recovery_codes,
            "provider": own.provider,
            "demanded": own.desk.demands(Action.SIGN),
        }
    )


@factors_api.post("/passkey-options")
@access(SIGNED_IN, one_factor=True)
@takes(ActBody)
def passkey_options() -> ResponseReturnValue:
    """A challenge for this session and one act, good for two minutes, as `navigator.credentials.get` takes it."""
    act, actor, desk, at = _act(bodies.read(ActBody)), context.actor(), context.factor_desk(), context.at()
    scope = scope_of(actor.session_ref, act)
    return jsonify(context.database().writing(lambda s: passkey.start_use(s, desk, actor.id, scope, at=at)))


@factors_api.post("/provider-proofs")
@access(SIGNED_IN)
@takes(ActBody)
def begin_proof() -> ResponseReturnValue:
    """Begin a sign-in at the identity provider for one act: where to go, and the proof that is good afterwards."""
    act, actor, at = _act(bodies.read(ActBody)), context.actor(), context.at()
    context.provider()  # before anything is stored
    proof = context.database().writing(lambda session: flow.begin_proof(session, actor, act, at=at))
    return jsonify({"proof": proof, "address": begin(errand_of(flow.Purpose.SIGN, proof=proof))})


@factors_api.post("/provider-proofs/state")
@access(SIGNED_IN)
@takes(ProofBody)
def proof_state() -> ResponseReturnValue:
    """Whether the person has come back from there."""
    body, actor, at = bodies.read(ProofBody), context.actor(), context.at()
    with context.database().reading() as session:
        return jsonify({"shown": flow.is_shown(session, actor, body.proof, at=at)})


def _act(body: ActBody) -> str:
    act = body.act
    if act not in {*Action, CONFIRM}:
        raise Invalid("act", "no such act")
    return act
