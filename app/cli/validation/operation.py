"""Operation qualification: one note from its file to a verified export, and what must be refused on the way."""

from __future__ import annotations

import io
import json
import zipfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from app.accounts.approval import ask, decide
from app.accounts.signing import Factors
from app.agreement.judgements import Choice, Ruling
from app.audit import verify
from app.audit.export import export
from app.audit.selfcheck import check_whole
from app.audit.sequencer import sequence
from app.cli.machine import operator
from app.cli.validation.protocol import NotAsExpected, ValidationStep, refused, require
from app.cli.validation.scratch import KEY, Scratch
from app.core import clock
from app.core.db import Session
from app.corpus.document import text_of
from app.corpus.project import get_project
from app.intake.load import Delivery, start_batch
from app.jobs.worker import work
from app.release.cutting import cut
from app.release.export import ExportOrder, OutgoingRelease, export_to
from app.review import adjudication, verification
from app.review.adjudication import Decision, rule
from app.review.assignment import Assignment, claim, find_own
from app.review.distribution import assign_ready
from app.review.draft import ElementChange, change_draft, require_may_work
from app.review.item import Item, get_item, no_codes
from app.review.meaning import Act
from app.review.opening import open_task
from app.review.queries import settling
from app.review.signing import Closed, Closing, Desk, close_signed
from app.review.submission import submit
from app.review.workflows import Step

NAME, NUMBER = "Rosalind Quarrow", "77120456"
NOTE = (
    f"Patient: {NAME}   MRN: {NUMBER}\n\nStarted amoxicillin 500 mg on Monday. On day three a widespread rash, likely "
    "due to amoxicillin.\n"
)
#: what the two readers mark, as words of the text: one overlooks the critical label
FIRST: tuple[tuple[str, str], ...] = (("amoxicillin", "MEDICATION"), ("widespread rash", "ADVERSE_EVENT"))
OTHER: tuple[tuple[str, str], ...] = (("amoxicillin", "MEDICATION"),)


def operation_steps(scratch: Scratch, folder: Path) -> list[ValidationStep]:
    """The sequence; `folder` is empty, and takes what is written on the way."""
    story = _Story(scratch, folder)
    step = ValidationStep
    return [
        step("OQ-1", "People and project", ("R4", "R7", "R25"), "accounts, credentials, schema, guideline are recorded",
             story.set_up),
        step("OQ-2", "A note is loaded", ("R36", "R48"), "1 stored, 0 refused", story.load, ("OQ-1",)),
        step("OQ-3", "It is de-identified", ("R31",), "name and number of the patient are not in the text",
             story.deidentify, ("OQ-2",)),
        step("OQ-4", "Nothing unsigned is released", ("R21", "11.10(f)"), "refused: nothing-signed", story.too_early,
             ("OQ-3",)),
        step("OQ-5", "Two read it, blind", ("R30", "INV-3"), "two submissions; neither may open the other's task",
             story.read_twice, ("OQ-3",)),
        step("OQ-6", "A disputed critical label is escalated", ("R23", "INV-8"), "escalated; a T3 may not settle it",
             story.escalated, ("OQ-5",)),
        step("OQ-7", "No signature without the password", ("11.200(a)(1)", "11.300(d)"),
             "refused: reauthentication-refused, and in the log", story.wrong_password, ("OQ-6",)),
        step("OQ-8", "A senior reviewer settles and signs", ("R23", "11.50(a)", "11.200(a)(1)"),
             "the signature shows name, time and meaning; the item awaits verification", story.settle, ("OQ-6",)),
        step("OQ-9", "Nobody verifies what they settled", ("INV-2", "11.10(g)"), "refused: own work or role",
             story.own_work, ("OQ-8",)),
        step("OQ-10", "Another verifies and signs", ("R1", "11.50(a)", "11.70"), "the item is signed", story.verify,
             ("OQ-8",)),
        step("OQ-11", "A release is cut and exported", ("R48", "R62"), "1 item; the archive holds manifest and answer",
             story.release, ("OQ-10",)),
        step("OQ-12", "Nobody approves what they asked for", ("11.200(a)(3)", "R7"), "refused: second-person",
             story.self_approval, ("OQ-1",)),
        step("OQ-13", "The record is handed out and verified offline", ("R35", "11.10(b)", "11.10(e)"),
             "verify.py: exit 0 with the log's key, 3 without any", story.hand_out, ("OQ-11",)),
        step("OQ-14", "A changed bundle is found", ("11.10(a)", "11.10(e)"), "verify.py: exit 1", story.changed_bundle,
             ("OQ-13",)),
        step("OQ-15", "The database refuses a change of the record", ("11.10(c)", "11.10(e)"),
             "refused by the database itself", story.guarded, ("OQ-11",)),
        step("OQ-16", "A change made past the guards is found", ("11.10(a)", "11.10(e)"),
             "the record's own check names the row", story.tampered, ("OQ-13",)),
    ]  # fmt: skip


class _Story:
    """What the steps do, one after the other, and what they remember."""

    def __init__(self, scratch: Scratch, folder: Path) -> None:
        self.scratch, self.folder = scratch, folder
        self.desk = Desk(scratch.database, scratch.signer)
        self.item = 0

    # Getting there.

    def set_up(self) -> str:
        self.scratch.open_accounts()
        self.scratch.set_up()
        return f"{len(self.scratch.ids)} people, one project"

    def load(self) -> str:
        path = self.folder / "note.jsonl"
        row = {"id": "n1", "patient_id": "p1", "text": NOTE, "known": {"names": [NAME], "ids": [NUMBER]}}
        path.write_text(json.dumps(row) + "\n", encoding="utf-8")

        def unit(session: Session) -> int:
            project, delivery = get_project(session, KEY), Delivery([path], modality="notes")
            vault = self.scratch.services.vault
            return start_batch(session, operator(), vault, project, delivery, at=clock.now())[0].id

        number = self.scratch.database.writing(unit)
        work(self.scratch.services, until_empty=True)
        from app.corpus.batch import Batch

        batch = self.scratch.read(lambda session: session.get_one(Batch, number))
        return require((batch.stored, batch.refused) == (1, 0), f"{batch.stored} stored, {batch.refused} refused")

    def deidentify(self) -> str:
        readers = [self.scratch.ids["q-first"], self.scratch.ids["q-other"]]

        def unit(session: Session) -> int:
            return assign_ready(session, operator(), get_project(session, KEY), readers, at=clock.now()).items

        given = self.scratch.database.writing(unit)
        item = self.scratch.read(lambda session: session.scalars(select(Item)).one())
        self.item = item.id
        clean = self.scratch.read(lambda session: text_of(session, item.document_id))
        left = [word for word in (*NAME.split(), NUMBER) if word in clean]
        return require(given == 1 and not left, f"{given} item given to readers, {len(left)} identifiers left")

    def too_early(self) -> str:
        lead = self.scratch.as_of("q-lead")
        return refused(lambda: cut(self.scratch.database, lead, KEY, at=clock.now()), "nothing-signed")

    # Reading, settling, verifying.

    def read_twice(self) -> str:
        for name, marks in (("q-first", FIRST), ("q-other", OTHER)):
            self.scratch.do(name, self._read, marks)
        tasks = self.scratch.read(self._tasks)
        other = tasks[self.scratch.ids["q-other"]]
        blind = refused(lambda: self.scratch.do("q-first", require_may_work, other))
        return f"two submissions; the other's task {blind}"

    def _tasks(self, session: Session) -> dict[int, Assignment]:
        rows = session.scalars(select(Assignment).where(Assignment.item_id == self.item))
        return {row.person_id: row for row in rows}

    def _read(self, session: Session, actor: Any, marks: tuple[tuple[str, str], ...], *, at: int) -> None:
        task = self._tasks(session)[actor.id]
        open_task(session, actor, task, at=at)
        clean = text_of(session, get_item(session, self.item).document_id)
        changes = [
            ElementChange(f"e{place}", _marked(clean, words, label)) for place, (words, label) in enumerate(marks)
        ]
        change_draft(session, actor, task, changes, expected_version=task.draft_version, at=at)
        submit(session, actor, task, at=at)

    def _state(self) -> str:
        return self.scratch.read(lambda session: get_item(session, self.item).state)

    def _claim(self, session: Session, actor: Any, step: Step, *, at: int) -> None:
        task = claim(session, actor, get_item(session, self.item), step, at=at)
        open_task(session, actor, task, at=at)

    def escalated(self) -> str:
        code = refused(lambda: self.scratch.do("q-verifier", self._claim, Step.ADJUDICATE), "tier-too-low")
        return require(self._state() == "escalated", f"{self._state()}; a T3 is {code}")

    def _ruled(self, session: Session, actor: Any, *, at: int) -> str:
        """Every case decided by the section of the guideline; the digest of what the signer has before them."""
        task = find_own(session, actor, get_item(session, self.item), Step.ADJUDICATE, at=at)
        for case in settling(session, actor, task, no_codes, at=at).cases.differences:
            fuller = max(range(len(case.versions)), key=lambda place: len(case.versions[place]))
            ruling = Ruling(case.key, Choice.TAKE, fuller, reason="guideline", citation="1.1")
            rule(session, actor, task, Decision(ruling, confirmed=True), at=at)
        return adjudication.digest_of_view(session, task)

    def _close(self, name: str, act: Act, seen: str, factors: Factors) -> Closed:
        closing = Closing(self.item, act, seen=seen)
        return close_signed(self.desk, self.scratch.as_of(name), closing, factors, at=clock.now())

    def wrong_password(self) -> str:
        self.scratch.do("q-senior", self._claim, Step.ADJUDICATE)
        self.seen = self.scratch.do("q-senior", self._ruled)
        wrong = self.scratch.factors("q-senior", "this is not the password")
        code = refused(lambda: self._close("q-senior", Act.SETTLE, self.seen, wrong), "reauthentication-refused")
        tag = "accounts.reauthentication.refused"
        count = self.scratch.read(
            lambda session: session.scalar(text("select count(*) from audit_event where tag = :tag"), {"tag": tag})
        )
        return require(count == 1, f"{code}; {count} event")

    def settle(self) -> str:
        closed = self._close("q-senior", Act.SETTLE, self.seen, self.scratch.factors("q-senior"))
        return require(closed.state == "verification", self._said(closed))

    def _said(self, closed: Closed) -> str:
        signature = closed.signature
        when = clock.iso(signature.signed_at)
        return f"{closed.state}; signed by {signature.signer_name}, {when}, meaning {signature.meaning}"

    def own_work(self) -> str:
        return refused(lambda: self.scratch.do("q-senior", self._claim, Step.VERIFY))

    def verify(self) -> str:
        self.scratch.do("q-verifier", self._claim, Step.VERIFY)

        def look(session: Session, actor: Any, *, at: int) -> str:
            task = find_own(session, actor, get_item(session, self.item), Step.VERIFY, at=at)
            return verification.digest_of_view(session, task)

        seen = self.scratch.do("q-verifier", look)
        closed = self._close("q-verifier", Act.VERIFY, seen, self.scratch.factors("q-verifier"))
        return require(closed.state == "signed", self._said(closed))

    # What leaves, and what is found.

    def release(self) -> str:
        lead = self.scratch.as_of("q-lead")
        release = cut(self.scratch.database, lead, KEY, at=clock.now())
        out = self.folder / "release.zip"
        order = ExportOrder("jsonl", self.folder)
        export_to(OutgoingRelease(self.scratch.database, lead, release.id, order, at=clock.now()), out)
        with zipfile.ZipFile(out) as archive:
            names = archive.namelist()
            whole = "".join(archive.read(name).decode("utf-8", "replace") for name in names)
        holds = release.items == 1 and "manifest.json" in names and "ADVERSE_EVENT" in whole and NUMBER not in whole
        return require(holds, f"{release.items} item, {len(names)} files in the archive")

    def self_approval(self) -> str:
        facts = {"person": self.scratch.ids["q-first"], "role": "privacy_officer"}
        number = self.scratch.do("q-admin", lambda session, actor, *, at: ask(
            session, actor, "server-role", facts, at=at
        ).id)  # fmt: skip
        admin, factors = self.scratch.as_of("q-admin"), self.scratch.factors("q-admin")
        return refused(
            lambda: decide(self.scratch.database, admin, number, factors, at=clock.now()), "second-person"
        )

    def hand_out(self) -> str:
        sequence(self.scratch.database, self.scratch.signer, at=clock.now())
        export(self.scratch.database, self.scratch.signer, self._bundle, actor=operator(), at=clock.now())
        anchored = _verdict(self._bundle, "--vkey", self.scratch.signer.vkeys()[0])
        alone = _verdict(self._bundle)
        return require((anchored, alone) == (0, 3), f"exit {anchored} with the log's key, {alone} without")

    @property
    def _bundle(self) -> Path:
        return self.folder / "bundle"

    def changed_bundle(self) -> str:
        path = self._bundle / "events.jsonl"
        whole = path.read_bytes()
        path.write_bytes(whole.replace(b"ADVERSE_EVENT", b"ADVERSE_EVENX"))
        try:
            code = _verdict(self._bundle, "--vkey", self.scratch.signer.vkeys()[0])
        finally:
            path.write_bytes(whole)
        return require(code == 1, f"exit {code}")

    def guarded(self) -> str:
        changed = "update audit_event set tag = 'x' where id = 1"
        statements = (changed, "delete from signature", "delete from submission")
        return "; ".join(f"{words.split(' set ')[0]}: {self._tried(words)}" for words in statements)

    def _tried(self, words: str) -> str:
        try:
            with self.scratch.database.engine.begin() as connection:
                connection.exec_driver_sql(words)
        except DBAPIError:
            return "refused"
        raise NotAsExpected(f"{words} was done")

    def tampered(self) -> str:
        """Whoever holds the file takes the guards off; the check finds it all the same."""
        clean = check_whole(self.scratch.database, self.scratch.signer, at=clock.now())
        with self.scratch.database.engine.begin() as connection:
            names = connection.exec_driver_sql(
                "select name from sqlite_master where type = 'trigger' and tbl_name = 'signature'"
            ).scalars()
            for name in list(names):
                connection.exec_driver_sql(f'drop trigger "{name}"')
            connection.exec_driver_sql("update signature set signer_name = 'Somebody Else' where id = 1")
        found = check_whole(self.scratch.database, self.scratch.signer, at=clock.now())
        named = [one for one in found if "signature" in one]
        return require(not clean and bool(named), f"before: {len(clean)} breaks; after: {'; '.join(found) or 'none'}")


def _marked(clean: str, words: str, label: str) -> dict[str, Any]:
    """An entity of a label over the first place of these words. Raises NotAsExpected where they are not there."""
    start = clean.find(words)
    if start < 0:
        raise NotAsExpected("what is to be marked is not in the text")
    return {
        "kind": "entity", "fragments": [[start, start + len(words)]], "label": label, "assertion": {},
        "status": "confirmed",
    }  # fmt: skip


def _verdict(bundle: Path, *arguments: str) -> int:
    silent = io.StringIO()
    try:
        with redirect_stdout(silent), redirect_stderr(silent):
            return verify.main([str(bundle), *arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
