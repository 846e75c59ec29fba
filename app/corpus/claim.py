"""What may be said about a project's texts: "de-identified" only where a check of people backs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from app.core.db import Session
from app.core.registry import Registry
from app.corpus.project import Project

NOT_CHECKED = "machine passed, not checked"


@dataclass(frozen=True)
class Claim:
    """`words` is all that pages and exports may say; `reasons` are codes of what is missing for more."""

    checked: bool
    words: str
    reasons: tuple[str, ...] = ()
    audit: int | None = None
    #: upper bound of the share of documents with a leak, in parts per million
    bound_ppm: int | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "checked": self.checked,
            "words": self.words,
            "reasons": list(self.reasons),
            "leak_audit": self.audit,
            "bound_ppm": self.bound_ppm,
        }


class ClaimSource(Protocol):
    """Knows of checks; de-identification registers its leak audit."""

    key: str

    def claim(self, session: Session, project: Project) -> Claim: ...


CLAIMS: Registry[ClaimSource] = Registry("claim source", ClaimSource)


def claim_of(session: Session, project: Project) -> Claim:
    """The first claim that people have checked; otherwise what is missing (domain B.7)."""
    claims = [source.claim(session, project) for source in CLAIMS]
    missing = tuple(dict.fromkeys(reason for claim in claims for reason in claim.reasons))
    return next((claim for claim in claims if claim.checked), Claim(False, NOT_CHECKED, missing))
