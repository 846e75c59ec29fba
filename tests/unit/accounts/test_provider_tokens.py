"""Which ID tokens are believed: ours, for now, for this client and this very sign-in, signed by the provider's key."""

import base64
import hashlib
import hmac
import json

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from app.accounts.provider.client import Client, Leaving, Provider
from app.core.errors import Forbidden, Unavailable

NOW = 1_800_000_000
ISSUER, CLIENT = "https://login.hospital.example", "chartmark"
KEY = ECKey.generate_key("P-256", {"kid": "k1"})
STRANGER = ECKey.generate_key("P-256", {"kid": "k1"})
CLAIMS = {
    "iss": ISSUER, "aud": CLIENT, "sub": "s-17", "iat": NOW, "exp": NOW + 300, "nonce": "n", "auth_time": NOW,
    "amr": ["mfa"], "groups": ["readers"],
}  # fmt: skip


class Session:
    """Where a code becomes a token: what the provider answers is given."""

    def __init__(self, token):
        self.token = token

    def fetch_token(self, address, **asked):
        assert asked["code_verifier"] == "v"
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.token}


def signed(claims, key=KEY, alg="ES256", kid="k1"):
    return jwt.encode({"alg": alg, "kid": kid}, claims, key, algorithms=[alg])


def redeem(monkeypatch, token, *, afresh=False, at=NOW):
    client = Client(Provider(ISSUER, CLIENT, "secret of the client"))
    metadata = {"token_endpoint": f"{ISSUER}/token", "jwks_uri": f"{ISSUER}/keys", "issuer": ISSUER}
    monkeypatch.setattr(client, "_metadata", lambda: metadata)
    monkeypatch.setattr(client, "_key_set", lambda *, anew=False: KeySet([KEY]))
    monkeypatch.setattr(client, "_session", lambda address: Session(token))
    leaving = Leaving(f"{ISSUER}/back", "state", "n", "v", afresh)
    return client.redeem(leaving, "code", begun_at=at * 1000, at=at * 1000)


def test_a_good_token_says_who_and_how(monkeypatch):
    shown = redeem(monkeypatch, signed(CLAIMS))
    assert (shown.issuer, shown.subject, shown.groups) == (ISSUER, "s-17", ("readers",))
    assert shown.is_strong


BENT = {
    "made for another client": {"aud": "another"},
    "of another provider": {"iss": "https://login.evil.example"},
    "of another sign-in": {"nonce": "another"},
    "without a nonce": {"nonce": None},
    "of yesterday": {"exp": NOW - 3600, "iat": NOW - 7200},
    "without an end": {"exp": None},
    "of nobody": {"sub": None},
    "of somebody with an endless name": {"sub": "s" * 256},
    "without an audience": {"aud": None},
}


@pytest.mark.parametrize("how", BENT)
def test_a_token_that_is_not_ours_now_is_refused(monkeypatch, how):
    claims = {name: value for name, value in (CLAIMS | BENT[how]).items() if value is not None}
    with pytest.raises(Forbidden) as refused:
        redeem(monkeypatch, signed(claims))
    assert refused.value.code == "provider-refused"


def _text(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _unsigned():
    return ".".join([*(_text(json.dumps(part).encode()) for part in ({"alg": "none"}, CLAIMS)), ""])


def _with_secret(secret):
    said = ".".join(_text(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": "k1"}, CLAIMS))
    return f"{said}.{_text(hmac.new(secret, said.encode(), hashlib.sha256).digest())}"


FORGED = {
    "by nobody": _unsigned,
    "by a key that only says it is the provider's": lambda: signed(CLAIMS, STRANGER),
    "with the client's secret": lambda: signed(CLAIMS, OctKey.import_key("secret of the client"), "HS256"),
    "with the public key as if it were a secret": lambda: _with_secret(KEY.as_pem(private=False)),
    "and changed afterwards": lambda: signed(CLAIMS)[:-6] + "AAAAAA",
    "in no way at all": lambda: "this is no token",
}


@pytest.mark.parametrize("how", FORGED)
def test_a_token_signed(monkeypatch, how):
    with pytest.raises((Forbidden, Unavailable)) as refused:
        redeem(monkeypatch, FORGED[how]())
    assert refused.value.code == "provider-refused"


def test_for_a_signature_the_provider_must_have_asked_just_now(monkeypatch):
    stale = signed(CLAIMS | {"auth_time": NOW - 3600})
    assert redeem(monkeypatch, stale).subject == "s-17"
    with pytest.raises(Forbidden) as refused:
        redeem(monkeypatch, stale, afresh=True)
    assert refused.value.code == "provider-not-fresh"
