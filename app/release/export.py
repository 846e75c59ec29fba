"""Writing a release in a format: a zip with the files, the manifest, checksums and the loss report.

The files are made while others go on working; then one short transaction says so, unless it may not leave any more.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedRandom, BytesIO
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import fault
from app.core.db import Database, Session
from app.core.digest import canonical_json
from app.core.errors import NotFound
from app.core.isolation import named, set_aside
from app.corpus.paper_gates import require_papers
from app.corpus.project import Project, project_subject
from app.corpus.region import require_destination
from app.formats.losses import LossReport
from app.formats.model import ExchangeDocument
from app.formats.protocol import FORMATS, FormatWriter, Writing, writers
from app.release.archive import ExportFiles, NewFile
from app.release.documents import Chooser, ReadAnswer, read_answers
from app.release.manifest import head_of
from app.release.recall import require_exportable
from app.release.release import Release, ReleaseExport, answers_of, get_release
from app.release.vocabulary import vocabulary


@dataclass(frozen=True)
class Export:
    """What was written: SHA-256 of the archive and of each file, and what the format could not say,
    as rows of the loss report (format, kind, field, count, why). `left_out`: [item, code] of what
    could not be written at all."""

    sha256: str
    files: dict[str, str]
    losses: list[dict[str, Any]]
    left_out: list[list[int | str]]

    def told(self, format_key: str) -> dict[str, Any]:
        """As an event says it."""
        absent = {"left_out": self.left_out} if self.left_out else {}
        return {"format": format_key, "sha256": self.sha256, "losses": self.losses} | absent


Progress = Callable[[int, int], None]
#: what else belongs into the transaction that says that something was exported
Alongside = Callable[[Session, Export], None]


@dataclass(frozen=True)
class ExportOrder:
    """In which format; where files without a name are on the way; who hears how many of how many are written."""

    format_key: str
    folder: Path | None = None
    progress: Progress = lambda done, total: None
    alongside: Alongside = lambda session, export: None
    #: label of the region it goes to
    region: str = ""

    @property
    def destination(self) -> dict[str, str]:
        """As the event says it, where it was said."""
        return {"region": self.region.strip().lower()} if self.region.strip() else {}


class Outgoing(Protocol):
    """Something on its way out: first it is written, which takes time, then the log says so, which is quick."""

    def write(self, out: BufferedRandom | BytesIO) -> Export:
        """Write the archive. Raises Forbidden, NotFound (format), or Conflict when it may not leave."""
        ...

    def say(self, written: Export) -> None:
        """Say in the log that it leaves. Raises Forbidden or Conflict when it may not leave any more."""
        ...


def export(outgoing: Outgoing, out: BufferedRandom | BytesIO) -> Export:
    """Write and say so. Raises as both do; what was written must not be passed on then."""
    written = outgoing.write(out)
    fault.point("packed")
    outgoing.say(written)
    return written


def export_to(outgoing: Outgoing, path: Path) -> Export:
    """Export into a new file, which has its name only when it is whole and the log says that it was made."""
    with NewFile(path) as out:
        written = export(outgoing, out.file)
        fault.point("said")
        out.name()
    return written


class OutgoingRelease:
    """A release, to be written in a format: not one that was recalled, or in which an identifier was reported."""

    def __init__(self, database: Database, actor: AnyActor, release_id: int, order: ExportOrder, *, at: int) -> None:
        self._database, self._actor, self._release_id, self._order, self._at = database, actor, release_id, order, at

    def write(self, out: BufferedRandom | BytesIO) -> Export:
        with self._database.reading() as session:
            release = self._require(session)
        return Composition(
            self._database,
            self._order,
            choose=answers_of(release.id),
            total=release.items,
            files={"manifest.json": release.manifest.encode("utf-8")},
            head=head_of(release.manifest),
        ).write(out)

    def say(self, written: Export) -> None:
        self._database.writing(lambda session: self._say(session, written))

    def _require(self, session: Session) -> Release:
        release = get_release(session, self._release_id)
        subject = project_subject(release.project_id)
        policy.require(session, self._actor, policy.Action.EXPORT_RELEASE, subject, at=self._at)
        project = session.get_one(Project, release.project_id)
        require_papers(session, project, "export", at=self._at)
        require_destination(project, self._order.region)
        require_exportable(session, release)
        return release

    def _say(self, session: Session, written: Export) -> None:
        release, told = self._require(session), written.told(self._order.format_key)
        session.add(
            ReleaseExport(
                release_id=release.id,
                format=self._order.format_key,
                sha256=written.sha256,
                losses_json=canonical_json(written.losses),
                left_out_json=canonical_json(written.left_out),
                exported_by=self._actor.id,
                exported_at=self._at,
            )
        )
        record(
            session,
            Tag.RELEASE_EXPORTED,
            stream=streams.project(release.project_id),
            actor=self._actor,
            subject=Subject("release", release.id),
            data={"release_id": release.id} | told | self._order.destination,
            project_id=release.project_id,
            at=self._at,
        )
        self._order.alongside(session, written)
        session.flush()
        fault.point("exported")


@dataclass(frozen=True)
class Composition:
    """Answers on their way into one format: `files` go in as they are, `head` is what writers hear of the whole.

    `under` is the folder of the archive in which everything is; `shape` changes a document before it is written.
    """

    database: Database
    order: ExportOrder
    choose: Chooser
    total: int
    files: dict[str, bytes]
    head: dict[str, Any]
    under: str = ""
    shape: Callable[[ReadAnswer], ExchangeDocument] = ReadAnswer.document

    def write(self, out: BufferedRandom | BytesIO) -> Export:
        """The archive. Of items that break the writer by themselves it says so, and leaves them out."""
        _writer(self.order.format_key)
        try:
            return self._write(out, {})
        except (SQLAlchemyError, OSError):
            raise
        except Exception:
            # One document's fault must not stop the others: find whose it is, and write again without it.
            left_out = self._unwritable()
            if not left_out or len(left_out) == self.total:
                raise  # no document's fault
            return self._write(out, left_out)

    def _write(self, out: BufferedRandom | BytesIO, left_out: dict[int, str]) -> Export:
        out.seek(0)
        out.truncate()
        losses = LossReport(self.order.format_key)
        with ExportFiles(self.order.folder, self.under) as files:
            self._into(files, losses, (one for one in self._counted() if one.row.item_id not in left_out))
            for name, data in self.files.items():
                files.write(name, data)
            files.write("losses.json", (canonical_json(losses.rows()) + "\n").encode("utf-8"))
            if left_out:
                files.write("left_out.json", (canonical_json(named(left_out)) + "\n").encode("utf-8"))
            digests = files.digests()
            sums = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
            files.write("SHA256SUMS", sums.encode("utf-8"))
            files.pack(out)
        out.seek(0)
        return Export(hashlib.file_digest(out, "sha256").hexdigest(), digests, losses.rows(), named(left_out))

    def _unwritable(self) -> dict[int, str]:
        """Item → code of each that breaks the writer by itself."""
        found: dict[int, str] = {}
        for one in read_answers(self.database, self.choose):
            with set_aside(found, one.row.item_id, stage="export"), ExportFiles(self.order.folder) as nowhere:
                self._into(nowhere, LossReport(self.order.format_key), iter([one]))
        return found

    def _into(self, files: ExportFiles, losses: LossReport, answers: Iterator[ReadAnswer]) -> None:
        writer = _writer(self.order.format_key)
        documents: Iterator[ExchangeDocument] = map(self.shape, answers)
        if not getattr(writer, "tells_history", False):
            documents = _without_history(documents, losses)
        writer.write(documents, Writing(files, losses, self.head, vocabulary()))

    def _counted(self) -> Iterator[ReadAnswer]:
        """The answers; who waits hears from time to time how far it is."""
        for done, one in enumerate(read_answers(self.database, self.choose)):
            if done % 500 == 0:
                self.order.progress(done, self.total)
            fault.point("export")
            yield one


def _without_history(documents: Iterator[ExchangeDocument], losses: LossReport) -> Iterator[ExchangeDocument]:
    """What readers said before, and why it was settled so, is in the lossless form alone."""
    for document in documents:
        if document.history:
            losses.add("item", "history", "only JSON lines tell how an answer came about")
        yield document


def _writer(format_key: str) -> FormatWriter:
    writer = FORMATS.get(format_key).writer
    if writer is None:
        known = ", ".join(one.key for one in writers(FORMATS))
        raise NotFound("unknown-format", f"the format {format_key!r} is only read; written are: {known}")
    return writer


def list_exports(session: Session, release: Release) -> list[dict[str, Any]]:
    """When a release was written, in which format, its checksum and what the format could not say; newest first."""
    query = select(ReleaseExport).where(ReleaseExport.release_id == release.id)
    return [
        {
            "at": row.exported_at,
            "format": row.format,
            "sha256": row.sha256,
            "losses": json.loads(row.losses_json),
            "left_out": json.loads(row.left_out_json),
        }
        for row in session.scalars(query.order_by(ReleaseExport.id.desc()).limit(200))
    ]
