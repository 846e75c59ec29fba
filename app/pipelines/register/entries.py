"""Acts on the register: stating what a pipeline is for, signing for it, taking it out of force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from app.accounts import policy
from app.accounts.actor import Actor, AnyActor
from app.accounts.loading import load_actor
from app.accounts.person import get_person
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.models import Event
from app.core import clock
from app.core.db import Session, get_locked
from app.core.digest import canonical_json, sha256
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem, invalid
from app.corpus.free_text import require_free_text
from app.corpus.project import SERVER, list_projects, pipelines_of
from app.jobs.job import enqueue_once
from app.pipelines.register.lookup import Recorded, get_recorded, running_of
from app.pipelines.register.models import EntrySignature, EntryWithdrawal, PipelineEntry
from app.pipelines.register.rules import RegisterEntry, entry_problems, review_problems
from app.review.signature import ManifestSigner, signed_text
from app.tagging.protocol import PIPELINES

MANIFEST_VERSION = 1
RECORD_TYPE = "pipeline_entry"
MEANING = "approval"
STATEMENT = "I own this pipeline here and stand for what the entry says about its use."
#: Dates belong into evidence; what else looks like an identifier does not.
_ALLOWED = frozenset({"DATE"})


@dataclass(frozen=True)
class SignedEntry:
    """A signature and the event whose proof of inclusion it waits for."""

    signature: EntrySignature
    event_id: str


def stated(session: Session, entry: RegisterEntry, owner_id: int) -> RegisterEntry:
    """The entry with what is fact and not statement: installed version and digest, the owner's name."""
    installed = PIPELINES.get(entry.pipeline)
    owner = get_person(session, owner_id).username
    return replace(entry, version=installed.version, digest=installed.digest(), owner=owner)


def register(session: Session, actor: AnyActor, entry: RegisterEntry, *, owner_id: int, at: int) -> PipelineEntry:
    """Enter a statement about an installed pipeline; it has no effect before its owner signs.

    Raises Forbidden, NotFound (no such pipeline) or Invalid with the problems.
    """
    policy.require(session, actor, policy.Action.REGISTER_PIPELINE, SERVER, at=at)
    entry = stated(session, entry, owner_id)
    problems = entry_problems(entry, at=at)
    if unknown := sorted(set(entry.languages) - set(PIPELINES.get(entry.pipeline).languages)):
        problems.append(Problem("language", "languages", f"this pipeline does not read {', '.join(unknown)}"))
    if not policy.may(load_actor(session, owner_id, at=at), policy.Action.SIGN_PIPELINE, SERVER, at=at):
        problems.append(Problem("owner", "owner", "the owner must be somebody who may sign for a pipeline"))
    problems += _identifiers(entry)
    if problems:
        raise invalid(problems, "pipeline-entry")
    statement = entry.statement()
    row = PipelineEntry(
        pipeline=entry.pipeline,
        version=entry.version,
        digest=entry.digest,
        statement=statement,
        statement_sha256=sha256(statement),
        owner_id=owner_id,
        review_by=entry.review_by,
        registered_by=actor.id,
        registered_at=at,
    )
    session.add(row)
    session.flush()
    _record(session, Tag.PIPELINE_REGISTERED, actor, row, {"owner": owner_id, "review_by": row.review_by}, at=at)
    return row


def _identifiers(entry: RegisterEntry) -> list[Problem]:
    """What the scanners of free text see in the words of an entry."""
    typed = {name: getattr(entry, name) for name in ("intended_use", "population", "evidence")}
    typed |= {name: ", ".join(getattr(entry, name)) for name in ("note_types", "specialties")}
    found: list[Problem] = []
    for name, text in typed.items():
        try:
            if text.strip():
                require_free_text(text, name, allowed=_ALLOWED)
        except Invalid as error:
            found += error.problems
    return found


def sign(
    session: Session,
    actor: Actor,
    recorded: Recorded,
    *,
    signer: ManifestSigner,
    authentication: dict[str, Any],
    at: int,
) -> SignedEntry:
    """The owner's signature over an entry; from now on it counts in place of the one before.

    `authentication` is what `accounts.signing` attests. Projects that use the pipeline look at their
    documents again. Raises Forbidden, Conflict (signed, withdrawn, pipeline changed) or Invalid (review date).
    """
    policy.require(session, actor, policy.Action.SIGN_PIPELINE, SERVER, at=at)
    row = _locked(session, recorded.row)
    recorded = get_recorded(session, row.pipeline, row.id)
    if row.owner_id != actor.id:
        raise Forbidden("not-the-owner", "an entry is signed by the person it names as owner")
    if recorded.signature or recorded.withdrawal:
        raise Conflict("entry-closed", "this entry is signed or withdrawn already; register a new one")
    running = running_of(row.pipeline)
    if running is None or (running.version, running.digest) != (row.version, row.digest):
        raise Conflict("changed", "the installed pipeline is not the one this entry is about; register a new one")
    if problems := review_problems(recorded.entry, at=at):
        raise invalid(problems, "pipeline-entry")
    manifest = canonical_json(_manifest(actor, row, authentication, at=at))
    signature = EntrySignature(
        entry_id=row.id,
        signer_id=actor.id,
        signer_name=actor.display_name,
        signed_at=at,
        manifest=manifest,
        manifest_sha256=sha256(manifest),
        value=signer.attest(signed_text(manifest, MANIFEST_VERSION)),
    )
    session.add(signature)
    session.flush()
    about = {"record_type": RECORD_TYPE, "record_id": row.id, "record_sha256": row.statement_sha256}
    data = about | {"manifest_sha256": signature.manifest_sha256, "meaning": MEANING}
    event = _record(session, Tag.PIPELINE_SIGNED, actor, row, data, at=at)
    _queue(session, row.pipeline, actor.id, at=at)
    return SignedEntry(signature, event.event_id)


def _manifest(actor: Actor, row: PipelineEntry, authentication: dict[str, Any], *, at: int) -> dict[str, Any]:
    """The signed statement (domain E): who, what, when, meaning, how authenticated."""
    return {
        "v": MANIFEST_VERSION,
        "record_type": RECORD_TYPE,
        "record_id": row.id,
        "record_sha256": row.statement_sha256,
        "pipeline": row.pipeline,
        "pipeline_version": row.version,
        "pipeline_sha256": row.digest,
        "signer_id": actor.id,
        "signer_name": actor.display_name,
        "signer_roles": sorted(actor.server_roles),
        "identity_verified": actor.identity_verified,
        "meaning": MEANING,
        "statement": STATEMENT,
        "signed_at": clock.iso(at),
        "auth": authentication,
    }


def withdraw(session: Session, actor: AnyActor, recorded: Recorded, reason: str, *, at: int) -> None:
    """Take an entry out of force at once. Stopping asks for less than starting: no signature is needed.

    Raises Forbidden, Conflict (withdrawn already) or Invalid (no reason, or one that looks identifying).
    """
    policy.require(session, actor, policy.Action.WITHDRAW_PIPELINE, SERVER, at=at)
    row = _locked(session, recorded.row)
    if session.get(EntryWithdrawal, row.id) is not None:
        raise Conflict("entry-closed", "this entry is withdrawn already")
    require_free_text(reason, "reason", allowed=_ALLOWED)
    session.add(EntryWithdrawal(entry_id=row.id, reason=reason.strip(), withdrawn_by=actor.id, at=at))
    _record(session, Tag.PIPELINE_WITHDRAWN, actor, row, {"withdrawal_id": row.id}, at=at)


def _locked(session: Session, row: PipelineEntry) -> PipelineEntry:
    found = get_locked(session, PipelineEntry, row.id)
    if found is None:
        raise NotFound("pipeline-entry", "the register holds no such entry")
    return found


def _queue(session: Session, pipeline: str, person_id: int | None, *, at: int) -> None:
    """Documents refused before are tried again where the pipeline is used."""
    for project in list_projects(session):
        if project.status == "active" and pipeline in pipelines_of(project):
            enqueue_once(session, "preannotate.run", project_id=project.id, person_id=person_id, at=at)


def _record(session: Session, tag: Tag, actor: AnyActor, row: PipelineEntry, data: dict[str, Any], *, at: int) -> Event:
    facts = {"entry_id": row.id, "pipeline": row.pipeline, "version": row.version, "digest": row.digest}
    return record(
        session,
        tag,
        stream=streams.SERVER,
        actor=actor,
        subject=Subject(RECORD_TYPE, row.id),
        data=facts | {"statement_sha256": row.statement_sha256} | data,
        at=at,
    )
