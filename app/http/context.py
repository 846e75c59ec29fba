"""What belongs to the request at hand: its time, id, database, settings and actor."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from flask import current_app, g, request
from flask_login import UserMixin, current_user

from app.accounts.actor import Actor
from app.accounts.factors.desk import Demand, FactorDesk
from app.accounts.provider.client import Client
from app.accounts.session import Lifetime
from app.audit.checkpoint import Signer
from app.core import clock
from app.core.db import Database
from app.core.errors import ChartmarkError, NotFound
from app.corpus.vault import Vault
from app.settings import Settings
from app.terminology.search import Lookup

# How long after the password was typed it opens what changes other people's rights.
FRESH = 15 * clock.MINUTE


class NotSignedIn(ChartmarkError):
    """Nobody is signed in, or not any more."""


@dataclass(frozen=True)
class SignedIn(UserMixin):
    """Who flask-login calls `current_user`: the actor and the session that brought it."""

    actor: Actor
    session_id: int
    session_ends_at: int
    authenticated_at: int
    token: str
    #: whether the session was opened by two factors
    is_strong: bool

    def get_id(self) -> str:
        return str(self.actor.id)


def database() -> Database:
    return current_app.extensions["database"]


def settings() -> Settings:
    return current_app.extensions["settings"]


def codes() -> Lookup:
    """The lookup of codes in the installed releases."""
    return Lookup(settings().terminology_dir)


def signer() -> Signer:
    """The server's key, made on first use."""
    return Signer(settings().log_key_path, settings().log_origin)


def vault() -> Vault:
    """What opens sealed rows; privacy officers' pages need it to show what the machine replaced."""
    return Vault.at(settings().master_key_path)


def factor_desk() -> FactorDesk:
    """What second factors are checked with, for the browser at hand."""
    return FactorDesk(vault(), Demand(settings().second_factor), request.host_url.rstrip("/"))


def find_provider() -> Client | None:
    """The identity provider, where the settings name one."""
    return current_app.extensions.get("identity_provider")


def provider() -> Client:
    """The same. Raises NotFound where there is none."""
    found = find_provider()
    if found is None:
        raise NotFound("not-found", "this server knows no identity provider")
    return found


def lifetime() -> Lifetime:
    return Lifetime.of(settings().idle_minutes, settings().session_hours)


def at() -> int:
    """When the request came, in milliseconds: one time for all it does."""
    if "at" not in g:
        g.at = clock.now()
    return g.at


def request_id() -> str:
    """Ours, never the client's: it goes into logs and events."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(12)
    return g.request_id


def find_signed_in() -> SignedIn | None:
    user = current_user._get_current_object()
    return user if isinstance(user, SignedIn) else None


def find_actor() -> Actor | None:
    """Who acts, or None when nobody is signed in."""
    signed_in = find_signed_in()
    return signed_in.actor if signed_in else None


def signed_in() -> SignedIn:
    """The session behind the request. Raises NotSignedIn."""
    found = find_signed_in()
    if found is None:
        raise NotSignedIn("not-signed-in", "sign in first")
    return found


def session_left() -> int:
    """Milliseconds until the session ends if nothing is done."""
    return signed_in().session_ends_at - at()


def is_fresh() -> bool:
    """Whether the person showed who they are within the last `FRESH` milliseconds."""
    found = find_signed_in()
    return found is not None and at() - found.authenticated_at < FRESH


def actor() -> Actor:
    """Who acts. Raises NotSignedIn."""
    return signed_in().actor
