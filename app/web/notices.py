"""What a page says after a form was accepted: a fixed list, named in the address, never typed text."""

from __future__ import annotations

from flask import request

NOTICES = {
    "signed-out": "You are signed out.",
    "password-chosen": "Your password is set. Sign in with it.",
    "password-changed": "Your password is changed; your other sessions have ended.",
    "deactivated": "The account is closed and its sessions have ended.",
    "reactivated": "The account is open again.",
    "identity-verified": "The identity is recorded as verified.",
    "credential-granted": "The credential is recorded.",
    "credential-revoked": "The credential is revoked from now on.",
    "role-granted": "The role is given.",
    "role-revoked": "The role is taken away.",
    "sessions-ended": "All sessions of this person have ended.",
}


def notice() -> str:
    """The sentence of `?notice=…`, or nothing."""
    return NOTICES.get(request.args.get("notice", ""), "")
