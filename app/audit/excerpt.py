"""An excerpt of the log: some events whole, and of all others no more hashes than prove where those stand.

Leaves that nobody is shown are taken together to the roots of perfect subtrees, so that the tree of the checkpoint is
rebuilt from a few hashes an event: one inclusion proof for all of them (RFC 6962, 2.1.1), checked by `verify.py`.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import or_, select, tuple_

from app.audit import streams
from app.audit.bundle_rows import AUTHORITY, bodies_among
from app.audit.checkpoint import Signer
from app.audit.events import Tag
from app.audit.evidence import EVIDENCE, STATE_MACHINES, script_digest, transitions_json
from app.audit.excerpt_tree import Hidden, parts_of
from app.audit.macs import commitment
from app.audit.models import Checkpoint, Event, Leaf
from app.audit.rows import SALT, content_of_row, digest_of
from app.core.db import Base, Session, load_tables
from app.core.digest import sha256
from app.core.errors import Conflict, Invalid
from app.core.pieces import pieces

CHUNK = 500
#: of the server's stream: what a check rests on
GROUND = (
    *(Tag.TRANSITIONS_DECLARED, Tag.ROWS_DECLARED, Tag.SCRIPT_DECLARED, Tag.MACS_BEGUN, Tag.CLOCK_SET_BACK),
    *(Tag.CHECKPOINT_KEY_ROTATED, Tag.CHECKPOINT_KEY_LOST, Tag.LOG_RESTORED),
)
#: of the project's: who had which role in it
MEMBERS = (Tag.PROJECT_CREATED, Tag.MEMBER_ADDED, Tag.MEMBER_REMOVED)
#: of a person's: by what they had authority
ACCOUNT = (*AUTHORITY, Tag.CREDENTIAL_CHECKED, Tag.GUIDELINE_ACKNOWLEDGED, Tag.GUIDELINE_SIGNED)
_MOVES = (Tag.ITEM_ADVANCED, Tag.ASSIGNMENT_ADVANCED)
_NAMED = {"signature": Tag.SIGNATURE_MADE, "release": Tag.RELEASE_CUT, "recall": Tag.RELEASE_RECALLED}
_FILES = {"signature": "signatures", "release": "releases", "recall": "recalls"}
_EMPTY = ("pipelines", "withdrawals", "discrepancies", "pending")


class ExcerptFiles(Protocol):
    """Where the files of an excerpt go, piece by piece."""

    def write(self, name: str, data: bytes) -> None: ...


@dataclass(frozen=True)
class ExcerptScope:
    """What an excerpt is of (`title`, as the verdict says it) and what it shows, up to a checkpoint's size.

    `streams` are shown whole; of the project's stream what commits to one of `rows` or names one of `documents`.
    Rows of `tables` leave as they are; bodies of answers that are shown too, and of `texts`. `sizes`: of checkpoints
    that somebody keeps, so that the excerpt leads from each of them.
    """

    project_id: int
    title: tuple[str, ...]
    size: int
    streams: frozenset[str]
    rows: frozenset[str]
    documents: frozenset[int]
    tables: tuple[str, ...]
    texts: tuple[int, ...] = ()
    sizes: tuple[int, ...] = ()


@dataclass
class _Seen:
    """What the events shown say, to be put beside them."""

    rows: dict[str, str | None] = field(default_factory=dict)
    states: dict[tuple[str, Any], str] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=lambda: {kind: set() for kind in _NAMED})
    declared: dict[str, str] = field(default_factory=dict)

    def take(self, event: dict[str, Any]) -> None:
        self.rows.update({key: said for key, said in event.get("rows", {}).items() if not key.endswith("/*")})
        tag, data = event["tag"], event["data"]
        if tag in _MOVES:
            self.states[data["machine"], event["subject"]["id"]] = data["to"]
        if tag in (Tag.TRANSITIONS_DECLARED, Tag.SCRIPT_DECLARED):
            self.declared[tag] = data["sha256"]
        for kind, of in _NAMED.items():
            if tag == of:
                self.named[kind].add(str(data[f"{kind}_id"]))


def find_checkpoint(session: Session, size: int | None) -> Checkpoint:
    """The newest, or the one of a size. Raises Invalid where none is signed of it."""
    query = select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)
    found = session.scalar(query if size is None else query.where(Checkpoint.size == size))
    if found is None:
        raise Invalid("cut-off", "no checkpoint of this size was signed: name the size of one")
    return found


def write_excerpt(session: Session, signer: Signer, out: ExcerptFiles, scope: ExcerptScope) -> None:
    """The files of an excerpt, but for `bundle.json` and its signature, which name all that is in the bundle.

    The same cut-off gives the same bytes, unless something was destroyed since or the software is another. Raises
    Conflict where the log was last declared under other tables or another script than those of today.
    """
    load_tables()
    shown = _choose(session, scope)
    checkpoints = _checkpoints(session, shown, scope)
    seen = _Seen()
    _write_events(session, out, scope, shown, [one.size for one in checkpoints], seen)
    _require_same_software(seen)
    _lines(out, "checkpoints.jsonl", ({"size": one.size, "note": one.note, "cosignatures": []} for one in checkpoints))
    out.write("checkpoint.txt", checkpoints[-1].note.encode())
    out.write("vkeys.txt", "".join(f"{key}\n" for key in signer.vkeys()).encode())
    out.write("transitions.json", transitions_json().encode())
    known = {machine.key for machine in STATE_MACHINES}
    states = sorted((key, number, state) for (key, number), state in seen.states.items() if key in known)
    _lines(out, "states.jsonl", ({"machine": key, "id": number, "state": state} for key, number, state in states))
    for kind, file in _FILES.items():
        _lines(out, f"{file}.jsonl", _evidence(session, file, kind, seen.named[kind], scope.project_id))
    for name in _EMPTY:
        out.write(f"{name}.jsonl", b"")
    _lines(out, "rows.jsonl", _rows(session, seen.rows, scope.tables))
    _lines(out, "bodies.jsonl", _bodies(session, seen.rows, scope))


def _choose(session: Session, scope: ExcerptScope) -> list[int]:
    """Numbers of the leaves to be shown, in order."""
    found = set[int]()
    for piece in pieces(sorted(scope.streams)):
        found |= _leaves(session, scope, Event.stream.in_(piece))
    found |= _leaves(session, scope, (Event.stream == streams.SERVER) & Event.tag.in_(GROUND))
    found |= {leaf for leaf, event in _of_project(session, scope) if _is_named(event, scope)}
    people = _actors(session, found)
    known = set[int]()
    while new := people - known:  # whoever gave somebody authority had it from somebody
        known |= new
        accounts = [streams.account(person) for person in sorted(new)]
        own = Event.stream.in_(accounts) & or_(Event.project_id.is_(None), Event.project_id == scope.project_id)
        more = _leaves(session, scope, own & Event.tag.in_(ACCOUNT))
        people |= _actors(session, more)
        found |= more
    return sorted(found)


def _leaves(session: Session, scope: ExcerptScope, wanted: Any) -> set[int]:
    query = select(Leaf.idx).join(Event, Event.id == Leaf.event_pk).where(wanted, Leaf.idx < scope.size)
    return set(session.scalars(query))


def _actors(session: Session, leaves: Iterable[int]) -> set[int]:
    found = set[int]()
    for piece in pieces(sorted(leaves)):
        query = select(Event.actor_id).join(Leaf, Leaf.event_pk == Event.id).where(Leaf.idx.in_(piece))
        found |= {person for person in session.scalars(query.distinct()) if person is not None}
    return found


def _of_project(session: Session, scope: ExcerptScope) -> Iterator[tuple[int, dict[str, Any]]]:
    query = (
        select(Leaf.idx, Event.body)
        .join(Event, Event.id == Leaf.event_pk)
        .where(Event.stream == streams.project(scope.project_id), Leaf.idx < scope.size)
        .order_by(Leaf.idx)
    )
    for leaf, body in session.execute(query.execution_options(yield_per=CHUNK)):
        yield leaf, json.loads(body)


def _is_named(event: dict[str, Any], scope: ExcerptScope) -> bool:
    if event["tag"] in MEMBERS or not scope.rows.isdisjoint(event.get("rows", ())):
        return True
    documents = event["data"].get("documents")
    return isinstance(documents, list) and not scope.documents.isdisjoint(documents)


def _checkpoints(session: Session, shown: list[int], scope: ExcerptScope) -> list[Checkpoint]:
    """The last, those that somebody keeps; where keys changed also the first behind each event, whose keys count."""
    wanted = {scope.size, *(size for size in scope.sizes if size < scope.size)}
    turned = Event.tag.in_((Tag.CHECKPOINT_KEY_ROTATED, Tag.CHECKPOINT_KEY_LOST))
    if _leaves(session, scope, turned):
        sizes = list(
            session.scalars(select(Checkpoint.size).where(Checkpoint.size <= scope.size).order_by(Checkpoint.size))
        )
        wanted |= {sizes[bisect_right(sizes, leaf)] for leaf in shown}
    found: list[Checkpoint] = []
    for piece in pieces(sorted(wanted)):
        found += session.scalars(select(Checkpoint).where(Checkpoint.size.in_(piece)).order_by(Checkpoint.size))
    return found


def _write_events(
    session: Session, out: ExcerptFiles, scope: ExcerptScope, shown: list[int], sizes: list[int], seen: _Seen
) -> None:
    hidden = Hidden(session, scope.size)
    bodies = _bodies_of_events(session, shown)
    before = _named_by_keys(session, scope)
    for place, height in parts_of(shown, before, sizes, scope.size):
        if height is not None:
            value = hidden.root(height, place >> height).hex()
            line, leaf, mac = "null", f"{value} {height}" if height else value, "-"
        else:
            row = next(bodies)
            line, leaf, mac = row.body, row.leaf_sha256, commitment(row.mac) or "-"
            seen.take(json.loads(row.body))
        out.write("events.jsonl", f"{line}\n".encode())
        out.write("leaves.txt", f"{leaf}\n".encode())
        out.write("macs.txt", f"{mac}\n".encode())


def _named_by_keys(session: Session, scope: ExcerptScope) -> set[int]:
    """Leaves that a statement about keys names: they stand alone, so that it is seen behind which it was made."""
    query = select(Event.body).join(Leaf, Leaf.event_pk == Event.id).where(Leaf.idx < scope.size)
    bodies = session.scalars(query.where(Event.tag == str(Tag.CHECKPOINT_KEY_ROTATED)))
    said = (json.loads(body)["data"].get("statement", "") for body in bodies)
    numbers = (line.split(" ")[1] for text in said for line in text.split("\n") if line.startswith("leaf "))
    return {int(number) for number in numbers if number.isdecimal()}


def _bodies_of_events(session: Session, shown: list[int]) -> Iterator[Any]:
    columns = (Leaf.idx, Leaf.leaf_sha256, Event.body, Event.mac)
    for piece in pieces(shown):
        query = select(*columns).join(Event, Event.id == Leaf.event_pk).where(Leaf.idx.in_(piece))
        yield from session.execute(query.order_by(Leaf.idx))


def _require_same_software(seen: _Seen) -> None:
    today = {str(Tag.TRANSITIONS_DECLARED): sha256(transitions_json()), str(Tag.SCRIPT_DECLARED): script_digest()}
    if {str(tag): value for tag, value in seen.declared.items()} != today:
        raise Conflict(
            "cut-off-before-upgrade", "at this cut-off the log was checked by other tables or another script"
        )


def _evidence(session: Session, file: str, kind: str, names: set[str], project_id: int) -> Iterator[dict[str, Any]]:
    if names and file in EVIDENCE:
        yield from (row for row in EVIDENCE.get(file).rows(session, project_id) if str(row[f"{kind}_id"]) in names)


def _rows(session: Session, said: dict[str, str | None], tables: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Those of these tables that events shown commit to, as they are: rows of such tables never change."""
    for name in tables:
        table = Base.metadata.tables[name]
        keys = [key for key, digest in said.items() if key.split("/")[0] == name and digest is not None]
        columns = list(table.primary_key)
        numbers = sorted([int(part) for part in key.split("/")[1:]] for key in keys)
        for piece in pieces(numbers):
            query = select(table).where(tuple_(*columns).in_([tuple(one) for one in piece])).order_by(*columns)
            for values in session.execute(query).mappings():
                key = "/".join([name, *(str(values[column.name]) for column in columns)])
                if digest_of(table, values) == said[key]:
                    salt = values.get(SALT)
                    yield {"key": key, "row": content_of_row(table, values), "salt": salt.hex() if salt else None}


def _bodies(session: Session, said: dict[str, str | None], scope: ExcerptScope) -> Iterator[dict[str, Any]]:
    answers = sorted(int(key.split("/")[1]) for key in said if key.startswith("submission/"))
    yield from bodies_among(session, "submission_body", answers)
    yield from bodies_among(session, "document_body", sorted(scope.texts))


def _lines(out: ExcerptFiles, name: str, values: Iterable[dict[str, Any]]) -> None:
    out.write(name, b"")
    for value in values:
        out.write(name, (json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n").encode())
