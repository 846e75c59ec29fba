"""The way to the identity provider and back: begun for one purpose in one browser, ended once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.accounts.actor import Actor
from app.accounts.factors import ceremony
from app.accounts.factors.ceremony import Bound, CeremonyStep
from app.accounts.factors.checking import scope_of
from app.accounts.factors.desk import Sealer
from app.accounts.policy import Action
from app.accounts.provider.client import Client, Leaving
from app.accounts.provider.identity import ShownIdentity, find_owner
from app.accounts.session import new_token
from app.core.clock import MINUTE
from app.core.db import Database, Session
from app.core.errors import Forbidden

LABEL = "provider ceremony"
PROOF_LIFETIME = 2 * MINUTE


class Purpose(StrEnum):
    """What somebody goes there for."""

    SIGN_IN = "sign-in"
    LINK = "link"
    CONFIRM = "confirm"
    SIGN = "sign"


@dataclass(frozen=True)
class Errand:
    """One way there: for what, by whom (None: nobody is signed in yet), where to go afterwards; `proof` is the token
    of what a signature waits for."""

    purpose: Purpose
    person_id: int | None = None
    session_ref: str | None = None
    target: str = "/"
    proof: str = ""


@dataclass(frozen=True)
class Return:
    """Somebody came back: the errand, and what the provider says of them."""

    errand: Errand
    shown: ShownIdentity


def leave(
    database: Database, sealer: Sealer, client: Client, errand: Errand, redirect_uri: str, *, at: int
) -> tuple[str, str]:
    """The provider's address for this errand, and the state that must come back with the same browser.

    Raises Unavailable.
    """
    leaving = Leaving(redirect_uri, new_token(), new_token(), new_token(), errand.purpose != Purpose.SIGN_IN)
    address = client.address(leaving)
    kept = {
        "nonce": leaving.nonce, "verifier": leaving.verifier, "redirect_uri": redirect_uri,
        "purpose": errand.purpose.value, "session": errand.session_ref, "target": errand.target, "proof": errand.proof,
    }  # fmt: skip
    sealed = sealer.seal(kept, LABEL)
    bound = Bound(CeremonyStep.PROVIDER, errand.person_id)
    database.writing(lambda session: ceremony.begin(session, bound, sealed=sealed, token=leaving.state, at=at))
    return address, leaving.state


def come_back(database: Database, sealer: Sealer, client: Client, state: str, code: str, *, at: int) -> Return:
    """End the way, once, whatever comes of it. Raises Forbidden, Unavailable."""

    def unit(session: Session) -> tuple[int | None, int, dict[str, Any]] | None:
        row = ceremony.find(session, state, CeremonyStep.PROVIDER, at=at, lock=True)
        if row is None or row.sealed is None:
            return None
        row.used_at = at
        return row.person_id, row.begun_at, sealer.open(row.sealed, LABEL)

    found = database.writing(unit)
    if found is None:
        raise Forbidden("provider-state", "this way back is used, too old or not yours; begin again")
    person_id, begun_at, kept = found
    purpose = Purpose(kept["purpose"])
    errand = Errand(purpose, person_id, kept["session"], kept["target"], kept["proof"])
    leaving = Leaving(
        kept["redirect_uri"], state, kept["nonce"], kept["verifier"], afresh=purpose != Purpose.SIGN_IN
    )
    return Return(errand, client.redeem(leaving, code, begun_at=begun_at, at=at))


def require_own(session: Session, actor: Actor, back: Return) -> None:
    """Whoever came back is who left, in the same session, and shows the account theirs is tied to. Raises Forbidden."""
    if (back.errand.person_id, back.errand.session_ref) != (actor.id, actor.session_ref):
        raise Forbidden("provider-state", "this way back is not of this session; begin again")
    if back.errand.purpose != Purpose.LINK and find_owner(session, back.shown) != actor.id:
        raise Forbidden("provider-other", "you signed in there with another account than the one tied to yours")


def begin_proof(session: Session, actor: Actor, action: str, *, at: int) -> str:
    """What a signature is going to wait for: a token that becomes good when `show_proof` was called."""
    return ceremony.begin(session, _proving(actor, action), at=at)


def show_proof(session: Session, actor: Actor, back: Return, *, at: int) -> None:
    """The person has just signed in there for it: it is good for two minutes, once. Raises Forbidden."""
    require_own(session, actor, back)
    row = ceremony.find(session, back.errand.proof, CeremonyStep.PROVIDER_PROOF, at=at, lock=True)
    if row is None or row.person_id != actor.id:
        raise Forbidden("provider-state", "this took too long; begin again")
    row.answer, row.expires_at = " ".join(back.shown.factors), at + PROOF_LIFETIME


def is_shown(session: Session, actor: Actor, token: str, *, at: int) -> bool:
    """Whether a proof is good now, for the page that waits for it."""
    row = ceremony.find(session, token, CeremonyStep.PROVIDER_PROOF, at=at)
    return row is not None and row.person_id == actor.id and row.answer is not None


def use_provider(session: Session, actor: Actor, token: str, action: Action, *, at: int) -> str | None:
    """By what the provider knew the person, for this session and act; the proof is used then. None: nothing good."""
    row = ceremony.spend(session, token, _proving(actor, action), at=at) if token else None
    return row.answer if row is not None else None


def _proving(actor: Actor, action: str) -> Bound:
    return Bound(CeremonyStep.PROVIDER_PROOF, actor.id, scope_of(actor.session_ref, action))
