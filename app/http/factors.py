"""Factors as a request brings them: the one place where what was typed becomes what services check; the provider."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask import Flask, request

from app.accounts.browser import name_of
from app.accounts.factors.desk import Demand, FactorDesk, Typed
from app.accounts.factors.factor import FactorKind, kinds_of
from app.accounts.factors.recovery import count_codes
from app.accounts.policy import Action
from app.accounts.provider.client import Client, Provider, require_safe_issuer
from app.accounts.provider.identity import find_identity
from app.accounts.sign_in import Halfway, Opened, Where
from app.accounts.signing import Factors
from app.corpus.role_proposal import read_mapping
from app.http import context, cookies
from app.settings import Settings

# As long as people type and browsers answer; the passkey's own limit is below.
LONGEST_CODE = 200


def install(app: Flask) -> None:
    """Refuse to start with settings that cannot be meant. Raises ValueError."""
    settings: Settings = app.extensions["settings"]
    if settings.second_factor not in set(Demand):
        raise ValueError("CHARTMARK_SECOND_FACTOR is empty, signers or everybody")
    read_mapping(settings.oidc_roles)
    app.extensions["identity_provider"] = Client(provider_of(settings)) if settings.oidc_issuer else None


def provider_of(settings: Settings) -> Provider:
    """The provider as the settings name it. Raises ValueError."""
    require_safe_issuer(settings.oidc_issuer)
    if not settings.oidc_client:
        raise ValueError("CHARTMARK_OIDC_CLIENT says what this server is called at the provider")
    secret = Path(settings.oidc_secret_file).read_text("utf-8").strip() if settings.oidc_secret_file else ""
    return Provider(
        settings.oidc_issuer,
        settings.oidc_client,
        secret,
        settings.oidc_title,
        _listed(settings.oidc_strong_acr),
        settings.oidc_groups_claim,
        _listed(settings.oidc_hosts),
    )


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def typed_second() -> Typed:
    """The second factor of a form."""
    return Typed(request.form.get("code", "")[:LONGEST_CODE], request.form.get("passkey", ""))


def form_factors() -> Factors:
    """All that a form re-authenticates by."""
    form = request.form
    return factors(form.get("username", ""), form.get("password", ""), typed_second(), form.get("provider", ""))


def factors(username: str, password: str, second: Typed, provider: str = "") -> Factors:
    """What somebody showed, with what checks it."""
    return Factors(username, password, second, provider, context.factor_desk())


def where() -> Where:
    """Where the request comes from."""
    agent = request.headers.get("User-Agent", "")
    return Where(request.remote_addr or "", cookies.browser_token(), name_of(agent))


def remember(opened: Opened | Halfway) -> None:
    """The cookies of whoever is in, or halfway."""
    if isinstance(opened, Halfway):
        cookies.remember_step(opened.token)
        return
    cookies.remember(opened.token)
    cookies.remember_browser(opened.known)
    cookies.remember_step("")


@dataclass(frozen=True)
class OwnFactors:
    """What whoever is signed in can show besides a password, for pages that ask for it."""

    kinds: frozenset[FactorKind]
    recovery_codes: int
    #: what the identity provider is called, where the account is tied to it
    provider: str
    desk: FactorDesk

    @property
    def has_second(self) -> bool:
        return bool(self.kinds)

    def missing(self, act: str) -> bool:
        """Whether this act takes a second factor and there is none."""
        return not self.kinds and act in set(Action) and self.desk.demands(Action(act))


def own_factors() -> OwnFactors:
    actor, client = context.actor(), context.find_provider()
    with context.database().reading() as session:
        tied = client is not None and find_identity(session, actor.id) is not None
        return OwnFactors(
            kinds_of(session, actor.id),
            count_codes(session, actor.id),
            client.provider.title if client is not None and tied else "",
            context.factor_desk(),
        )
