"""What a draft of a note takes: spans that show something, ends that are there, and origins by the server's word."""

import pytest

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor
from app.audit.events import Tag
from app.audit.models import Event
from app.core.errors import Invalid
from app.corpus.project import change_settings, get_project
from app.corpus.schema import LabelSchema
from app.corpus.suggestion import add_suggestion
from app.review.assignment import get_assignment
from app.review.draft import ElementChange, assemble, change_draft
from app.review.opening import open_task
from app.review.submission import payload_of, submit
from tests.build import OPERATOR, as_if, make_project, make_task
from tests.unit.accounts.people import give_credential, make_person
from tests.unit.pipelines.register.office import Toy, installed

NOW = 1_763_000_000_000
TEXT = "No  chest\u00a0pain\r\n\u2028 \u00ad\u200b soft\u00adware rash \U0001f642\ufe0f."
NAMES = {"pipeline": "toy", "version": "1", "digest": "0" * 64}
GPT = {"by": "model", "pipeline": "gpt-9", "version": "9", "suggestion": "s1"}


def at(words):
    start = TEXT.index(words)
    return [start, start + len(words)]


def entity(*pieces, **more):
    return {"kind": "entity", "fragments": [list(p) for p in pieces], "label": "problem", "status": "confirmed", **more}


def chain(*mentions):
    return {"kind": "chain", "mentions": list(mentions), "status": "confirmed"}


def event(*mentions):
    return {"kind": "event", "mentions": list(mentions), "subtype": "drug_reaction", "status": "confirmed"}


@pytest.fixture
def desk(database):
    return Desk(database)


class Desk:
    """Ann before one note, of which the pipeline suggested the words "chest pain" and "rash"."""

    def __init__(self, database):
        self.database = database
        self.ann, boss = make_person(database, "ann"), make_person(database, "boss")
        give_credential(database, self.ann, boss, tier=1)

        def build(session):
            people = {self.ann: [ProjectRole.ANNOTATOR], boss: [ProjectRole.MANAGER]}
            project, schema = make_project(session, "study", people, at=NOW)
            with installed(Toy()):
                change_settings(session, OPERATOR, project, {"pipeline": "toy"}, at=NOW)
            return project.id, schema.id

        project_id, schema_id = database.writing(build)

        def task(session):
            project, schema = get_project(session, project_id), session.get(LabelSchema, schema_id)
            item, tasks = make_task(session, project, schema, [self.ann], at=NOW, text=TEXT)
            found = [
                {"start": a, "end": b, "label": "problem", "because": [{"rule": "word"}]}
                for a, b in (at("chest\u00a0pain"), at(" rash "), at("\r\n"), [len(TEXT), len(TEXT) + 3])
            ]
            as_if(session)
            add_suggestion(session, item.document_id, NAMES, {"entities": found, "relations": []}, at=NOW)
            open_task(session, load_actor(session, self.ann, at=NOW), tasks[0], at=NOW)
            return tasks[0].id

        self.task_id = database.writing(task)

    def put(self, **elements):
        def unit(session):
            actor, task = load_actor(session, self.ann, at=NOW), get_assignment(session, self.task_id)
            before = task.draft_version
            changes = [ElementChange(key, body) for key, body in elements.items()]
            return change_draft(session, actor, task, changes, expected_version=before, at=NOW).otherwise

        return self.database.writing(unit)

    def refused(self, **elements):
        before = self.elements(), self.events()
        with pytest.raises(Invalid) as error:
            self.put(**elements)
        assert (self.elements(), self.events()) == before
        return [(problem.code, problem.where) for problem in error.value.problems]

    def elements(self):
        with self.database.reading() as session:
            return assemble(session, self.task_id)["elements"]

    def events(self, *tags):
        with self.database.reading() as session:
            rows = session.query(Event).order_by(Event.id).all()
            return [row.body for row in rows if not tags or row.tag in map(str, tags)]

    def submit(self):
        def unit(session):
            actor, task = load_actor(session, self.ann, at=NOW), get_assignment(session, self.task_id)
            return payload_of(session, submit(session, actor, task, at=NOW).id)["elements"]

        return self.database.writing(unit)


BLANKS = ["  ", "\u00a0", "\r\n", "\u2028", "\u00ad\u200b", "\r\n\u2028 \u00ad\u200b ", "\u00ad", "\ufe0f"]


@pytest.mark.parametrize("blank", BLANKS, ids=ascii)
def test_a_span_in_which_nothing_is_to_be_seen_is_refused(desk, blank):
    assert desk.refused(e=entity(at(blank))) == [("blank-span", "e")]
    assert desk.refused(e=entity(at("No"), at(blank))) == [("blank-span", "e")]


@pytest.mark.parametrize(
    "pieces",
    [([0, len(TEXT) + 1],), ([5, 5],), ([4, 2],), ([-1, 2],), ([4, 9], [0, 2]), ([0, 6], [4, 9]), ([0, 2**70],)],
)
def test_offsets_beyond_the_text_and_pieces_out_of_order_are_refused(desk, pieces):
    assert desk.refused(e=entity(*pieces)) == [("offsets", "e")]


def test_white_space_at_the_edges_of_a_span_is_cut_and_the_client_is_told(desk):
    start, end = at("\u00a0pain\r\n")
    kept = desk.put(e=entity([start, end]))
    assert kept["e"]["fragments"] == [[start + 1, end - 2]]
    assert desk.elements()["e"] == kept["e"]
    smile = at("\U0001f642\ufe0f")
    assert desk.put(f=entity(smile, origin={"by": "human"})) == {}


def test_suggestions_without_anything_to_see_are_not_shown(desk):
    assert {key: body["fragments"] for key, body in desk.elements().items()} == {
        "s1": [at("chest\u00a0pain")], "s2": [at("rash")]}  # fmt: skip


@pytest.mark.parametrize("body", [event("z"), chain("s1", "z"), event("v"), {**event("s1", "z"), "status": "rejected"}])
def test_what_hangs_on_a_missing_end_is_refused(desk, body):
    assert desk.refused(v=event("s1"), e=body) == [("dangling", "e")]


def test_ends_may_come_later_in_the_same_request(desk):
    desk.put(v=event("e"), e=entity(at("No")))
    assert {"v", "e"} <= desk.elements().keys()


def test_what_hangs_on_an_element_falls_with_it_and_each_has_its_event(desk):
    desk.put(e=entity(at("No")), v=event("e"), w=event("e", "s1"), x={"kind": "exposure", "mentions": ["s1"]},
             a={"kind": "assessment", "event": "v", "exposure": "x"}, c=chain("e", "s2"))  # fmt: skip
    kept = desk.put(e=None)
    assert {key: kept[key] for key in ("v", "a", "c")} == {"v": None, "a": None, "c": None}
    assert kept["w"]["mentions"] == ["s1"]
    assert len(desk.events(Tag.ELEMENT_REMOVED)) == 4
    assert desk.elements().keys() == {"s1", "s2", "w", "x"}
    assert desk.put(s1={**desk.elements()["s1"], "status": "rejected"}).keys() == {"w", "x"}


def test_a_client_that_claims_a_model_for_its_own_span_is_not_believed(desk):
    desk.put(e=entity(at("No"), origin=GPT, because=[{"cue": "words"}]), v={**event("e"), "origin": GPT})
    kept = desk.elements()
    assert (kept["e"]["origin"], kept["v"]["origin"]) == ({"by": "human"}, {"by": "human"})
    assert "because" not in kept["e"]
    assert not any("gpt-9" in body for body in desk.events())


@pytest.mark.parametrize("claim", [GPT, {"by": "human"}, None, "nonsense"])
def test_a_suggestion_stays_one_whatever_a_client_calls_it(desk, claim):
    s1 = desk.elements()["s1"]
    assert s1["origin"] == {"by": "model", "suggestion": "s1", **NAMES}
    desk.put(s1={**s1, "status": "confirmed", "origin": claim})
    assert desk.elements()["s1"] == {**s1, "status": "confirmed"}


def test_a_changed_suggestion_keeps_what_was_suggested_until_it_says_the_same_again(desk):
    s1 = desk.elements()["s1"]
    said = {name: s1[name] for name in ("kind", "fragments", "label", "assertion", "codes")}
    changed = {**s1, "fragments": [at("pain")], "status": "confirmed"}
    desk.put(s1=changed)
    assert desk.elements()["s1"]["origin"] == {**s1["origin"], "suggested": said}
    desk.put(s1=None)
    desk.put(s1={**changed, "origin": {"by": "human"}})
    assert desk.elements()["s1"]["origin"]["suggested"] == said
    desk.put(s1={**s1, "status": "confirmed"})
    assert desk.elements()["s1"]["origin"] == s1["origin"]
    desk.put(s1=changed, s2={**desk.elements()["s2"], "status": "confirmed"})
    assert desk.submit()["s1"]["origin"]["suggested"] == said


def test_exact_duplicates_are_frozen_once_and_the_record_says_which_were_left_out(desk):
    s1, s2 = (desk.elements()[key] for key in ("s1", "s2"))
    twin = entity(at("chest\u00a0pain"), assertion={}, codes=[])
    desk.put(s1={**s1, "status": "confirmed"}, s2={**s2, "status": "confirmed"}, e=twin, v=event("e"), w=event("s1"))
    frozen = desk.submit()
    assert frozen.keys() == {"s1", "s2", "v"}
    assert frozen["v"]["mentions"] == ["s1"]
    assert '"folded":["e","w"]' in desk.events(Tag.SUBMISSION_FROZEN)[0]
