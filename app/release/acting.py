"""People of a lineage: who they are and what they held as of each act, or pseudonyms and classes in their place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from app.accounts.credential import Credential
from app.accounts.credential_check import list_checks
from app.accounts.person import Person
from app.core.db import Session

LineageFacts = dict[str, Any]
#: what of a credential makes its class, in the profile without people
CLASS = ("tier", "profession", "specialty", "country")


def as_of_each_act(session: Session, told: LineageFacts) -> dict[str, LineageFacts]:
    """Number → name of everybody in a lineage; into each qualification goes what its credentials state besides.

    What was held then stands in the frozen answers; of a credential's row nothing stated ever changes. Of its checks
    those count that were made before the act.
    """
    acts = list(_qualified(told))
    held = {one["id"] for act in acts for one in act["qualification"]["credentials"]}
    stated = {row.id: row for row in session.scalars(select(Credential).where(Credential.id.in_(held)))}
    checks = list_checks(session, held)
    for act in acts:
        for one in act["qualification"]["credentials"]:
            if row := stated.get(one["id"]):
                one.update(_stated(row))
            one["checks"] = [
                {"kind": check.kind, "by": check.person_id, "method": check.method, "at": check.at}
                for check in checks.get(one["id"], ())
                if check.at <= act["at"]
            ]
    people = session.execute(
        select(Person.id, Person.username, Person.display_name).where(Person.id.in_({*_numbers(told)}))
    )
    return {str(row.id): {"username": row.username, "name": row.display_name} for row in people}


def _stated(row: Credential) -> LineageFacts:
    return {
        "issuing_body": row.issuing_body,
        "register_number": row.register_number,
        "issued_at": row.issued_at,
        "expires_at": row.expires_at,
        "verified_by": row.verified_by,
        "verified_method": row.verified_method,
        "evidence_sha256": row.evidence_sha256,
    }


def without_people(told: LineageFacts) -> LineageFacts:
    """The delivery profile: a number stands for a person, the class of a credential for the credential."""
    for act in _qualified(told):
        then = act["qualification"]
        then["credentials"] = [{name: one.get(name) for name in CLASS} for one in then["credentials"]]
    for one in told["signatures"]:
        one["name"] = f"person {one['by']}"
    numbers = sorted({*_numbers(told)})
    told["people"] = {str(number): {"username": "", "name": f"person {number}"} for number in numbers}
    return told | {"profile": "delivery"}


def _qualified(value: Any) -> Iterator[LineageFacts]:
    """Every act that says with which qualification it was done."""
    if isinstance(value, dict):
        if "qualification" in value:
            yield value
        for inner in value.values():
            yield from _qualified(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _qualified(inner)


_PERSON = ("by", "published_by", "verified_by")


def _numbers(value: Any) -> Iterator[int]:
    """Every person who is named by number. Elements of answers hold none: their fields are of their modality."""
    if isinstance(value, dict):
        yield from (value[name] for name in _PERSON if isinstance(value.get(name), int))
        for name, inner in value.items():
            if name not in ("elements", "was", "became"):
                yield from _numbers(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner)
