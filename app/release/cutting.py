"""Cutting a release: signed items, and what recalled releases held, behind the gates, under one manifest.

Everything is read and put together on a snapshot, while others go on working; then one short transaction stores it,
unless something of what was read is not so any more.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.second_person import require_two
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Head, Subject, heads_of, lock_heads, record
from app.core import fault
from app.core.db import Database, Session
from app.core.digest import sha256
from app.core.errors import Conflict
from app.core.isolation import named
from app.core.many import insert_many
from app.core.pieces import pieces
from app.corpus.document import claim_of
from app.corpus.paper_gates import require_papers
from app.corpus.project import Project, get_project, project_subject
from app.release.gates import pass_gates
from app.release.manifest import Contents, manifest_text
from app.release.recall import items_to_carry, recalls_of, releases_to_supersede, supersede
from app.release.release import Release, ReleaseItem
from app.review import states
from app.review.hold import open_holds
from app.review.item import Item, available_items
from app.review.states import ItemState

ALL = 1_000_000

Progress = Callable[[int, int], None]
#: what else belongs into the transaction that stores a release
Alongside = Callable[[Session, Release], None]


def cut(
    database: Database,
    actor: AnyActor,
    project_key: str,
    *,
    progress: Progress = lambda done, total: None,
    alongside: Alongside = lambda session, release: None,
    at: int,
) -> Release:
    """Make a release of every signed item, and of what stays sound of releases that were recalled.

    An item that cannot be read any more is left out, stays as it is, and is named in the manifest; `progress` hears
    how many items of how many were read. Raises Forbidden; or Conflict when there is no item, a gate is shut, or
    something of it changed meanwhile: then nothing is stored.
    """
    with database.snapshot() as session:
        project = get_project(session, project_key)
        policy.require(session, actor, policy.Action.CUT_RELEASE, project_subject(project.id), at=at)
        require_papers(session, project, "release", at=at)
        if project.setting("release_approval"):
            require_two(session, actor)
        prepared = _prepare(session, project, progress, at=at)
    fault.point("prepared")
    return database.writing(lambda session: _store(session, actor, prepared, alongside, at=at))


@dataclass(frozen=True)
class Basis:
    """What a release rests on besides its items: it must be so at the end as it was at the beginning."""

    number: int
    settings: dict[str, Any]
    claim: dict[str, Any]
    carried: list[int]
    supersedes: list[dict[str, Any]]


@dataclass(frozen=True)
class Prepared:
    """A release as it was put together; `heads`: the last event of each of its items, by stream."""

    project_id: int
    manifest: str
    submissions: dict[int, int]
    left_out: dict[int, str]
    heads: dict[str, Head]
    basis: Basis


def _prepare(session: Session, project: Project, progress: Progress, *, at: int) -> Prepared:
    """Everything that takes time. Raises Conflict."""
    signed = available_items(session, project.id, ItemState.SIGNED, ALL)
    items = sorted([*signed, *items_to_carry(session, project.id)], key=lambda item: item.id)
    if not items:
        raise Conflict("nothing-signed", "no signed item waits for release")
    progress(0, len(items))
    gates = pass_gates(session, project, items)
    contents, done = Contents(), 0

    def count(more: int) -> None:
        nonlocal done
        done += more
        progress(done, len(items))
        fault.point("cutting")

    contents.read(session, items, count)
    if not contents.submissions:
        raise Conflict("nothing-readable", f"none of the {len(items)} signed items can be read")
    basis = _basis(session, project)
    said = {"release": basis.number, "gates": gates, "supersedes": [_said(one) for one in basis.supersedes]}
    said |= _absent(contents.left_out)
    manifest = manifest_text(session, project, contents, basis.claim, said, at=at)
    heads = heads_of(session, [streams.item(item) for item in contents.submissions])
    return Prepared(project.id, manifest, contents.submissions, contents.left_out, heads, basis)


def _basis(session: Session, project: Project) -> Basis:
    last = session.scalar(select(func.max(Release.number)).where(Release.project_id == project.id)) or 0
    return Basis(
        number=last + 1,
        settings=json.loads(project.settings_json),
        claim=claim_of(session, project).to_dict(),
        carried=[item.id for item in items_to_carry(session, project.id)],
        supersedes=[_replaced(session, release) for release in releases_to_supersede(session, project.id)],
    )


def _store(session: Session, actor: AnyActor, prepared: Prepared, alongside: Alongside, *, at: int) -> Release:
    """The release with its items and events, whole: nothing of it is seen before. Raises Forbidden or Conflict."""
    policy.require(session, actor, policy.Action.CUT_RELEASE, project_subject(prepared.project_id), at=at)
    items = _unchanged(session, prepared)
    release = Release(
        project_id=prepared.project_id,
        number=prepared.basis.number,
        items=len(items),
        manifest=prepared.manifest,
        manifest_sha256=sha256(prepared.manifest),
        cut_by=actor.id,
        cut_at=at,
    )
    session.add(release)
    session.flush()
    held = {"release_id": release.id}
    rows = [held | {"item_id": item, "submission_id": answer} for item, answer in prepared.submissions.items()]
    insert_many(session, ReleaseItem, rows)
    fault.point("release-rows")
    signed = {item: state for item, state in items.items() if state == ItemState.SIGNED}
    about = {"release": release.id}
    states.advance_many(session, actor, Item, signed, "included", data=about, project_id=release.project_id, at=at)
    replaced = [one["id"] for one in prepared.basis.supersedes]
    supersede(session, release, replaced)
    _record(session, actor, release, prepared, at=at)
    alongside(session, release)
    session.flush()
    fault.point("release")
    return release


def _unchanged(session: Session, prepared: Prepared) -> dict[int, str]:
    """Item → its state; nobody changes anything of them until this transaction ends. Raises Conflict naming those of
    which somebody did since they were read: withdrawn, held, erased, in another release."""
    items = {row.id: row.state for piece in pieces(list(prepared.submissions)) for row in _locked(session, piece)}
    now = lock_heads(session, list(prepared.heads))
    changed = {item for item in items if now[streams.item(item)] != prepared.heads[streams.item(item)]}
    basis = _basis(session, session.get_one(Project, prepared.project_id))
    changed |= set(prepared.basis.carried).difference(basis.carried)
    if changed:
        named_items = sorted(changed)
        why = "; ".join(f"item {item} ({_became(session, item, items[item])})" for item in named_items[:20])
        details = {"items": named_items[:100], "count": len(changed)}
        message = f"changed while the release was made: {why}; make it again"
        raise Conflict("changed-meanwhile", message, details=details)
    if basis != prepared.basis:
        raise Conflict("changed-meanwhile", "the project changed while the release was made; make it again")
    return items


def _locked(session: Session, ids: Sequence[int]) -> Sequence[Row[int, str]]:
    wanted = select(Item.id, Item.state).where(Item.id.in_(ids)).order_by(Item.id)
    return session.execute(wanted.with_for_update()).all()


def _became(session: Session, item_id: int, state: str) -> str:
    """What an item is now, in words."""
    kinds = ", ".join(sorted({hold.kind for hold in open_holds(session, item_id)}))
    return f"held: {kinds}" if kinds else f"{state} now"


def _record(session: Session, actor: AnyActor, release: Release, prepared: Prepared, *, at: int) -> None:
    record(
        session,
        Tag.RELEASE_CUT,
        stream=streams.project(release.project_id),
        actor=actor,
        subject=Subject("release", release.id),
        data={
            "release_id": release.id,
            "number": release.number,
            "items": release.items,
            "manifest_sha256": release.manifest_sha256,
            "supersedes": [one["id"] for one in prepared.basis.supersedes],
            "files": [{"name": "manifest.json", "sha256": release.manifest_sha256}],
        }
        | _absent(prepared.left_out),
        project_id=release.project_id,
        at=at,
    )


def _replaced(session: Session, release: Release) -> dict[str, Any]:
    """A release this one stands in for, and the items that are in it no more."""
    return {
        "id": release.id,
        "release": release.number,
        "manifest_sha256": release.manifest_sha256,
        "recalled_items": [
            {"item": recall.item_id, "reason": recall.reason} for _, recall in recalls_of(session, release)
        ],
    }


def _said(replaced: dict[str, Any]) -> dict[str, Any]:
    """As the manifest names it: by its number."""
    return {name: value for name, value in replaced.items() if name != "id"}


def _absent(left_out: dict[int, str]) -> dict[str, Any]:
    return {"left_out": named(left_out)} if left_out else {}
