"""The rows and bodies of a bundle: what `verify.py` compares with the events that commit to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Table, Text, cast, exists, or_, select, true

from app.audit import streams
from app.audit.events import Tag
from app.audit.models import Erasure, Event, RowCommitment
from app.audit.rows import SALT, Values, committed_tables, content_of_row, digest_of, key_of
from app.core.db import Base, Session, load_tables
from app.core.digest import salted_sha256
from app.core.pieces import pieces

CHUNK = 1000
#: what gives somebody authority, or shows who they are: in a project's bundle too, of those who acted in it
AUTHORITY = (
    *(Tag.PERSON_CREATED, Tag.PERSON_DEACTIVATED, Tag.PERSON_REACTIVATED, Tag.IDENTITY_VERIFIED),
    *(Tag.CREDENTIAL_GRANTED, Tag.CREDENTIAL_REVOKED, Tag.ROLE_GRANTED, Tag.ROLE_REVOKED),
    *(Tag.PASSWORD_CHANGED, Tag.PASSWORD_RESET_ISSUED),
)


class Profile(StrEnum):
    """How much of rows and bodies leaves: their digests as computed here, or themselves, to be computed there."""

    DIGEST = "digest"
    CONTENT = "content"


@dataclass(frozen=True)
class BundleScope:
    """What a bundle is of: everything, or one project; which profile; whether texts leave with it."""

    project_id: int | None = None
    profile: Profile = Profile.DIGEST
    texts: bool = False
    #: of a project's bundle: whose authority its acts rest on
    people: frozenset[int] = frozenset()

    def shows(self, event: Any) -> bool:
        """A project's bundle shows its events, those of the server, and what gave its people their authority."""
        of_log = event.stream == streams.SERVER or event.tag == Tag.TAMPERING_FOUND
        if self.project_id is None or event.project_id == self.project_id or of_log:
            return True
        kind, _, number = event.stream.partition(":")
        return kind == "account" and int(number) in self.people and event.tag in AUTHORITY


def people_of(session: Session, project_id: int) -> frozenset[int]:
    """Who acted in a project or on the server's stream, who gave them their authority, and so on."""
    query = select(Event.actor_id).where(or_(Event.project_id == project_id, Event.stream == streams.SERVER)).distinct()
    found, new = set[int](), {person for person in session.scalars(query) if person is not None}
    while new:
        found |= new
        streams_of = [streams.account(person) for person in sorted(new)]
        gave = select(Event.actor_id).where(Event.stream.in_(streams_of), Event.tag.in_(AUTHORITY)).distinct()
        new = {person for person in session.scalars(gave) if person is not None} - found
    return frozenset(found)


def rows(session: Session, scope: BundleScope) -> Iterator[dict[str, Any]]:
    """Each row that events commit to: whole where the profile or its table says so, else its digest computed here."""
    for table in committed_tables():
        for values in _rows_of(session, table, scope):
            key, how = key_of(table, values), table.info.get("bundle")
            if how == "whole" or (how != "never" and scope.profile == Profile.CONTENT):
                salt = values.get(SALT)
                yield {"key": key, "row": content_of_row(table, values), "salt": salt.hex() if salt else None}
            else:
                yield {"key": key, "sha256": digest_of(table, values)}


def _rows_of(session: Session, table: Table, scope: BundleScope) -> Iterator[Values]:
    """In the order of their keys, in chunks; of a project its own, or those whose last event its bundle shows."""
    query = select(table).order_by(*table.primary_key)
    asked = scope.project_id is not None and "project_id" not in table.columns
    if scope.project_id is not None and not asked:
        query = query.where(table.c.project_id == scope.project_id)
    for part in session.execute(query.execution_options(yield_per=CHUNK)).mappings().partitions():
        shown = _shown(session, table, part, scope) if asked else None
        yield from (values for values in part if shown is None or _name(table, values) in shown)


def _name(table: Table, values: Values) -> str:
    """What an event is found by: the row, or of rows that are named together the event."""
    together = table.info.get("together")
    return str(values[together]) if together else key_of(table, values)


def _shown(session: Session, table: Table, part: Sequence[Values], scope: BundleScope) -> set[str]:
    """Names of those rows whose event a project's bundle shows."""
    names = {_name(table, values) for values in part}
    columns = (Event.stream, Event.project_id, Event.tag)
    if table.info.get("together"):
        query = select(Event.event_id.label("name"), *columns).where(Event.event_id.in_(names))
    else:
        query = select(RowCommitment.row_key.label("name"), *columns)
        query = query.join(Event, Event.id == RowCommitment.event_pk).where(RowCommitment.row_key.in_(names))
    return {row.name for row in session.execute(query) if scope.shows(row)}


def bodies(session: Session, scope: BundleScope) -> Iterator[dict[str, Any]]:
    """The body of each row whose digest is in another: itself, or its digest computed here, or that it was erased."""
    load_tables()
    for table in sorted(Base.metadata.tables.values(), key=lambda table: table.name):
        if "content" in table.info:
            yield from _bodies_of(session, table, scope)


def bodies_among(session: Session, name: str, numbers: Sequence[int]) -> Iterator[dict[str, Any]]:
    """The bodies themselves of some rows, by the table they lie in; of those that were erased, that they were."""
    load_tables()
    table = Base.metadata.tables[name]
    owner = Base.metadata.tables[table.info["content"][0]]
    for piece in pieces(numbers):
        yield from _bodies_where(session, table, owner.c.id.in_(piece), whole=True)


def _bodies_of(session: Session, table: Table, scope: BundleScope) -> Iterator[dict[str, Any]]:
    name = table.info["content"][0]
    owner = Base.metadata.tables[name]
    within = _of_project(owner, scope.project_id) if scope.project_id is not None else true()
    whole = scope.profile == Profile.CONTENT and (scope.texts or name != "document")
    yield from _bodies_where(session, table, within, whole=whole)


def _bodies_where(session: Session, table: Table, wanted: Any, *, whole: bool) -> Iterator[dict[str, Any]]:
    name, column, digest = table.info["content"]
    owner = Base.metadata.tables[name]
    (key,) = table.primary_key
    erased = exists().where(Erasure.table_name == table.name, Erasure.row_id == cast(owner.c.id, Text))
    query = select(owner.c.id, owner.c[digest].label("stated"), table.c[column].label("body"), table.c.salt)
    opened = table.info.get("opened")
    if opened:  # it may be sealed: all of the row is asked for
        query = query.add_columns(*(one for one in table.columns if one.name not in (column, "salt")))
    query = query.add_columns(erased.label("erased")).outerjoin(table, key == owner.c.id).order_by(owner.c.id)
    for row in session.execute(query.where(wanted).execution_options(yield_per=CHUNK)):
        body = row.body
        if opened and body is not None:
            body = opened(session, dict(row._mapping) | {column: body})
        yield {"key": f"{table.name}/{row.id}", "stated": row.stated} | _said_of(row, body, whole)


def _said_of(row: Any, body: str | None, whole: bool) -> dict[str, Any]:
    if body is None:
        return {"erased": True} if row.erased else {"missing": True}
    if whole:
        return {"body": body, "salt": row.salt.hex()}
    return {"sha256": salted_sha256(row.salt, body)}


def _of_project(owner: Table, project_id: int) -> Any:
    if "project_id" in owner.columns:
        return owner.c.project_id == project_id
    item = Base.metadata.tables["item"]
    return owner.c.item_id.in_(select(item.c.id).where(item.c.project_id == project_id))
