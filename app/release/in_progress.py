"""Work that is not finished, written in a format for those who lead it: marked in every place as no release.

What readers said of an item leaves only when nobody has to read it any more (INV-3): items that are being read, or
have to be read again, are counted and nothing else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from io import BufferedRandom, BytesIO
from typing import Any

from sqlalchemy import Select, select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core import clock, fault
from app.core.db import Database, Session
from app.core.digest import canonical_json
from app.core.errors import Conflict
from app.corpus.document import DocumentBody, claim_of
from app.corpus.paper_gates import require_papers
from app.corpus.project import Project, get_project, project_subject
from app.corpus.region import require_destination
from app.formats.model import ExchangeDocument
from app.release.documents import PAGE, ReadAnswer
from app.release.export import Composition, Export, ExportOrder
from app.review.hold import HIDING, Hold
from app.review.item import Item, count_by_state
from app.review.queries.answers import READ, SubmissionKind, readings_among, settled_among

MARK = "NOT A RELEASE"
FOLDER = "NOT-A-RELEASE/"
NOTICE = """\
NOT A RELEASE.

This is work in progress, written for those who lead the project. It is not signed as a whole, it passed no gate, it
changes from day to day and has no number. Do not publish it, do not train or evaluate with it, do not pass it on, and
do not show it to anybody who still has to read, settle or verify. What may be passed on is a release.
"""



class OutgoingWork:
    """What a project holds so far, to be written in a format: settled answers, else all readings of the item."""

    def __init__(self, database: Database, actor: AnyActor, project_key: str, order: ExportOrder, *, at: int) -> None:
        self._database, self._actor, self._key, self._order, self._at = database, actor, project_key, order, at
        self._written: set[int] = set()

    def write(self, out: BufferedRandom | BytesIO) -> Export:
        with self._database.reading() as session:
            project = self._require(session)
            items = shown_items(session, project)
            if not items:
                raise Conflict("nothing-read", "no item was read by all of its readers")
            manifest = self._manifest(session, project, len(items))
        self._written = set(items)
        return Composition(
            self._database,
            self._order,
            choose=_Chosen(items),
            total=len(items),
            files={
                f"{FOLDER.rstrip('/')}.txt": NOTICE.encode("utf-8"),
                "manifest.json": (canonical_json(manifest) + "\n").encode("utf-8"),
            },
            head=manifest,
            under=FOLDER,
            shape=_Marked(),
        ).write(out)

    def say(self, written: Export) -> None:
        self._database.writing(lambda session: self._say(session, written))

    def _require(self, session: Session) -> Project:
        project = get_project(session, self._key)
        policy.require(session, self._actor, policy.Action.EXPORT_UNFINISHED, project_subject(project.id), at=self._at)
        require_papers(session, project, "export", at=self._at)
        require_destination(project, self._order.region)
        return project

    def _say(self, session: Session, written: Export) -> None:
        project = self._require(session)
        if gone := sorted(self._written.difference(shown_items(session, project))):
            why = ", ".join(f"item {item}" for item in gone[:20])
            details = {"items": gone[:100], "count": len(gone)}
            message = f"withdrawn, hidden, or to be read again since it was written: {why}; write it again"
            raise Conflict("changed-meanwhile", message, details=details)
        record(
            session,
            Tag.WORK_EXPORTED,
            stream=streams.project(project.id),
            actor=self._actor,
            subject=Subject("project", project.id),
            data={"items": len(self._written)} | written.told(self._order.format_key) | self._order.destination,
            project_id=project.id,
            at=self._at,
        )
        self._order.alongside(session, written)
        session.flush()
        fault.point("exported")

    def _manifest(self, session: Session, project: Project, items: int) -> dict[str, Any]:
        """In place of a release's number stands what this is, so that no table takes it for one."""
        return {
            "not_a_release": True,
            "release": MARK,
            "notice": NOTICE,
            "project": project.key,
            "made_at": clock.iso(self._at),
            "items": items,
            "states": count_by_state(session, project.id),
            "deidentification": claim_of(session, project).to_dict(),
        }


def _shown(project: Project) -> Select[int]:
    """Items whose answers may leave: read by all, with a text that nobody destroyed or hides."""
    hidden = select(Hold.id).where(Hold.item_id == Item.id, Hold.kind.in_(HIDING), Hold.closed_at.is_(None))
    return (
        select(Item.id)
        .join(DocumentBody, DocumentBody.document_id == Item.document_id)
        .where(Item.project_id == project.id, Item.state.in_(READ), ~hidden.exists())
        .order_by(Item.id)
    )


def shown_items(session: Session, project: Project) -> list[int]:
    """Ids of the items whose answers may leave."""
    return list(session.scalars(_shown(project)))


class _Chosen:
    """A page of these items' answers: the settled one, or where there is none each reading of the newest round."""

    def __init__(self, items: Sequence[int]) -> None:
        self._items = items

    def __call__(self, session: Session, after: tuple[int, int]) -> list[tuple[int, int]]:
        begin = bisect_right(self._items, after[0])
        for place in range(begin, len(self._items), PAGE):
            page = self._items[place : place + PAGE]
            found = {item: [answer.id] for item, answer in settled_among(session, page).items()}
            found |= readings_among(session, [item for item in page if item not in found])
            if found:
                return [(item, answer) for item in sorted(found) for answer in sorted(found[item])]
        return []


class _Marked:
    """Answers as documents that say of themselves what they are; several readings of an item are several documents."""

    def __init__(self) -> None:
        self._item, self._number = 0, 0

    def __call__(self, answer: ReadAnswer) -> ExchangeDocument:
        document, row = answer.document(), answer.row
        settled = row.kind == SubmissionKind.SETTLED
        self._number = self._number + 1 if row.item_id == self._item else 1
        self._item = row.item_id
        said = {"not_a_release": True, "state": row.state, "answer": "settled" if settled else "reading"}
        own_id = document.id if settled else f"{document.id}.reading-{self._number}"
        return replace(document, id=own_id, provenance=document.provenance | said)
