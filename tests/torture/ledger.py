"""What was acknowledged, written down as it is; and what must be in the database because of it."""

import json
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text

from app.audit.models import Event, Outbox
from app.core.db import Database, Session
from app.corpus.batch import Batch
from app.corpus.document import Document, DocumentBody, DocumentMap
from app.corpus.source import Source, SourceBody
from app.jobs.job import Job
from app.release.release import Release, ReleaseItem
from app.review.draft import DraftElement
from app.review.item import Item
from app.review.signature import Signature
from app.review.submission import Submission

PER_SAVE = 3


@dataclass(frozen=True)
class Act:
    """`kind`: save, submission, ruling, signature, release, delivery or withdrawal; `key` names the row it made."""

    kind: str
    key: int | str
    about: int = 0


class Ledger:
    """Shared by all clients of a round; every line is on the disk before the client goes on."""

    def __init__(self, path: Path) -> None:
        self.lock = threading.Lock()
        self.file = path.open("a", encoding="utf-8")
        self.acts: list[Act] = []
        self.tried: dict[str, int] = {}  # the name of each save that was ever sent → its task
        self.problems: list[str] = []
        self.in_flight = 0
        self.repeats = 0

    def acknowledged(self, act: Act) -> None:
        with self.lock:
            self.acts.append(act)
            self.file.write(json.dumps([act.kind, act.key, act.about]) + "\n")
            self.file.flush()

    def problem(self, what: str) -> None:
        with self.lock:
            self.problems.append(what)

    def counts(self) -> Counter[str]:
        with self.lock:
            return Counter(act.kind for act in self.acts)


def check(ledger: Ledger, database: Database) -> list[str]:
    """What is missing of what was acknowledged before now, and what is half there."""
    with ledger.lock:
        acts, tried, problems = list(ledger.acts), dict(ledger.tried), list(ledger.problems)
    with database.reading() as session:
        return [*problems, *_lost(session, acts), *half_saved(session, acts, tried), *_half_done(session)]


def _lost(session: Session, acts: list[Act]) -> list[str]:
    from app.review.adjudication import RulingRow  # its table's module brings the whole of review

    rows = {
        "submission": set(session.scalars(select(Submission.id))),
        "ruling": set(session.scalars(select(RulingRow.id))),
        "signature": set(session.scalars(select(Signature.id))),
        "release": set(session.scalars(select(Release.number))),
        "delivery": set(session.scalars(select(Batch.id))),
        "withdrawal": set(session.scalars(select(Batch.id).where(Batch.state == "withdrawn"))),
    }
    return [
        f"{act.kind} {act.key} was acknowledged and is not there"
        for act in acts
        if act.key not in rows.get(act.kind, {act.key})
    ]


def half_saved(session: Session, acts: list[Act], tried: dict[str, int]) -> list[str]:
    """A save puts several elements: all or none of them, each with one event; all where it was acknowledged."""
    stored: Counter[str] = Counter()
    drafted = select(DraftElement.element_id).where(DraftElement.assignment_id.in_(set(tried.values())))
    for name in session.scalars(drafted):
        stored[name.rpartition("-")[0]] += 1
    wrong = [f"save {name} is there by {n} of {PER_SAVE}" for name, n in stored.items() if n != PER_SAVE]
    wrong += [
        f"save {act.key} was acknowledged and is not there"
        for act in acts
        if act.kind == "save" and act.key not in stored
    ]
    wrong += [f"save {name} was never sent" for name in stored.keys() - tried.keys()]
    events = session.scalar(select(func.count()).select_from(Event).where(Event.tag == "review.element.added"))
    if events != sum(stored.values()):
        wrong.append(f"{events} events of added elements, {sum(stored.values())} elements")
    return wrong


def _half_done(session: Session) -> list[str]:
    held = dict(session.execute(select(ReleaseItem.release_id, func.count()).group_by(ReleaseItem.release_id)).all())
    wrong = [
        f"release {release.number} says {release.items} items and holds {held.get(release.id, 0)}"
        for release in session.scalars(select(Release))
        if held.get(release.id, 0) != release.items
    ]
    gone = select(Source.id).join(Batch, Batch.id == Source.batch_id).where(Batch.state == "withdrawn")
    documents = select(Document.id).where(Document.source_id.in_(gone))
    for name, query in (
        ("source texts", select(SourceBody).where(SourceBody.source_id.in_(gone))),
        ("texts", select(DocumentBody).where(DocumentBody.document_id.in_(documents))),
        ("maps", select(DocumentMap).where(DocumentMap.document_id.in_(documents))),
    ):
        if left := len(session.scalars(query).all()):
            wrong.append(f"{left} {name} of withdrawn deliveries are still there")
    signed = select(Item.id).where(Item.state.in_(("signed", "released")))
    ended = set(session.scalars(select(Signature.item_id).where(Signature.ends_workflow)))
    if set(session.scalars(signed)) != ended:
        wrong.append("signed items and signatures that end a workflow are not the same")
    twice = text("SELECT source_id FROM document GROUP BY source_id, version HAVING count(*) > 1")
    wrong += [f"source {row[0]} has a document twice" for row in session.execute(twice)]
    return wrong


def unfinished(session: Session, ledger: Ledger) -> list[str]:
    """When nothing is left to do: every delivery came in whole, each of its texts is a document and an item once."""
    with ledger.lock:
        sizes = {int(act.key): act.about for act in ledger.acts if act.kind == "delivery"}
    wrong = [
        f"job {row.id} ({row.kind}) is {row.state}: {row.error}"
        for row in session.scalars(select(Job))
        if row.state != "done"
    ]
    for batch in session.scalars(select(Batch).where(Batch.id.in_(sizes))):
        came = batch.stored + batch.skipped
        if batch.state == "loading" or (batch.state == "loaded" and came != sizes[batch.id]):
            wrong.append(f"delivery {batch.id} is {batch.state} with {came} of {sizes[batch.id]}")
    loaded = select(Source.id).join(Batch, Batch.id == Source.batch_id).where(Batch.state == "loaded")
    for name, query in (
        ("texts", select(func.count(Document.id)).where(Document.source_id.in_(loaded))),
        (
            "items",
            select(func.count(Item.id))
            .join(Document, Document.id == Item.document_id)
            .where(Document.source_id.in_(loaded)),
        ),
    ):
        wanted = session.scalar(select(func.count()).select_from(loaded.subquery()))
        if (there := session.scalar(query)) != wanted:
            wrong.append(f"{there} {name} of {wanted} records")
    if waiting := session.scalar(select(func.count()).select_from(Outbox)):
        wrong.append(f"{waiting} events were never sealed")
    return wrong
