"""Inspection bundles: everything behind one item or one release, to be checked with nothing but Python."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from io import BufferedRandom, BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.accounts.policy import Action
from app.audit import streams, verify
from app.audit.checkpoint import Signer
from app.audit.events import Tag
from app.audit.evidence import declare
from app.audit.excerpt import ExcerptScope, find_checkpoint, write_excerpt
from app.audit.export import FORMAT
from app.audit.log import Subject, record
from app.audit.models import Checkpoint
from app.audit.sequencer import sequence
from app.core.clock import iso
from app.core.db import Database, Session
from app.core.errors import Invalid
from app.corpus.document import text_of
from app.corpus.paper_gates import require_papers
from app.corpus.project import Project, get_project, project_subject
from app.corpus.region import require_destination
from app.release.archive import ExportFiles
from app.release.export import Export
from app.release.inspection_pages import index_page, item_page
from app.release.inspection_scope import TABLES, rows_named, streams_of
from app.release.lineage import Traced, Wanted, find_traced, trace
from app.release.recall import require_exportable
from app.release.release import Release, ReleaseItem, find_release
from app.review.hold import require_visible
from app.review.item import Item
from app.review.queries.answers import Submission
from app.review.queries.lineage import require_not_reading

README = Path(__file__).with_name("inspection_readme.md")
KEY = "inspection"
_PAGE = 50


@dataclass(frozen=True)
class InspectionOrder:
    """Of what: an item by its label, or all of a release by its number, or an item as a release holds it. `texts`: with
    the notes. `cut_off`: size of the checkpoint up to which the log is told; `sizes`: of checkpoints somebody keeps."""

    project: str
    label: str = ""
    release: int | None = None
    texts: bool = False
    cut_off: int | None = None
    sizes: tuple[int, ...] = ()
    region: str = ""

    @property
    def title(self) -> tuple[str, ...]:
        item = (f"item {self.label}",) if self.label else ()
        return item + ((f"release {self.release}",) if self.release is not None else ())


@dataclass(frozen=True)
class Making:
    """Where nameless files grow, who hears how far it is, and what belongs into the transaction that says so."""

    folder: Path | None = None
    progress: Callable[[int, int], None] = lambda done, total: None
    alongside: Callable[[Session, Export], None] = lambda session, export: None


class OutgoingInspection:
    """A bundle on its way out. Whoever may export it asks for it; its texts are for whoever may export releases too."""

    def __init__(
        self, database: Database, signer: Signer, actor: AnyActor, order: InspectionOrder, making: Making, *, at: int
    ) -> None:
        self._database, self._signer, self._actor = database, signer, actor
        self._order, self._making, self._at = order, making, at
        self._size = 0

    def write(self, out: BufferedRandom | BytesIO) -> Export:
        """The same order with the same cut-off gives the same bytes, unless something in it was destroyed since.

        Raises Forbidden, NotFound, Invalid (nothing named, no such cut-off) or Conflict.
        """
        with self._database.reading() as session:
            self._require(session)
        if self._order.cut_off is None:
            self._database.writing(lambda session: declare(session, self._actor, at=self._at))
            sequence(self._database, self._signer, at=self._at)
        with self._database.snapshot() as session, ExportFiles(self._making.folder) as files:
            checkpoint = find_checkpoint(session, self._order.cut_off)
            self._size = checkpoint.size
            self._fill(session, files, checkpoint)
            digests = files.digests()
            files.pack(out)
        out.seek(0)
        return Export(hashlib.file_digest(out, "sha256").hexdigest(), digests, [], [])

    def say(self, written: Export) -> None:
        self._database.writing(lambda session: self._say(session, written))

    def _require(self, session: Session) -> tuple[Project, Release | None]:
        order = self._order
        project = get_project(session, order.project)
        subject = project_subject(project.id)
        policy.require(session, self._actor, Action.EXPORT_INSPECTION, subject, at=self._at)
        if not order.label and order.release is None:
            raise Invalid("nothing-named", "name an item, a release, or an item of a release")
        release = find_release(session, project.id, order.release) if order.release is not None else None
        if order.texts:
            policy.require(session, self._actor, Action.EXPORT_RELEASE, subject, at=self._at)
            require_papers(session, project, "export", at=self._at)
            if release is not None:
                require_exportable(session, release)
        require_destination(project, order.region)
        return project, release

    def _fill(self, session: Session, files: ExportFiles, checkpoint: Checkpoint) -> None:
        project, release = self._require(session)
        listed, items = list[tuple[str, str]](), list[int]()
        for one in self._traced(session, project, release, checkpoint.at):
            if len(items) % _PAGE == 0:
                self._making.progress(len(items), release.items if release else 1)
            listed.append(self._write_item(session, files, project, one, checkpoint.at))
            items.append(one.item.id)
            release = release or one.release
        if release is not None and self._order.texts:
            require_exportable(session, release)
        about: dict[str, Any] = {
            "format": FORMAT,
            "origin": self._signer.origin,
            "project": project.id,
            "project_key": project.key,
            "size": checkpoint.size,
            "excerpt": list(self._order.title),
            "profile": KEY,
            "texts": self._order.texts,
        }
        files.write("index.html", index_page(about, listed).encode())
        if release is not None:
            manifest = session.scalars(select(Release.manifest).where(Release.id == release.id)).one()
            files.write("manifest.json", manifest.encode())
        write_excerpt(session, self._signer, files, self._scope(session, project, release, items))
        files.write("verify.py", Path(verify.__file__).read_bytes())
        files.write("README.md", README.read_bytes())
        _sign(self._signer, files, about)

    def _traced(self, session: Session, project: Project, release: Release | None, until: int) -> Iterator[Traced]:
        """All that the bundle is of, an item at a time."""
        if self._order.label:
            wanted = Wanted(self._order.label, self._order.release)
            found = find_traced(session, project.id, wanted, until=until)
            require_not_reading(session, self._actor, found.item)
            yield found
        elif release is not None:
            query = select(ReleaseItem.item_id, ReleaseItem.submission_id).where(ReleaseItem.release_id == release.id)
            for item, answer in session.execute(query.order_by(ReleaseItem.item_id)).all():
                yield Traced(session.get_one(Item, item), session.get_one(Submission, answer), release)

    def _write_item(
        self, session: Session, files: ExportFiles, project: Project, one: Traced, until: int
    ) -> tuple[str, str]:
        told = trace(session, project, one, until=until, size=self._size)
        if self._order.texts:
            require_visible(session, one.item.id)
        text = text_of(session, one.item.document_id) if self._order.texts else None
        name = f"items/{one.item.label}"
        files.write(f"{name}.json", (json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode())
        files.write(f"{name}.html", item_page(told, text).encode())
        if text is not None:
            files.write(f"{name}.txt", text.encode())
        return one.item.label, iso(told["answer"]["at"])

    def _scope(self, session: Session, project: Project, release: Release | None, items: Sequence[int]) -> ExcerptScope:
        of, documents = streams_of(session, items)
        return ExcerptScope(
            project_id=project.id,
            title=self._order.title,
            size=self._size,
            streams=of,
            rows=rows_named(session, project.id, items, documents, release),
            documents=documents,
            tables=TABLES,
            texts=tuple(sorted(documents)) if self._order.texts else (),
            sizes=self._order.sizes,
        )

    def _say(self, session: Session, written: Export) -> None:
        project, _ = self._require(session)
        order = self._order
        record(
            session,
            Tag.INSPECTION_MADE,
            stream=streams.project(project.id),
            actor=self._actor,
            subject=Subject("project", project.id),
            data={
                "label": order.label,
                "release": order.release,
                "texts": order.texts,
                "cut_off": self._size,
                "sha256": written.sha256,
            }
            | ({"region": order.region.strip().lower()} if order.region.strip() else {}),
            project_id=project.id,
            at=self._at,
        )
        self._making.alongside(session, written)


def _sign(signer: Signer, files: ExportFiles, about: dict[str, Any]) -> None:
    """Name every file by its digest, under the log's key: a changed byte anywhere is found."""
    whole = about | {"files": dict(sorted(files.digests().items()))}
    text = json.dumps(whole, ensure_ascii=False, sort_keys=True) + "\n"
    files.write("bundle.json", text.encode())
    files.write("bundle.sig", signer.attest(verify.SCOPE_LINE + text).encode())
