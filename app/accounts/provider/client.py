"""The identity provider over the wire: discovery, the code for a token, and what makes an ID token good.

OpenID Connect Core 1.0 with the authorization code flow and PKCE (RFC 7636), by Authlib. Nothing is asked of the
provider unless `CHARTMARK_OIDC_ISSUER` names one.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from app.accounts.provider.identity import ShownIdentity
from app.core.clock import SECOND
from app.core.errors import Forbidden, Unavailable

if TYPE_CHECKING:
    from authlib.integrations.requests_client import OAuth2Session
    from joserfc.jwk import KeySet

TIMEOUT_SECONDS = 5
#: how far the provider's clock may be off (domain G.5)
SKEW_SECONDS = 60
KEPT_SECONDS = 3600
#: asymmetric only: with `none` or HS256 whoever knows the client's secret, or nothing, makes tokens
ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA", "RS384", "RS512", "PS384", "PS512", "ES384", "ES512"]
_LOCAL = {"localhost", "127.0.0.1", "::1"}
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True)
class Provider:
    """One identity provider, as the settings name it."""

    issuer: str
    client_id: str
    client_secret: str = ""
    title: str = "single sign-on"
    #: values of `acr` that stand for two factors; `amr` with `mfa` does in any case
    strong_acr: tuple[str, ...] = ()
    groups_claim: str = "groups"
    #: further hosts its endpoints may be on
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Leaving:
    """What the way to the provider carries, and what must come back."""

    redirect_uri: str
    state: str
    nonce: str
    verifier: str
    #: the provider must ask again, whoever is signed in there
    afresh: bool = False


class Client:
    """Speaks to one provider; what it publishes is kept for an hour."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self._guard = threading.Lock()
        self._kept: tuple[float, dict[str, Any]] | None = None
        self._keys: KeySet | None = None

    def address(self, leaving: Leaving) -> str:
        """Where the browser goes. Raises Unavailable where the provider cannot be reached."""
        # With `max_age` it has to say when it asked; 0 some providers take for "again and again".
        asked = {"prompt": "login", "max_age": SKEW_SECONDS} if leaving.afresh else {}
        address, _ = self._session(leaving.redirect_uri).create_authorization_url(
            self._metadata()["authorization_endpoint"],
            state=leaving.state,
            nonce=leaving.nonce,
            code_verifier=leaving.verifier,
            **asked,
        )
        return str(address)

    def redeem(self, leaving: Leaving, code: str, *, begun_at: int, at: int) -> ShownIdentity:
        """Who signed in there, by the code they came back with. Raises Forbidden for what cannot be trusted."""
        from authlib.common.errors import AuthlibBaseError
        from joserfc.errors import JoseError
        from requests import RequestException

        metadata = self._metadata()
        try:
            token = self._session(leaving.redirect_uri).fetch_token(
                metadata["token_endpoint"], code=code, code_verifier=leaving.verifier, timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )  # fmt: skip
            claims = self._claims(token, leaving, at // SECOND)
        except RequestException:
            raise _away() from None
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError):
            raise _refused() from None
        return self._shown(claims, leaving, begun_at)

    def _claims(self, token: dict[str, Any], leaving: Leaving, now: int) -> Any:
        from authlib.oidc.core import CodeIDToken
        from joserfc.errors import InvalidKeyIdError

        encoded = token["id_token"]
        try:
            decoded = _decode(encoded, self._key_set())
        except (InvalidKeyIdError, ValueError):
            decoded = _decode(encoded, self._key_set(anew=True))  # the provider may have changed its keys
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {"iss": {"essential": True, "value": self.provider.issuer}, "aud": {"essential": True}},
            {"nonce": leaving.nonce, "client_id": self.provider.client_id, "access_token": token.get("access_token")},
        )
        claims.validate(now=now, leeway=SKEW_SECONDS)
        audience = claims["aud"]
        if self.provider.client_id not in (audience if isinstance(audience, list) else [audience]):
            raise ValueError("made for somebody else")
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise ValueError("no subject")
        return claims

    def _shown(self, claims: Any, leaving: Leaving, begun_at: int) -> ShownIdentity:
        auth_time = int(claims.get("auth_time") or 0)
        # Whoever was signed in there before has not shown anything (ASVS 6.8.4).
        if leaving.afresh and auth_time < begun_at // SECOND - SKEW_SECONDS:
            raise Forbidden("provider-not-fresh", "the identity provider did not ask you again; nothing was done")
        methods, groups = claims.get("amr") or [], claims.get(self.provider.groups_claim) or []
        strong = "mfa" in methods or claims.get("acr") in self.provider.strong_acr
        names = tuple(name for name in groups if isinstance(name, str)) if isinstance(groups, list) else ()
        return ShownIdentity(self.provider.issuer, claims["sub"], auth_time, strong, names)

    def _session(self, redirect_uri: str) -> OAuth2Session:
        from authlib.integrations.requests_client import OAuth2Session

        secret = self.provider.client_secret
        return OAuth2Session(
            self.provider.client_id,
            secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope="openid profile groups" if self.provider.groups_claim == "groups" else "openid profile",
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _metadata(self) -> dict[str, Any]:
        with self._guard:
            if self._kept is None or time.monotonic() - self._kept[0] > KEPT_SECONDS:
                found = _get_json(f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration")
                self._require_sound(found)
                self._kept, self._keys = (time.monotonic(), found), None
            return self._kept[1]

    def _require_sound(self, found: dict[str, Any]) -> None:
        """What was found is this provider's, and leads nowhere but to it (ASVS 1.3.6). Raises Unavailable."""
        hosts = {urlsplit(self.provider.issuer).hostname, *self.provider.hosts}
        addresses = [str(found.get(name, "")) for name in _ENDPOINTS]
        if found.get("issuer") != self.provider.issuer or not all(_is_safe(one, hosts) for one in addresses):
            raise Unavailable("provider-unsound", "the identity provider describes itself as somebody else")

    def _key_set(self, *, anew: bool = False) -> KeySet:
        from joserfc.jwk import KeySet

        address = self._metadata()["jwks_uri"]
        with self._guard:
            if self._keys is None or anew:
                self._keys = KeySet.import_key_set(_get_json(address))  # type: ignore[arg-type]
            return self._keys


def require_safe_issuer(issuer: str) -> None:
    """Raises ValueError for an issuer that is not reached by https (or on this machine)."""
    if not _is_safe(issuer, {urlsplit(issuer).hostname}) or urlsplit(issuer).query:
        raise ValueError("CHARTMARK_OIDC_ISSUER is no https address")


def _is_safe(address: str, hosts: set[str | None]) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    encrypted = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
    return encrypted and bool(parts.hostname) and parts.hostname in hosts


def _decode(encoded: str, keys: KeySet) -> Any:
    from joserfc import jwt

    return jwt.decode(encoded, keys, algorithms=ALGORITHMS)


def _get_json(address: str) -> dict[str, Any]:
    import requests

    try:
        answer = requests.get(address, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        answer.raise_for_status()
        found = answer.json()
    except (requests.RequestException, ValueError):
        raise _away() from None
    if not isinstance(found, dict):
        raise _away()
    return found


def _away() -> Unavailable:
    return Unavailable("provider-away", "the identity provider cannot be reached; try again later")


def _refused() -> Forbidden:
    return Forbidden("provider-refused", "the identity provider's answer could not be accepted; begin again")
