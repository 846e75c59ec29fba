"""Who made a release: each act on its items, with the person's qualification as it was at that act (R6)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.credential import Credential
from app.accounts.credential_check import list_checks
from app.accounts.person import Person
from app.core.clock import iso
from app.core.db import Session
from app.corpus.project import project_subject
from app.release.release import Release, ReleaseItem
from app.review.queries.history import answers_given

COLUMNS = (
    "item", "act", "at", "person", "username", "name", "roles", "tier", "credential", "credential_tier", "profession",
    "specialty", "country", "issuing_body", "register_number", "issued_at", "expires_at", "verified_by",
    "verified_method", "check", "guideline_version_id", "answer_sha256",
)  # fmt: skip
_ACTS = {"annotate": "read", "adjudicate": "adjudicated", "verify": "verified"}

Row = dict[str, Any]


def qualifications(session: Session, actor: AnyActor, release: Release, *, at: int) -> list[Row]:
    """One row for each act and credential held at it, by item and time; without any credential one row says so.

    What was held then is read from the frozen answers, and a later change of a credential changes no row. Raises
    Forbidden.
    """
    policy.require(session, actor, policy.Action.EXPORT_RELEASE, project_subject(release.project_id), at=at)
    released = select(ReleaseItem.item_id).where(ReleaseItem.release_id == release.id)
    found = answers_given(session, released, release.cut_at)
    held = {c["id"] for one in found for c in json.loads(one[0].credentials_json)["credentials"]}
    stated = {row.id: row for row in session.scalars(select(Credential).where(Credential.id.in_(held)))}
    checks = list_checks(session, held)
    names = dict(session.execute(select(Person.id, Person.username)).all()) if held else {}
    rows: list[Row] = []
    for submission, step, label, person in found:
        snapshot = json.loads(submission.credentials_json)
        act = {
            "item": label,
            "act": _ACTS[step],
            "at": iso(submission.frozen_at),
            "person": person.id,
            "username": person.username,
            "name": person.display_name,
            "roles": " ".join(snapshot["roles"]),
            "tier": snapshot["tier"],
            "guideline_version_id": submission.guideline_version_id,
            "answer_sha256": submission.body_sha256,
        }
        for one in snapshot["credentials"] or [{}]:
            credential = stated.get(one.get("id"))
            # Of several checks the newest that was there at the act.
            kinds = [check.kind for check in checks.get(one.get("id"), []) if check.at <= submission.frozen_at]
            rows.append(dict.fromkeys(COLUMNS) | act | _held(one, credential, kinds, names))
    return rows


def _held(one: Row, credential: Credential | None, kinds: list[str], names: dict[int, str]) -> Row:
    """A credential as the frozen answer names it, with what its row, of which nothing of this changes, says besides."""
    if credential is None:
        return {}
    return {
        "credential": one["id"],
        "credential_tier": one["tier"],
        "profession": one["profession"],
        "specialty": one["specialty"],
        "country": one["country"],
        "issuing_body": credential.issuing_body,
        "register_number": credential.register_number,
        "issued_at": iso(credential.issued_at),
        "expires_at": iso(credential.expires_at) if credential.expires_at else None,
        "verified_by": names.get(credential.verified_by),
        "verified_method": credential.verified_method,
        "check": ", then ".join(kinds) or "not kept",
    }


def as_rows(found: list[Row]) -> Iterator[list[Any]]:
    """The values in the order of `COLUMNS`, for a table."""
    return ([row[name] if row[name] is not None else "" for name in COLUMNS] for row in found)
