"""Leaving for the identity provider: the address to go to, and the cookie by which the way back is known."""

from __future__ import annotations

from flask import url_for

from app.accounts.provider import flow
from app.accounts.provider.flow import Errand, Purpose
from app.http import context, cookies


def begin(errand: Errand) -> str:
    """The provider's address for an errand; the browser gets the state with this answer. Raises Unavailable."""
    redirect_uri = f"{context.factor_desk().origin}{url_for('provider.come_back')}"
    address, state = flow.leave(
        context.database(), context.vault(), context.provider(), errand, redirect_uri, at=context.at()
    )
    cookies.remember_step(state)
    return address


def errand_of(purpose: Purpose, *, target: str = "/", proof: str = "") -> Errand:
    """An errand of whoever is signed in, in this session."""
    actor = context.actor()
    return Errand(purpose, actor.id, actor.session_ref, target, proof)
