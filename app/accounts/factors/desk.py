"""What second factors are checked with: the key that seals secrets, where the browser is, and who needs one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import urlsplit

from app.accounts.policy import Action


class Sealer(Protocol):
    """The master key as far as it is needed here; the vault, which lies above, is one."""

    def seal(self, value: Any, label: str) -> bytes: ...
    def open(self, sealed: bytes, label: str) -> Any: ...


class Demand(StrEnum):
    """Who cannot do without a second factor. Whoever has one is asked for it in any case."""

    NOBODY = ""
    SIGNERS = "signers"  # at a signature
    EVERYBODY = "everybody"  # before anything else, and at a signature


#: re-authentications that put a name under something
SIGNATURES = frozenset({Action.SIGN, Action.SIGN_PIPELINE})


@dataclass(frozen=True)
class FactorDesk:
    """`origin` is where the person's browser is (`https://notes.example`); empty: no browser, a shell."""

    sealer: Sealer
    demand: Demand = Demand.NOBODY
    origin: str = ""

    @property
    def host(self) -> str:
        """The name passkeys are made for (RP ID): a host name, never an address; empty where there is none."""
        try:
            host = urlsplit(self.origin).hostname or ""
        except ValueError:
            return ""
        return "" if _is_address(host) else host

    def demands(self, action: Action) -> bool:
        """Whether a re-authentication for this act takes a second factor, whoever acts."""
        return self.demand == Demand.EVERYBODY or (self.demand == Demand.SIGNERS and action in SIGNATURES)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Typed:
    """What somebody gave as a second factor: a code (of the app, or for recovery), or a passkey's answer as JSON."""

    code: str = ""
    passkey: str = ""

    def __bool__(self) -> bool:
        return bool(self.code.strip() or self.passkey)
