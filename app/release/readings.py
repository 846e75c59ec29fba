"""The readings of a project, a folder for each reader, so that anybody can recompute its agreement figures."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BufferedRandom, BytesIO
from typing import Any

from sqlalchemy import select

from app.accounts import policy
from app.accounts.actor import AnyActor
from app.agreement.judgements import Unit
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.db import Database, Session
from app.core.digest import canonical_json
from app.core.errors import Conflict, Invalid
from app.core.pieces import pieces
from app.corpus.project import Project, get_project, project_subject
from app.corpus.region import require_destination
from app.formats.losses import LossReport
from app.formats.protocol import FORMATS, Writing
from app.release.archive import ExportFiles
from app.release.documents import ReadAnswer
from app.release.export import Export, ExportOrder
from app.release.in_progress import FOLDER, NOTICE, shown_items
from app.release.vocabulary import vocabulary
from app.review.item import context_of, get_item, modality_of
from app.review.queries.answers import payload_of
from app.review.queries.around import answers_with_texts, text_of_answer
from app.review.queries.rounds import readers_of_rounds
from app.review.round import Round

#: formats in which readings can be taken out
JSONL, BRAT = "jsonl", "brat"
_PAGE = 50


@dataclass(frozen=True)
class _Reading:
    """One reading as it is written: whose, of which document, what was judged, and the whole answer."""

    reader: str
    document: str
    units: list[Unit]
    answer: ReadAnswer


class OutgoingReadings:
    """Every standing reading of items that nobody has to read (again), by reader (INV-3)."""

    def __init__(self, database: Database, actor: AnyActor, project_key: str, order: ExportOrder, *, at: int) -> None:
        self._database, self._actor, self._key, self._order, self._at = database, actor, project_key, order, at
        self._count = 0

    def write(self, out: BufferedRandom | BytesIO) -> Export:
        if self._order.format_key not in (JSONL, BRAT):
            raise Invalid("unknown-format", f"readings are written as {JSONL} or {BRAT}")
        with self._database.reading() as session:
            items = shown_items(session, self._require(session))
        if not items:
            raise Conflict("nothing-read", "no item was read by all of its readers")
        losses = LossReport(self._order.format_key)
        with ExportFiles(self._order.folder, FOLDER) as files:
            for reading in self._readings(items):
                self._count += 1
                if self._order.format_key == JSONL:
                    _write_lines(files, reading)
                else:
                    _write_brat(files, losses, reading)
            files.write(f"{FOLDER.rstrip('/')}.txt", NOTICE.encode("utf-8"))
            files.write("losses.json", (canonical_json(losses.rows()) + "\n").encode("utf-8"))
            digests = files.digests()
            sums = "".join(f"{digests[name]}  {name}\n" for name in sorted(digests))
            files.write("SHA256SUMS", sums.encode("utf-8"))
            files.pack(out)
        out.seek(0)
        return Export(hashlib.file_digest(out, "sha256").hexdigest(), digests, losses.rows(), [])

    def say(self, written: Export) -> None:
        self._database.writing(lambda session: self._say(session, written))

    def _require(self, session: Session) -> Project:
        project = get_project(session, self._key)
        policy.require(session, self._actor, policy.Action.EXPORT_UNFINISHED, project_subject(project.id), at=self._at)
        require_destination(project, self._order.region)
        return project

    def _say(self, session: Session, written: Export) -> None:
        project = self._require(session)
        record(
            session,
            Tag.WORK_EXPORTED,
            stream=streams.project(project.id),
            actor=self._actor,
            subject=Subject("project", project.id),
            data={"readings": self._count}
            | written.told(f"readings-{self._order.format_key}")
            | self._order.destination,
            project_id=project.id,
            at=self._at,
        )

    def _readings(self, items: list[int]) -> Iterator[_Reading]:
        for piece in pieces(items, _PAGE):
            with self._database.reading() as session:
                found = _page(session, list(piece))
            yield from found


def _page(session: Session, items: list[int]) -> list[_Reading]:
    query = select(Round.id, Round.number).where(Round.item_id.in_(items))
    rounds = {row.id: row.number for row in session.execute(query)}
    readers = [reader for some in readers_of_rounds(session, list(rounds)).values() for reader in some]
    answers = {row.submission_id: row for row in answers_with_texts(session, [r.submission_id for r in readers])}
    found = []
    for reader in sorted(readers, key=lambda reader: (reader.item_id, reader.submission_id)):
        row, item = answers[reader.submission_id], get_item(session, reader.item_id)
        number = rounds[reader.round_id]
        document = row.label if number == 1 else f"{row.label}.round-{number}"
        units = modality_of(item).units(payload_of(session, reader.submission_id), context_of(session, item))
        answer = ReadAnswer(row, [], text_of_answer(session, row))
        found.append(_Reading(f"reader-{reader.person_id}", document, units, answer))
    return found


def _write_lines(files: ExportFiles, reading: _Reading) -> None:
    """Marks for `agreement compute --unit span` and `token`, judgements for `--unit rating`, by kind."""
    spans = [unit for unit in reading.units if unit.kind == "entity"]
    places = {_place(unit): n for n, unit in enumerate(spans)}
    links = []
    for unit in reading.units:
        if unit.kind == "relation":
            head, tail = unit.key.split(">")
            links.append({"type": unit.label, "head": places.get(head), "tail": places.get(tail)})
    marks = {
        "document": reading.document,
        "rater": reading.reader,
        "text": reading.answer.text,
        "spans": [{"label": unit.label, "fragments": [list(pair) for pair in unit.fragments]} for unit in spans],
        "relations": links,
    }
    _line(files, f"{reading.reader}/spans.jsonl", marks)
    for unit in reading.units:
        if unit.kind not in ("entity", "relation"):
            item = f"{reading.document}#{_place(unit)}#{unit.label}#{unit.key}"
            said = {"item": item, "rater": reading.reader, "value": unit.value, "document": reading.document}
            name = f"{unit.kind}-{unit.key}" if unit.kind == "assertion" else unit.kind
            _line(files, f"{reading.reader}/ratings/{name}.jsonl", said)


def _place(unit: Unit) -> str:
    return ",".join(f"{start}-{end}" for start, end in unit.fragments)


def _line(files: ExportFiles, name: str, said: dict[str, Any]) -> None:
    files.write(name, (json.dumps(said, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8"))


class _Under:
    """A sink in a folder of another."""

    def __init__(self, files: ExportFiles, folder: str) -> None:
        self._files, self._folder = files, folder

    def write(self, name: str, data: bytes) -> None:
        self._files.write(f"{self._folder}/{name}", data)


def _write_brat(files: ExportFiles, losses: LossReport, reading: _Reading) -> None:
    document = replace(reading.answer.document(), id=reading.document)
    writer = FORMATS.get(BRAT).writer
    assert writer is not None  # noqa: S101  (a format of ours)
    writer.write([document], Writing(_Under(files, reading.reader), losses, {"not_a_release": True}, vocabulary()))
