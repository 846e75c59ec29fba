"""A project with a past: four simulated months of reading through the real acts, seeded, and said to be simulated."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from app.accounts.actor import Actor, ProjectRole
from app.accounts.credential import Qualification, Verification, grant_credential
from app.accounts.loading import load_actor
from app.accounts.person import NewPerson, create_person, find_by_username, verify_identity
from app.agreement.judgements import REASONS, Choice, Ruling
from app.core import clock
from app.core.db import Session
from app.core.errors import Conflict
from app.corpus.batch import Batch
from app.corpus.document import Document, text_of
from app.corpus.member import add_member
from app.corpus.project import change_settings, find_project, get_project
from app.corpus.subject import Encounter
from app.demo.answers import changes_towards
from app.demo.finish import AUTHENTICATION, PRINCIPLE, DemoDesk
from app.demo.load import deliver, set_up
from app.demo.past_notes import NotePhrase, note, phrases_in
from app.demo.people import CAST, OPERATOR, accept_guideline
from app.guidelines.version import publish
from app.jobs.job import Services
from app.jobs.worker import work
from app.quality.acceptance.checking import give_verdict, mark_blind, next_item, show
from app.quality.acceptance.lots import NewLot, decide_lot, draw_lot, open_lot
from app.quality.acceptance.models import Lot
from app.release.cutting import cut
from app.review import adjudication, verification
from app.review.adjudication import Decision, rule
from app.review.assignment import Assignment, claim
from app.review.distribution import assign_ready, find_readers
from app.review.draft import assemble, change_draft
from app.review.item import CodeLookup, Item, get_item
from app.review.meaning import Act
from app.review.opening import open_task
from app.review.queries import settling
from app.review.round import current_round
from app.review.signing import Closing, sign_closing
from app.review.states import AssignmentState, ItemState
from app.review.submission import submit
from app.review.workflows import Step

KEY, TITLE = "demo-past", "Demo with a past (simulated)"
SEED = 20261130
WEEKS = 16
#: people who exist in this project only; nobody can sign in as them
READERS = ("cleo", "dan", "eli", "fay", "gus")
CHECKER = "nora"
#: who settles and verifies: what is read again needs others than the first time (INV-2)
FIRST, AGAIN = ("vera", "sam"), ("petra", "otto")
OWN = {CHECKER: (3, ProjectRole.VERIFIER), "petra": (3, ProjectRole.ADJUDICATOR), "otto": (4, ProjectRole.ADJUDICATOR)}
#: the reader whose work gets worse, from which week, at which label
DRIFTER, DRIFTS_FROM, DRIFT_LABEL = "dan", 9, "SYMPTOM"
SECOND_GUIDELINE, FIRST_LOT, SECOND_LOT = 8, 7, 13
#: patients of this age are read worse by everybody, and how often; the bias audit has to find it
WORSE_BAND, WORSE_SLIP, SLIP = "80-89", 0.3, 0.04
SETTINGS: dict[str, Any] = {
    "simulated": True,
    "guideline_signatures": 0,  # its second guideline is published months ago, when nobody signs
    "target_error_per_mille": 80,
    "target_population": ["sex:F=51", "sex:M=49", "language:en=100"],
}
SITES = ("North (invented)", "South (invented)")


@dataclass
class _Simulation:
    services: Services
    codes: CodeLookup
    ids: dict[str, int]
    begin: int
    random: random.Random = field(default_factory=lambda: random.Random(SEED))  # noqa: S311  (a simulation)

    def at(self, week: int, hours: float) -> int:
        return self.begin + round(week * 7 * clock.DAY + hours * clock.HOUR)


def set_up_past(session: Session, ids: dict[str, int], guidelines: Path) -> None:
    """Its people, project and members: with the demo's own set-up, after which each of these takes two people."""
    ids = ids | _people(session)
    set_up(session, ids, guidelines, KEY, TITLE, SETTINGS)
    session.flush()
    _join(session, ids)


def load_past(services: Services, codes: CodeLookup, guidelines: Path, *, a_week: int = 8) -> bool:
    """Fill the project that was set up with the demo; False where that has happened. Some minutes of work.

    Raises Conflict("not-set-up") where the demo was loaded without it.
    """
    with services.database.reading() as session:
        project = find_project(session, KEY)
        if project is None:
            raise Conflict("not-set-up", "the simulated past is set up with the demo: load both on an empty database")
        if session.scalar(select(Batch.id).where(Batch.project_id == project.id).limit(1)) is not None:
            return False
        names = [role.username for role in CAST] + [*READERS, *OWN]
        ids = {name: found.id for name in names if (found := find_by_username(session, name))}
    now = clock.now()
    run = _Simulation(services, codes, ids, now - WEEKS * 7 * clock.DAY)
    _bring(run, a_week * WEEKS)
    for week in range(WEEKS):
        _week(run, week, a_week, guidelines)
    work(services, until_empty=True)
    return True


def _people(session: Session) -> dict[str, int]:
    """Readers and a checker with credentials, as invented as the demo's."""
    at, ids = clock.now(), {}
    admin = find_by_username(session, "adm")
    for username in (*READERS, *OWN):
        tier = OWN[username][0] if username in OWN else 1
        person = create_person(session, OPERATOR, NewPerson(username, f"{username.title()} (simulated)"), at=at)
        verify_identity(session, OPERATOR, person, admin.id if admin else person.id, "invented for the demo", at=at)
        held = Qualification(
            tier=tier, profession="physician" if tier > 2 else "medical student", country="DE",
            issued_at=at - 365 * clock.DAY, expires_at=at + 365 * clock.DAY, issuing_body="invented for the demo",
            register_number=f"PAST-{person.id:04}",
        )  # fmt: skip
        checked = Verification(by=admin.id if admin else person.id, method="invented for the demo")
        grant_credential(session, OPERATOR, person, held, checked, at=at)
        ids[username] = person.id
    return ids


def _join(session: Session, ids: dict[str, int]) -> None:
    project = get_project(session, KEY)
    for username in READERS:
        add_member(session, OPERATOR, project, ids[username], ProjectRole.ANNOTATOR, at=clock.now())
    for username, (_, role) in OWN.items():
        add_member(session, OPERATOR, project, ids[username], role, at=clock.now())


def _bring(run: _Simulation, count: int) -> None:
    """Notes in two deliveries, each of a site of its own; which is which is a setting of the project."""
    notes = [note(run.random, number) for number in range(count)]
    for part in range(len(SITES)):
        _deliver(run, notes[part :: len(SITES)])

    def name_sites(session: Session) -> None:
        project = get_project(session, KEY)
        deliveries = session.scalars(select(Batch.id).where(Batch.project_id == project.id).order_by(Batch.id))
        sites = [f"{number}={site}" for number, site in zip(deliveries, SITES, strict=True)]
        at = run.at(0, 1)
        change_settings(session, load_actor(session, run.ids["quinn"], at=at), project, {"sites": sites}, at=at)

    run.services.database.writing(name_sites)


def _deliver(run: _Simulation, notes: list[dict[str, Any]]) -> None:
    folder = run.services.settings.tmp_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{KEY}.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in notes), encoding="utf-8")
    try:
        run.services.database.writing(
            lambda session: deliver(session, services=run.services, key=KEY, path=path, modality="notes")
        )
        work(run.services, until_empty=True)
    finally:
        path.unlink(missing_ok=True)


def _week(run: _Simulation, week: int, a_week: int, guidelines: Path) -> None:
    if week == SECOND_GUIDELINE:
        run.services.database.writing(lambda s: _second_version(s, run, guidelines, run.at(week, -20)))
    run.services.database.writing(lambda s: _give_out(s, a_week, at=run.at(week, 8)))
    for number, task in enumerate(_tasks(run)):
        _read(run, task, week, run.at(week, 9 + 0.4 * number))
    for number, (item, state) in enumerate(_waiting(run)):
        _finish(run, item, state, run.at(week, 100 + 0.2 * number))
    if week in (FIRST_LOT, SECOND_LOT):
        _lot(run, week, wrong=0 if week == FIRST_LOT else 2)


def _second_version(session: Session, run: _Simulation, guidelines: Path, at: int) -> None:
    body = (guidelines / "clinical-notes-1.0.md").read_text(encoding="utf-8")
    named = {"key": "clinical-notes", "modality": "notes", "version": "1.1", "body": body + "\nSimulated revision.\n"}
    project = get_project(session, KEY)
    publish(session, load_actor(session, run.ids["quinn"], at=at), project.id, named, at=at)


def _give_out(session: Session, a_week: int, *, at: int) -> None:
    """To the simulated readers only."""
    project = get_project(session, KEY)
    able = find_readers(session, project, at=at)
    own = [found.id for name in READERS if (found := find_by_username(session, name)) and found.id in able]
    assign_ready(session, OPERATOR, project, own, limit=a_week, at=at)


def _tasks(run: _Simulation) -> list[int]:
    with run.services.database.reading() as session:
        project = get_project(session, KEY)
        offered = (Assignment.project_id == project.id, Assignment.state == AssignmentState.OFFERED)
        return list(session.scalars(select(Assignment.id).where(*offered).order_by(Assignment.id)))


def _read(run: _Simulation, task_id: int, week: int, at: int) -> None:
    def unit(session: Session) -> None:
        task = session.get_one(Assignment, task_id)
        actor = load_actor(session, task.person_id, at=at)
        open_task(session, actor, task, at=at)
        document = session.get_one(Document, get_item(session, task.item_id).document_id)
        text, band = text_of(session, document.id), session.get_one(Encounter, document.encounter_id).age_band
        name = next(username for username, number in run.ids.items() if number == task.person_id)
        slip = WORSE_SLIP if band == WORSE_BAND else SLIP
        wanted = _said(run.random, phrases_in(text), _slips(name, week, slip))
        changes = changes_towards(assemble(session, task.id)["elements"], wanted, {})
        change_draft(session, actor, task, changes, expected_version=task.draft_version, at=at)
        accept_guideline(session, actor, task, at=at)
        took = round(1000 * len(text) / run.random.uniform(8, 25))
        submit(session, actor, task, codes=run.codes, at=at + took)

    run.services.database.writing(unit)


def _slips(name: str, week: int, usual: float) -> Callable[[str], float]:
    """Label → how often a reader is wrong about it; the drifter's symptoms get worse."""
    drifts = name == DRIFTER and week >= DRIFTS_FROM
    return lambda label: 0.45 if drifts and label == DRIFT_LABEL else usual


def _said(
    chance: random.Random, phrases: list[NotePhrase], slips: Callable[[str], float]
) -> dict[str, dict[str, Any]]:
    """What a simulated reader says of a note: the truth, but for slips."""
    elements = {}
    for number, phrase in enumerate(phrases, start=1):
        slip = slips(phrase.label)
        label, start, end, negated = phrase.label, phrase.start, phrase.end, phrase.negated
        if chance.random() < slip:
            kind = chance.choice(("miss", "edge", "label", "polarity"))
            if kind == "miss":
                continue
            end = max(start + 2, end - 3) if kind == "edge" else end
            label = {"SYMPTOM": "PROBLEM", "PROBLEM": "SYMPTOM"}.get(label, label) if kind == "label" else label
            negated = not negated if kind == "polarity" else negated
        assertion = {"polarity": "negated"} if negated else {}
        elements[f"p{number}"] = {
            "kind": "entity", "status": "confirmed", "fragments": [[start, end]], "label": label,
            "assertion": assertion, "codes": [],
        }  # fmt: skip
    return elements


def _waiting(run: _Simulation) -> list[tuple[int, str]]:
    with run.services.database.reading() as session:
        project = get_project(session, KEY)
        states = (ItemState.ADJUDICATION, ItemState.ESCALATED, ItemState.VERIFICATION)
        mine = (Item.project_id == project.id, Item.state.in_(states))
        rows = session.execute(select(Item.id, Item.state).where(*mine).order_by(Item.id))
        return [(item, state) for item, state in rows]


def _finish(run: _Simulation, item: int, state: str, at: int) -> None:
    """Differences are settled by the truth; escalated ones by the senior reviewer; the other one verifies."""
    desk = _Desk(run, at)
    with run.services.database.reading() as session:
        first, second = FIRST if current_round(session, item).number == 1 else AGAIN
    if state == ItemState.VERIFICATION:
        desk.verify(first, item)
        return
    if state == ItemState.ESCALATED:
        first, second = second, first
    desk.settle(first, item)
    desk.at = at + 3 * clock.HOUR
    desk.verify(second, item)


class _Desk(DemoDesk):
    """The demo's desk at a time in the past, settling by the truth."""

    def __init__(self, run: _Simulation, at: int) -> None:
        super().__init__(run.services, run.codes, run.ids, KEY)
        self.at = at

    def settle(self, username: str, item: int) -> None:
        def unit(session: Session, actor: Actor, task: Assignment, at: int) -> None:
            truth = phrases_in(text_of(session, get_item(session, item).document_id))
            for case in settling(session, actor, task, self.codes, at=at).cases.differences:
                version = max(range(len(case.versions)), key=lambda n: _true(case.versions[n], truth))
                ruling = Ruling(case.key, Choice.TAKE, version, reason=REASONS[1], citation=PRINCIPLE)
                rule(session, actor, task, Decision(ruling, confirmed=True), codes=self.codes, at=at)
            seen = adjudication.digest_of_view(session, task)
            self._sign_at(session, actor, Closing(item, Act.SETTLE, seen=seen), at)

        self._do_at(username, item, Step.ADJUDICATE, unit)

    def verify(self, username: str, item: int) -> None:
        def unit(session: Session, actor: Actor, task: Assignment, at: int) -> None:
            seen = verification.digest_of_view(session, task)
            self._sign_at(session, actor, Closing(item, Act.VERIFY, seen=seen), at)

        self._do_at(username, item, Step.VERIFY, unit)

    def _do_at(self, username: str, item: int, step: Step, act: Any) -> None:
        at = self.at

        def unit(session: Session) -> None:
            actor = load_actor(session, self.ids[username], at=at)
            task = claim(session, actor, get_item(session, item), step, at=at)
            open_task(session, actor, task, at=at)
            accept_guideline(session, actor, task, at=at)
            act(session, actor, task, at)

        self.services.database.writing(unit)

    def _sign_at(self, session: Session, actor: Actor, closing: Closing, at: int) -> None:
        sign_closing(
            session, actor, closing, signer=self.signer, authentication=AUTHENTICATION, codes=self.codes, at=at
        )


def _true(version: dict[str, Any], truth: list[NotePhrase]) -> int:
    """How many elements of a version are as they should be, less those that are not."""
    right = {(phrase.label, phrase.start, phrase.end, phrase.negated) for phrase in truth}
    said = [
        (body.get("label"), *body["fragments"][0], (body.get("assertion") or {}).get("polarity") == "negated")
        for body in version.values() if body.get("fragments")
    ]  # fmt: skip
    return sum(1 if one in right else -1 for one in said)


def _lot(run: _Simulation, week: int, *, wrong: int) -> None:
    """A lot of symptoms, checked by somebody who worked on none of it; the first is accepted and released."""
    at = run.at(week, 140)

    def begin(session: Session) -> int:
        lead = load_actor(session, run.ids["quinn"], at=at)
        lot = open_lot(session, lead, get_project(session, KEY),
                       NewLot("notes", "routine", "marked", "aql", 400, 50, 1), at=at)  # fmt: skip
        draw_lot(session, lead, lot, at=at + clock.HOUR)
        return lot.id

    lot_id = run.services.database.writing(begin)
    left, more = wrong, True
    while more:

        def check(session: Session, left: int = left) -> bool:
            lot, actor = session.get_one(Lot, lot_id), load_actor(session, run.ids[CHECKER], at=at + 2 * clock.HOUR)
            row = next_item(session, actor, lot, at=at + 2 * clock.HOUR)
            if row is None:
                return False
            seen = show(session, actor, lot, row.item_id, at=at + 2 * clock.HOUR)
            if seen.blind:
                mark_blind(session, actor, lot, row.item_id, [], at=at + 2 * clock.HOUR)
            give_verdict(session, actor, lot, row.item_id, {"major": int(left > 0)}, at=at + 3 * clock.HOUR)
            return True

        more = run.services.database.writing(check)
        left -= 1

    def end(session: Session) -> None:
        decide_lot(session, load_actor(session, run.ids["quinn"], at=at), session.get_one(Lot, lot_id),
                   at=at + 4 * clock.HOUR)  # fmt: skip

    run.services.database.writing(end)
    if not wrong:
        with run.services.database.reading() as session:
            lead = load_actor(session, run.ids["quinn"], at=clock.now())
        cut(run.services.database, lead, KEY, at=at + 5 * clock.HOUR)
