"""Entries that come with the product: what we state about our own pipelines, for an owner here to accept.

A pipeline is installed by us and used by others, and only they know their texts and patients. So we
ship a statement, and never a signature: until somebody of the installation has accepted it under their
name, the pipeline tags nothing (fail closed). Accepting takes one act: `flask preannotate accept
PIPELINE --by LOGIN`, or two forms on the register's page. In the demo its invented owner accepts during
set-up, and the manifest says that nobody typed a password.
"""

from __future__ import annotations

from typing import Any

from app.accounts.actor import Actor
from app.core.clock import DAY
from app.core.db import Session
from app.core.errors import NotFound
from app.pipelines.register.entries import SignedEntry, register, sign
from app.pipelines.register.lookup import Recorded
from app.pipelines.register.rules import RegisterEntry
from app.review.signature import ManifestSigner
from app.tagging.protocol import PIPELINES

#: Shorter than the longest term allowed, so that "a year" never fails by an hour.
TERM = 365 * DAY

_USE = (
    "Suggests labels for clinical notes and reports. Every suggestion is judged by a reader; "
    "not meant for care of a patient, and not to stand in for reading."
)
_SHIPPED: dict[str, dict[str, Any]] = {
    "chartmark_rules": {
        "intended_use": _USE,
        "population": "Not limited. Measured on texts about adults for the most part; few are about children.",
        "evidence": (
            "Negation, sections, entities and relations measured on public sets: the table in README.md, made anew by "
            "preannotate evaluate and preannotate compare. Known limits: English only, rules and vocabulary, "
            "behind supervised systems on problems and relations."
        ),
    },
    "medspacy_stock": {
        "intended_use": f"{_USE} Kept as the yardstick beside our own pipeline.",
        "population": "Not limited.",
        "evidence": (
            "Measured beside our own pipeline on the same public sets: preannotate compare lists each difference "
            "with its reason. Known limits: a starter vocabulary, two known defects of negation."
        ),
    },
}


def shipped_entry(pipeline: str, *, at: int) -> RegisterEntry:
    """Our statement about a pipeline of ours, due for review in a year. Raises NotFound for another's."""
    installed = PIPELINES.get(pipeline)
    if pipeline not in _SHIPPED:
        raise NotFound("shipped-entry", f"no entry is shipped for {pipeline!r}; register one of your own")
    return RegisterEntry(
        pipeline, installed.version, installed.digest(), languages=installed.languages,
        review_by=at + TERM, **_SHIPPED[pipeline],
    )  # fmt: skip


def is_shipped(pipeline: str) -> bool:
    return pipeline in _SHIPPED


def accept(
    session: Session, owner: Actor, pipeline: str, *, signer: ManifestSigner, authentication: dict[str, Any], at: int
) -> SignedEntry:
    """Enter our statement and sign it in one transaction: what the command line, the demo and tests share."""
    row = register(session, owner, shipped_entry(pipeline, at=at), owner_id=owner.id, at=at)
    recorded = Recorded(row, None, None)
    return sign(session, owner, recorded, signer=signer, authentication=authentication, at=at)
