"""Words that were wrongly removed: put back in a new version with which its readers go on, and learnt after review."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.loading import load_actor
from app.accounts.signing import Factors
from app.audit.models import Event
from app.core import clock
from app.core.errors import Conflict, Forbidden, Invalid
from app.core.places import TextChange
from app.corpus.document import Document, get_document, text_of
from app.corpus.project import get_project
from app.corpus.schema import LabelSchema
from app.corpus.source import Source, seal_source
from app.corpus.vault import Vault
from app.deidentify.engine import Engine
from app.deidentify.note import Note
from app.deidentify.span import Span
from app.privacy.removal.counts import count_mistakes
from app.privacy.removal.deciding import PlaceChoices, decide
from app.privacy.removal.groups import accept_ready, decide_words, read_words, texts_waiting
from app.privacy.removal.held import decide_held
from app.privacy.removal.keeping import KeepingEngine
from app.privacy.removal.kept import KeptFor, kept_for, list_kept, rule_on
from app.privacy.removal.models import Fate, KeptWord, PlaceDecision
from app.privacy.removal.originals import WINDOW, close_originals, open_originals, require_open
from app.privacy.removal.places import inspect_text
from app.privacy.removal.reports import list_reports, put_back_reported, read_report, uphold_reported
from app.privacy.version.rewriting import restore_text
from app.privacy.version.sealed import SealedMap, Why, seal_map
from app.review.admission import admit
from app.review.assignment import Assignment
from app.review.carrying import carried
from app.review.draft import ElementChange, assemble, change_draft
from app.review.hold import get_hold, open_holds, places_of
from app.review.item import Item, create_item, get_item
from app.review.opening import open_task
from app.review.renewal import lineage, renewal_of
from app.review.reporting import report_phi, report_removal
from app.review.submission import Submission, readings, submit
from tests.build import OPERATOR, doubt, make_document, make_project, make_task
from tests.unit.accounts.people import PASSWORD, T0, give_credential, make_person

VAULT = Vault(b"m" * 32)
SOURCE = "Seen with Staph sepsis. Fever since Monday. Dr Quill agreed. Staph again."
CLEAN = "Seen with Devally sepsis. Fever since Monday. Dr Brome agreed. Devally again."
ROWS = [[10, 15, 10, 17], [47, 52, 49, 54], [61, 66, 63, 70]]
GUESSED = Why("NAME", "model", certain=False)
WHY = {(10, 15): GUESSED, (47, 52): Why("NAME", "names-titled", certain=True), (61, 66): GUESSED}
ROLES = {
    "lead": [ProjectRole.MANAGER],
    "pia": [ProjectRole.PRIVACY_OFFICER],
    "ann": [ProjectRole.ANNOTATOR],
    "ben": [ProjectRole.ANNOTATOR],
    "vera": [ProjectRole.VERIFIER],
    "ada": [ProjectRole.ADJUDICATOR],
    "aud": [ProjectRole.AUDITOR],
    "pvr": [ProjectRole.PV_REVIEWER],
}


class Case:
    """Ann and Ben read a text in which medicine was taken for a name; pia is privacy officer."""

    def __init__(self, database):
        self.database, self.at = database, T0
        self.ids = {name: make_person(database, name) for name in ROLES}
        for name in ("ann", "ben"):
            give_credential(database, self.ids[name], self.ids["lead"], tier=1)
        database.writing(self._build)

    def _build(self, session):
        members = {self.ids[name]: roles for name, roles in ROLES.items()}
        project, schema = make_project(session, "first", members, at=T0)
        self.project_id, self.schema_id = project.id, schema.id
        item, tasks = make_task(session, project, schema, [self.ids["ann"], self.ids["ben"]], at=T0, text=CLEAN)
        self.item_id, self.document_id = item.id, item.document_id
        self.tasks = dict(zip(("ann", "ben"), [task.id for task in tasks], strict=True))
        self.seal(session, get_document(session, item.document_id))

    def seal(self, session, document, *, known=None, doubts=()):
        key = VAULT.new_key(session, document.subject_id)
        session.add(seal_source(key, document.source_id, {"text": SOURCE, "known": known or {}, "salt": "00"}))
        seal_map(session, key, document.id, SealedMap([list(r) for r in ROWS], [list(d) for d in doubts], dict(WHY)))

    def held(self, *, known=None, ppm=500_000):
        """A text of another patient that waits for a decision."""

        def unit(session):
            document = make_document(session, get_project(session, self.project_id), CLEAN, at=T0)
            doubt(session, document, "residual-risk", ppm=ppm)
            self.seal(session, document, known=known, doubts=[[10, 17], [63, 70]])
            create_item(session, OPERATOR, document, session.get(LabelSchema, self.schema_id), at=T0)
            return document.id

        return self.database.writing(unit)

    def project(self, session):
        return get_project(session, self.project_id)

    def do(self, who, act):
        return self.database.writing(lambda s: act(s, load_actor(s, self.ids[who], at=self.at)))

    def read(self, query):
        with self.database.reading() as session:
            return query(session)

    def open(self, who="pia", password=PASSWORD):
        actor = self.read(lambda s: load_actor(s, self.ids[who], at=self.at))
        return open_originals(self.database, actor, self.project_id, Factors(who, password), at=self.at)

    def start(self, who):
        self.do(who, lambda s, a: open_task(s, a, s.get(Assignment, self.tasks[who]), at=T0))

    def mark(self, who, key, start, end, **more):
        body = {"kind": "entity", "fragments": [[start, end]], "label": "problem", "status": "confirmed"} | more

        def unit(session, actor):
            task = session.get(Assignment, self.tasks[who])
            change_draft(session, actor, task, [ElementChange(key, body)], expected_version=task.draft_version, at=T0)

        self.do(who, unit)

    def report(self, who="ann", places=((10, 17),)):
        return self.do(
            who, lambda s, a: report_removal(s, a, get_item(s, self.item_id), [list(p) for p in places], at=T0)
        ).id

    def put_back(self, hold_id, *places, who="pia", **choice):
        wanted = PlaceChoices(put_back=frozenset(places or ("10-17", "63-70")), **choice)
        return self.do(who, lambda s, a: put_back_reported(s, a, VAULT, hold_id, wanted, at=self.at))

    def admit(self, document):
        self.database.writing(lambda s: admit(s, OPERATOR, get_document(s, document.id), at=T0))

    def again(self, who, document):
        """The person's task on the new version."""

        def query(session):
            item = session.scalars(select(Item).where(Item.document_id == document.id)).one()
            own = (Assignment.item_id == item.id, Assignment.person_id == self.ids[who])
            return session.scalar(select(Assignment).where(*own))

        return self.read(query)

    def events(self, tag):
        rows = self.read(lambda s: s.scalars(select(Event.body).where(Event.tag == tag).order_by(Event.id)).all())
        return [json.loads(row)["data"] for row in rows]


@pytest.fixture
def case(database):
    return Case(database)


def test_what_was_put_back_stands_there_again_in_a_new_version_and_the_old_one_stays(case):
    case.open()
    new = case.put_back(case.report())
    with case.database.reading() as session:
        assert text_of(session, new.id) == SOURCE.replace("Quill", "Brome")
        assert text_of(session, case.document_id) == CLEAN  # nothing stored is altered
        assert (new.version, get_document(session, new.id).reasons) == (2, ("wrongly-removed",))
        assert get_item(session, case.item_id).state == "withdrawn"
        sealed = inspect_text(session, VAULT, new).sealed
        assert sealed.rows == [[47, 52, 47, 52]]
        assert sealed.restored == [[10, 15], [61, 66]]
    (said,) = case.events("deid.removal.undone")
    assert (said["places"], said["document"], said["new_document"]) == (2, case.document_id, new.id)


def test_each_reader_goes_on_blind_with_their_own_marks_where_the_words_are_the_same(case):
    for who in ("ann", "ben"):
        case.start(who)
    case.mark("ann", "a1", 26, 31)  # Fever
    case.mark("ann", "a2", 10, 24)  # Devally sepsis
    case.mark("ben", "b1", 18, 24)  # sepsis
    case.open()
    new = case.put_back(case.report())
    case.admit(new)
    tasks = {who: case.again(who, new) for who in ("ann", "ben")}
    assert [task.state for task in tasks.values()] == ["offered", "offered"]
    for who, task in tasks.items():
        case.tasks[who] = task.id
        case.start(who)
    ann, ben = (case.read(lambda s, t=t: assemble(s, t.id)["elements"]) for t in tasks.values())
    text = case.read(lambda s: text_of(s, new.id))
    assert {key: text[slice(*body["fragments"][0])] for key, body in ann.items()} == {"a1": "Fever"}
    assert {key: text[slice(*body["fragments"][0])] for key, body in ben.items()} == {"b1": "sepsis"}
    left = case.read(lambda s: carried(s, s.get(Assignment, tasks["ann"].id)))
    assert {key: text[slice(*body["fragments"][0])] for key, body in left.left.items()} == {"a2": "Staph sepsis"}
    assert [text[a:b] for a, b in left.changed] == ["Staph", "Staph"]
    assert case.read(lambda s: carried(s, s.get(Assignment, tasks["ben"].id))).left == {}


def test_work_that_was_submitted_keeps_its_version_and_no_version_is_compared_with_another(case):
    for who in ("ann", "ben"):
        case.start(who)
        case.mark(who, "x1", 26, 31)
    case.do("ann", lambda s, a: submit(s, a, s.get(Assignment, case.tasks["ann"]), at=T0))
    frozen = case.read(lambda s: s.scalars(select(Submission)).one())
    case.open()
    new = case.put_back(case.report("ben"))
    case.admit(new)
    with case.database.reading() as session:
        old = session.get(Assignment, case.tasks["ann"])
        assert (old.state, session.get(Submission, frozen.id).body_sha256) == ("submitted", frozen.body_sha256)
        item = session.get(Item, case.again("ann", new).item_id)
        assert item.guideline_version_id == get_item(session, case.item_id).guideline_version_id is not None
    for who in ("ann", "ben"):
        case.tasks[who] = case.again(who, new).id
        case.start(who)
        case.do(who, lambda s, a, w=who: submit(s, a, s.get(Assignment, case.tasks[w]), at=T0))
    with case.database.reading() as session:
        item = session.get(Item, session.get(Assignment, case.tasks["ann"]).item_id)
        rounds = {s.round_id for s in session.scalars(select(Submission)) if s.item_id == item.id}
        assert item.state == "verification"
        assert [len(readings(session, number)) for number in rounds] == [2]
        assert get_item(session, case.item_id).state == "withdrawn"


def test_a_third_version_still_finds_the_work_on_the_first(case):
    case.start("ann")
    case.mark("ann", "a1", 26, 31)
    case.mark("ann", "a2", 63, 76)  # Devally again
    case.open()
    second = case.put_back(case.report(), "10-17")
    case.admit(second)
    choice = PlaceChoices(frozenset({"61-68"}))
    third = case.do("pia", lambda s, a: decide(s, a, VAULT, second.id, choice, at=T0)).document
    case.admit(third)
    work = case.read(lambda s: carried(s, s.get(Assignment, case.again("ann", third).id)))
    text = case.read(lambda s: text_of(s, third.id))
    assert [text[slice(*b["fragments"][0])] for b in work.elements.values()] == ["Fever"]
    assert [text[slice(*b["fragments"][0])] for b in work.left.values()] == ["Staph again"]
    assert [text[a:b] for a, b in work.changed] == ["Staph", "Staph"]
    assert len(case.read(lambda s: lineage(s, case.again("ann", third).item_id))) == 3


def test_a_report_holds_the_item_and_hides_no_text_and_another_report_of_it_goes_along(case):
    case.start("ann")
    hold_id = case.report()
    other = case.do("ben", lambda s, a: report_phi(s, a, get_item(s, case.item_id), [[49, 54]], at=T0)).id
    with pytest.raises(Conflict, match="held back"):
        case.mark("ann", "a1", 26, 31)
    case.open()
    new = case.put_back(hold_id)
    with case.database.reading() as session:
        assert not open_holds(session, case.item_id)
        item = session.scalars(select(Item).where(Item.document_id == new.id)).one()
        (again,) = open_holds(session, item.id)
        assert (again.kind, again.carried_from_id, again.opened_by) == ("phi", other, case.ids["ben"])
        assert [text_of(session, new.id)[a:b] for a, b in places_of(session, again)] == ["Brome"]
        assert count_mistakes(session, case.project_id).identifiers_reported == 1


def test_what_was_rightly_removed_stays_and_the_reader_goes_on_where_they_were(case):
    case.start("ann")
    case.mark("ann", "a1", 26, 31)
    hold_id = case.report(places=[(49, 54)])
    case.do("pia", lambda s, a: uphold_reported(s, a, VAULT, hold_id, at=T0))
    case.mark("ann", "a2", 0, 4)
    with case.database.reading() as session:
        assert get_item(session, case.item_id).state == "in_annotation"
        assert sorted(assemble(session, case.tasks["ann"])["elements"]) == ["a1", "a2"]
        counts = count_mistakes(session, case.project_id)
    assert (counts.removals_reported, counts.removals_upheld, counts.removals_put_back) == (1, 1, 0)
    with pytest.raises(Conflict, match="already"):
        case.do("pia", lambda s, a: uphold_reported(s, a, VAULT, hold_id, at=T0))


def test_originals_take_the_password_again_and_close_by_themselves(case):
    hold_id = case.report()
    with pytest.raises(Forbidden) as refused:
        case.put_back(hold_id)
    assert refused.value.code == "originals-closed"
    assert case.do("pia", lambda s, a: read_report(s, a, VAULT, hold_id, at=T0)).named[0].original is None
    with pytest.raises(Forbidden, match="password"):
        case.open(password="wrong")
    case.open()
    shown = case.do("pia", lambda s, a: read_report(s, a, VAULT, hold_id, at=T0 + WINDOW - 1))
    assert [place.original for place in shown.named] == ["Staph"]
    case.at = T0 + WINDOW
    with pytest.raises(Forbidden):
        case.put_back(hold_id)
    assert case.do("pia", lambda s, a: read_report(s, a, VAULT, hold_id, at=case.at)).open_until is None


def test_put_away_originals_are_closed_at_once(case):
    case.open()
    case.do("pia", lambda s, a: require_open(s, a, case.project_id, at=T0))
    case.do("pia", lambda s, a: close_originals(s, a, case.project_id, at=T0 + 1))
    with pytest.raises(Forbidden):
        case.do("pia", lambda s, a: require_open(s, a, case.project_id, at=T0 + 1))


@pytest.mark.parametrize("who", [name for name in ROLES if name != "pia"])
def test_nobody_but_a_privacy_officer_sees_or_decides(case, who):
    hold_id = case.report()
    document = case.held()
    case.open()
    for act in (
        lambda s, a: read_report(s, a, VAULT, hold_id, at=T0),
        lambda s, a: put_back_reported(s, a, VAULT, hold_id, PlaceChoices(frozenset({"10-17"})), at=T0),
        lambda s, a: uphold_reported(s, a, VAULT, hold_id, at=T0),
        lambda s, a: list_reports(s, a, case.project_id, at=T0),
        lambda s, a: decide(s, a, VAULT, document, PlaceChoices(settled=frozenset({"10-17"})), at=T0),
        lambda s, a: read_words(s, a, VAULT, case.project(s), [get_document(s, document)], at=T0),
        lambda s, a: decide_words(s, a, VAULT, case.project(s), [document], {}, at=T0),
        lambda s, a: decide_held(s, a, VAULT, document, PlaceChoices(), lets_in=False, at=T0),
        lambda s, a: accept_ready(s, a, VAULT, case.project(s), [], at=T0),
        lambda s, a: list_kept(s, a, VAULT, case.project(s), at=T0),
        lambda s, a: require_open(s, a, case.project_id, at=T0),
    ):
        with pytest.raises(Forbidden) as refused:
            case.do(who, act)
        assert "Staph" not in str(refused.value)
    with pytest.raises(Forbidden):
        case.open(who)


def test_the_same_word_in_many_texts_is_decided_once_and_each_text_has_its_event(case):
    documents = [case.held() for _ in range(3)]
    case.open()
    words = case.do(
        "pia",
        lambda s, a: read_words(s, a, VAULT, case.project(s), texts_waiting(s, case.project(s)), at=T0),
    )
    assert [(g.word, len(g.documents), len(g.occurrences), g.doubted) for g in words.groups] == [
        ("Staph", 3, 6, 6),
        ("Quill", 3, 3, 0),
    ]
    assert "Staph" not in words.groups[0].key
    keys = [group.key for group in words.groups]
    skip = frozenset({(keys[0], documents[2])})
    done = case.do(
        "pia",
        lambda s, a: decide_words(
            s, a, VAULT, case.project(s), documents, {keys[0]: "put_back", keys[1]: "stays"}, skip=skip, at=T0
        ),
    )
    assert (done.put_back, done.settled, done.left, done.skipped) == (4, 3, (), 0)
    assert len(case.events("deid.removal.undone")) == 2
    (settled,) = case.events("deid.places.settled")
    assert (settled["first"], settled["last"], settled["count"]) == (documents[0], documents[2], 3)
    with case.database.reading() as session:
        waiting = texts_waiting(session, case.project(session))
        texts = sorted(text_of(session, d.id) for d in waiting)
        assert texts == sorted([SOURCE.replace("Quill", "Brome")] * 2 + [CLEAN])
        seen = [inspect_text(session, VAULT, d) for d in waiting]
        assert [[p.fate for p in s.places] for s in seen if s.document.version == 2] == [["stays"], ["stays"]]


def test_one_transaction_changes_only_so_many_texts_and_says_which_are_left(case, monkeypatch):
    monkeypatch.setattr("app.privacy.removal.groups.MOST_CHANGED", 1)
    documents = [case.held() for _ in range(3)]
    case.open()
    unit = lambda s, a: read_words(s, a, VAULT, case.project(s), texts_waiting(s, case.project(s)), at=T0)  # noqa: E731
    key = case.do("pia", unit).groups[0].key
    act = lambda s, a: decide_words(s, a, VAULT, case.project(s), documents, {key: "put_back"}, at=T0)  # noqa: E731
    done = case.do("pia", act)
    assert (done.put_back, done.left) == (2, tuple(documents[1:]))


def test_texts_whose_doubts_are_all_decided_are_let_in_together_and_no_others(case):
    documents = [case.held() for _ in range(2)]

    def settle(number, *keys):
        choice = PlaceChoices(settled=frozenset(keys))
        case.do("pia", lambda s, a: decide_held(s, a, VAULT, number, choice, lets_in=False, at=T0))

    settle(documents[0], "10-17", "63-70")
    settle(documents[1], "10-17")
    assert case.do("pia", lambda s, a: accept_ready(s, a, VAULT, case.project(s), documents, at=T0)) == 1
    verdicts = case.read(lambda s: [get_document(s, number).verdict for number in documents])
    assert verdicts == ["accepted", "needs_review"]


def test_a_text_whose_doubts_were_all_put_back_is_let_in_with_the_others(case):
    number = case.held()
    case.open()
    choice = PlaceChoices(put_back=frozenset({"10-17", "63-70"}))
    new = case.do("pia", lambda s, a: decide_held(s, a, VAULT, number, choice, lets_in=False, at=T0))
    assert case.do("pia", lambda s, a: accept_ready(s, a, VAULT, case.project(s), [number, new.id], at=T0)) == 1


def test_a_held_text_is_decided_and_let_in_by_one_act_but_not_with_doubts_left(case):
    number = case.held()
    case.open()
    half = PlaceChoices(put_back=frozenset({"10-17"}))
    with pytest.raises(Conflict, match="doubtful place"):
        case.do("pia", lambda s, a: decide_held(s, a, VAULT, number, half, lets_in=True, at=T0))
    assert case.read(lambda s: len(s.scalars(select(Document.id).where(Document.version == 2)).all())) == 0
    whole = PlaceChoices(put_back=frozenset({"10-17"}), settled=frozenset({"63-70"}))
    done = case.do("pia", lambda s, a: decide_held(s, a, VAULT, number, whole, lets_in=True, at=T0))
    with case.database.reading() as session:
        assert (done.version, get_document(session, done.id).verdict) == (2, "accepted")
        assert text_of(session, done.id) == CLEAN.replace("Devally", "Staph", 1)


def test_what_waits_is_ordered_by_doubt(case):
    doubts = [300_000, 900_000, 600_000]
    documents = [case.held(ppm=doubt) for doubt in doubts]
    waiting = case.read(lambda s: [d.id for d in texts_waiting(s, case.project(s))])
    assert waiting == [documents[1], documents[2], documents[0]]
    assert case.read(lambda s: [d.id for d in texts_waiting(s, case.project(s), after=documents[1])]) == waiting[1:]


def test_a_word_put_back_for_one_patient_waits_for_a_second_look_before_another_gets_it(case):
    first, second = case.held(), case.held()
    case.open()
    case.do("pia", lambda s, a: decide(s, a, VAULT, first, PlaceChoices(frozenset({"10-17"})), at=T0))

    def kept(session, number):
        subject = get_document(session, number).subject_id
        return kept_for(session, VAULT, case.project_id, subject, VAULT.key_of(session, subject))

    word = ("staph", "NAME")
    own, other = case.read(lambda s: (kept(s, first), kept(s, second)))
    assert (own.patient, own.project) == (frozenset({word}), frozenset())
    assert (other.patient, other.project) == (frozenset(), frozenset())
    (listed,) = case.do("pia", lambda s, a: list_kept(s, a, VAULT, case.project(s), at=T0)).waiting
    assert (listed.word, listed.patients) == ("staph", 1)
    case.do("pia", lambda s, a: rule_on(s, a, VAULT, case.project(s), listed.ref, "confirmed", at=T0))
    assert case.read(lambda s: kept(s, second)).project == {word}
    case.do("pia", lambda s, a: rule_on(s, a, VAULT, case.project(s), listed.ref, "declined", at=T0))
    own, other = case.read(lambda s: (kept(s, first), kept(s, second)))
    assert (own, other) == (KeptFor(), KeptFor())
    assert [e["outcome"] for e in case.events("deid.kept_word.ruled")] == ["confirmed", "declined"]


def test_what_the_patients_record_names_is_put_back_only_on_purpose_and_never_learnt(case):
    number = case.held(known={"names": ["Tom Staph"]})
    case.open()
    wanted = frozenset({"10-17"})
    with pytest.raises(Invalid, match="record"):
        case.do("pia", lambda s, a: decide(s, a, VAULT, number, PlaceChoices(wanted), at=T0))
    case.do("pia", lambda s, a: decide(s, a, VAULT, number, PlaceChoices(wanted, although_in_record=True), at=T0))
    assert case.read(lambda s: s.scalar(select(func.count()).select_from(KeptWord))) == 0


class Finder:
    """Calls the same words names, one on a title's word and one by its looks."""

    key, languages = "finder", ("en",)

    def __init__(self, recogniser):
        self.recogniser = recogniser

    def find(self, note):
        at = note.text.find("Tellwright")
        return [Span(at, at + 10, "NAME", 0.9, self.recogniser)] if at >= 0 else []


@pytest.mark.parametrize(
    ("recogniser", "kept", "known", "stands"),
    [
        ("model", KeptFor(project=frozenset({("tellwright", "NAME")})), {}, True),
        ("model", KeptFor(project=frozenset({("tellwright", "LOCATION")})), {}, False),
        ("names-titled", KeptFor(project=frozenset({("tellwright", "NAME")})), {}, False),
        ("names-titled", KeptFor(patient=frozenset({("tellwright", "NAME")})), {}, True),
        ("model", KeptFor(patient=frozenset({("tellwright", "NAME")})), {"names": ["Ann Tellwright"]}, False),
        ("model", KeptFor(), {}, False),
    ],
)
def test_a_kept_word_stands_where_only_its_looks_call_it_a_name(recogniser, kept, known, stands):
    engine = KeepingEngine((Finder(recogniser),), None, kept=kept)
    assert isinstance(engine, Engine)
    (spans,) = engine.find([Note("cultures discussed with Tellwright today", known=known)])
    assert (spans == []) is stands


def test_standing_words_that_are_identifiers_are_replaced_and_learnt_as_reported_ones_are(case):
    number = case.held()

    def unit(session, actor):
        seen = inspect_text(session, VAULT, get_document(session, number))
        return [place.key for place in seen.places if not place.is_replaced]

    assert case.do("pia", unit) == []
    text = "Chart 44123456789 was found. Fever."

    def another(session):
        document = make_document(session, case.project(session), text, at=T0)
        doubt(session, document, "residual-risk")
        key = VAULT.new_key(session, document.subject_id)
        session.add(seal_source(key, document.source_id, {"text": text, "known": {}, "salt": "00"}))
        seal_map(session, key, document.id, SealedMap(is_complete=False))
        create_item(session, OPERATOR, document, session.get(LabelSchema, case.schema_id), at=T0)
        return document.id

    number = case.database.writing(another)
    choice = PlaceChoices(remove=(("6-17", "MRN"),))
    done = case.do("pia", lambda s, a: decide(s, a, VAULT, number, choice, at=T0))
    with case.database.reading() as session:
        assert "44123456789" not in text_of(session, done.document.id)
        assert renewal_of(session, session.scalar(select(Item.id).where(Item.document_id == done.document.id)))
        assert session.scalars(select(PlaceDecision.fate)).all() == [Fate.REMOVED]


def test_originals_never_reach_the_log(case):
    case.start("ann")
    case.mark("ann", "a2", 10, 24)
    hold_id = case.report()
    case.open()
    case.do("pia", lambda s, a: read_report(s, a, VAULT, hold_id, at=T0))
    new = case.put_back(hold_id)
    case.admit(new)
    listed = case.do("pia", lambda s, a: list_kept(s, a, VAULT, case.project(s), at=T0)).waiting
    case.do("pia", lambda s, a: rule_on(s, a, VAULT, case.project(s), listed[0].ref, "confirmed", at=T0))
    said = " ".join(case.read(lambda s: s.scalars(select(Event.body)).all())).casefold()
    assert "quill" not in said
    assert "staph" not in said
    with case.database.reading() as session:
        stored = repr([(w.sealed, w.word_ref) for w in session.scalars(select(KeptWord))]).casefold()
    assert "staph" not in stored


def test_a_text_with_a_newer_version_is_not_decided_on(case):
    case.open()
    case.put_back(case.report())
    with pytest.raises(Conflict, match="newer version"):
        case.do("pia", lambda s, a: decide(s, a, VAULT, case.document_id, PlaceChoices(frozenset({"49-54"})), at=T0))


CUTS = st.lists(st.integers(0, len(SOURCE)), max_size=10)


@settings(deadline=None)
@given(CUTS, st.sets(st.integers(0, 4)), st.integers(0, 6), CUTS)
def test_places_move_exactly_where_their_words_are_the_same(cuts, chosen, width, marks):
    places = sorted(set(cuts))
    spans = list(zip(places[::2], places[1::2], strict=False))
    text, rows, done = "", [], 0
    for number, (a, b) in enumerate(spans):
        text += SOURCE[done:a]
        rows.append([a, b, len(text), len(text) + width + number % 2])
        text, done = text + "#" * (width + number % 2), b
    text += SOURCE[done:]
    originals = {(a, b): SOURCE[a:b] for n, (a, b) in enumerate(spans) if n in chosen}
    made = restore_text(text, rows, originals)
    assert [(a, b) for a, b, _, _ in made.rows] == [s for s in spans if s not in originals]
    if len(originals) == len(spans):
        assert made.text == SOURCE
    ends = sorted({min(m, len(text)) for m in marks})
    for start, end in zip(ends[::2], ends[1::2], strict=False):
        moved, hull = made.change.moved(start, end), made.change.hull(start, end)
        if moved is not None:
            assert made.text[slice(*moved)] == text[start:end]
            assert hull == moved
        assert 0 <= hull[0] <= hull[1] <= len(made.text)


def test_an_edge_that_touches_what_was_put_in_does_not_hold_it():
    change = TextChange.of([[5, 5, 5, 9]])
    assert (change.moved(0, 5), change.moved(5, 8), change.moved(3, 7)) == ((0, 5), (9, 12), None)
    assert change.hull(3, 7) == (3, 11)


def test_the_server_wide_officer_opens_originals_and_the_window_is_the_sessions_own(case):
    officer = make_person(case.database, "spo", ServerRole.PRIVACY_OFFICER)
    case.ids["spo"] = officer
    case.open("spo")
    case.do("spo", lambda s, a: require_open(s, a, case.project_id, at=T0 + clock.MINUTE))
    other = case.read(lambda s: load_actor(s, officer, session_ref="another", at=T0))
    with pytest.raises(Forbidden):
        case.database.writing(lambda s: require_open(s, other, case.project_id, at=T0))


def test_a_source_row_is_never_touched(case):
    before = case.read(lambda s: [(r.state, r.text_sha256) for r in s.scalars(select(Source))])
    case.open()
    case.put_back(case.report())
    assert case.read(lambda s: [(r.state, r.text_sha256) for r in s.scalars(select(Source))]) == before
    assert case.read(lambda s: len(s.scalars(select(Document)).all())) == 2
    assert case.read(lambda s: get_hold(s, 1).closed_at) is not None
