"""Passkeys (WebAuthn level 2): keys that a device keeps, made for one host, used after its owner was verified."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import select

from app.accounts.actor import Actor
from app.accounts.factors import ceremony, factor
from app.accounts.factors.ceremony import Bound, CeremonyStep
from app.accounts.factors.desk import FactorDesk
from app.accounts.factors.factor import FactorKind, SecondFactor
from app.core.db import Session
from app.core.errors import Conflict, Problem, invalid

NAME = "Chartmark"
#: an answer of a browser has some two thousand characters; a key with a long chain of certificates more
LONGEST = 65_536


def start_enrolment(session: Session, desk: FactorDesk, actor: Actor, *, at: int) -> dict[str, Any]:
    """What a browser needs to make a key (PublicKeyCredentialCreationOptionsJSON). Raises Conflict, Invalid."""
    host = require_host(desk)
    factor.require_room(session, actor.id)
    import webauthn
    from webauthn.helpers import structs

    challenge = ceremony.begin(session, _enrolling(actor), at=at)
    options = webauthn.generate_registration_options(
        rp_id=host,
        rp_name=NAME,
        user_id=f"chartmark:{actor.id}".encode(),
        user_name=actor.username,
        user_display_name=actor.display_name,
        challenge=challenge.encode(),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.DISCOURAGED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(session, actor.id, host),
    )
    return json.loads(webauthn.options_to_json(options))


def finish_enrolment(
    session: Session, desk: FactorDesk, actor: Actor, answer: str, title: str, *, at: int
) -> SecondFactor:
    """Store the key a browser made. Raises Invalid for an answer that is not right, Conflict for a known key."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    host, challenge = require_host(desk), _challenge_of(answer)
    if ceremony.spend(session, challenge, _enrolling(actor), at=at) is None:
        raise Conflict("enrolment-over", "this took too long; begin again")
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge.encode(),
            expected_rp_id=host,
            expected_origin=desk.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        raise invalid([Problem("passkey-wrong", "passkey", "the browser's answer cannot be used; try again")]) from None
    credential_id = bytes_to_base64url(made.credential_id)
    if session.scalar(select(SecondFactor.id).where(SecondFactor.credential_id == credential_id)) is not None:
        raise Conflict("passkey-known", "this passkey is, or was, set up already")
    new = SecondFactor(
        person_id=actor.id,
        kind=FactorKind.PASSKEY.value,
        title=factor.title_of(title, "Passkey"),
        credential_id=credential_id,
        public_key=made.credential_public_key,
        host=host,
        added_at=at,
    )
    return factor.add(session, actor, new, made.sign_count, at=at)


def start_use(session: Session, desk: FactorDesk, person_id: int, scope: str, *, at: int) -> dict[str, Any]:
    """What a browser needs to use a key (PublicKeyCredentialRequestOptionsJSON), for one session and act (`scope`).

    Raises Conflict where the person has no key for this host.
    """
    host = require_host(desk)
    allowed = _descriptors(session, person_id, host)
    if not allowed:
        raise Conflict("no-passkey", f"you have no passkey for {host}")
    import webauthn
    from webauthn.helpers import structs

    challenge = ceremony.begin(session, Bound(CeremonyStep.PASSKEY_USE, person_id, scope), at=at)
    options = webauthn.generate_authentication_options(
        rp_id=host,
        challenge=challenge.encode(),
        allow_credentials=allowed,
        user_verification=structs.UserVerificationRequirement.REQUIRED,
    )
    return json.loads(webauthn.options_to_json(options))


def use_answer(session: Session, desk: FactorDesk, person_id: int, answer: str, scope: str, *, at: int) -> bool:
    """Whether a browser's answer to the challenge of this session and act is right; the challenge is used then.

    A counter that does not grow is refused: the key may have been copied.
    """
    challenge, row = _challenge_of(answer), _key_of(session, person_id, answer)
    spent = ceremony.spend(session, challenge, Bound(CeremonyStep.PASSKEY_USE, person_id, scope), at=at)
    if spent is None or row is None or not desk.host or row.host != desk.host or row.public_key is None:
        return False
    import webauthn
    from webauthn.helpers.exceptions import WebAuthnException

    memory = factor.use_of(session, row)
    try:
        used = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge.encode(),
            expected_rp_id=row.host,
            expected_origin=desk.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=memory.counter,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError):
        return False
    memory.counter, memory.last_used_at = used.new_sign_count, at
    return _handle_is(person_id, answer)


def require_host(desk: FactorDesk) -> str:
    """Raises Conflict where the server is reached by address: passkeys are bound to a host name."""
    if not desk.host:
        raise Conflict("no-host-name", "passkeys need a host name: open the server by its name, not by its address")
    return desk.host


def _descriptors(session: Session, person_id: int, host: str) -> list[Any]:
    from webauthn.helpers import base64url_to_bytes, structs

    keys = [row for row in factor.list_factors(session, person_id) if row.host == host and row.credential_id]
    return [structs.PublicKeyCredentialDescriptor(id=base64url_to_bytes(str(row.credential_id))) for row in keys]


def _key_of(session: Session, person_id: int, answer: str) -> SecondFactor | None:
    named = _parsed(answer).get("id")
    keys = factor.list_factors(session, person_id)
    return next((row for row in keys if row.credential_id is not None and row.credential_id == named), None)


def _parsed(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST:
        return {}
    try:
        found = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _challenge_of(answer: str) -> str:
    """The challenge an answer says it is to; empty where it says none. It is only looked up by it."""
    from webauthn.helpers import base64url_to_bytes

    response = _parsed(answer).get("response")
    try:
        data = json.loads(base64url_to_bytes(response["clientDataJSON"]))  # type: ignore[index]
        return base64url_to_bytes(data["challenge"]).decode("ascii")
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""


def _handle_is(person_id: int, answer: str) -> bool:
    """A device that names the account it was made for must name this one."""
    from webauthn.helpers import base64url_to_bytes

    handle = _parsed(answer).get("response", {}).get("userHandle")
    if not handle:
        return True
    try:
        return base64url_to_bytes(str(handle)) == f"chartmark:{person_id}".encode()
    except ValueError:
        return False


def _enrolling(actor: Actor) -> Bound:
    return Bound(CeremonyStep.PASSKEY_ENROLMENT, actor.id, actor.session_ref or "")
