"""What readers made of suggestions: which answers count, and what was kept equals what is rebuilt."""

import pytest
from sqlalchemy import delete

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor
from app.corpus.project import get_project
from app.corpus.suggestion import add_suggestion
from app.modalities.notes.kinds import KINDS
from app.modalities.notes.suggest import suggested_note
from app.projection.suggestion_use import SuggestionUse, decisions, rates, rebuild
from app.review import states
from app.review.assignment import get_assignment, offer
from app.review.draft import ElementChange, assemble, change_draft
from app.review.item import get_item
from app.review.opening import open_task
from app.review.round import open_round
from app.review.submission import recall, reconsidered, submit
from app.review.workflows import Step
from tests.build import OPERATOR, as_if, composed, make_project, make_task
from tests.unit.accounts.people import give_credential, make_person
from tests.unit.pipelines.register.office import Toy, installed

NOVEMBER, DECEMBER = 1_763_000_000_000, 1_765_000_000_000
NAMES = {"pipeline": "toy", "version": "1", "digest": "0" * 64}


def found(start, end, label="problem", **rest):
    return {"start": start, "end": end, "fragments": [[start, end]], "label": label, "assertion": {}, **rest}


SAID = {"entities": [found(0, 2), found(3, 8), found(9, 13)], "relations": []}


def test_an_element_is_accepted_edited_or_rejected_by_what_it_says():
    code = {"system": "icd10cm", "release": "2026-04", "code": "I10"}
    proposed = {**code, "rule": "present"}
    entities = [found(0, 2, proposed=proposed), found(3, 5), found(6, 8), found(9, 11, "DOSE")]
    entities.append(found(12, 14, proposed=proposed))
    relations = [{"type": "dose", "head": 0, "tail": 3}]
    start = suggested_note([NAMES | {"entities": entities, "relations": relations}])
    answer = {key: body | {"status": "confirmed"} for key, body in start["elements"].items()}
    answer["s1"] = answer["s1"] | {"codes": [code], "because": []}
    answer["s5"] = answer["s5"] | {"codes": [{**code, "code": "I11"}]}
    answer["s2"] = answer["s2"] | {"assertion": {"polarity": "negated"}}
    answer["s3"] = answer["s3"] | {"status": "rejected"}
    answer["own"] = {"kind": "entity", "fragments": [[1, 2]], "label": "problem", "status": "confirmed"}
    del answer["s4"]
    assert decisions(start, {"elements": answer}, KINDS) == [
        ("problem", "accepted"),
        ("problem", "edited"),
        ("problem", "rejected"),
        ("DOSE", "rejected"),
        ("problem", "edited"),
        ("dose", "accepted"),
    ]


@pytest.fixture
def study(database):
    return Study(database)


class Study:
    """A note with three suggestions, read by ann and ben."""

    def __init__(self, database):
        self.database, self.at = database, NOVEMBER
        self.people = {name: make_person(database, name) for name in ("ann", "ben", "cal", "boss")}
        for name in ("ann", "ben", "cal"):
            give_credential(database, self.people[name], self.people["boss"], tier=1)
        self.project_id, self.schema_id = self.write(self._build)

    def _build(self, session):
        everybody = {self.people[name]: [ProjectRole.ANNOTATOR] for name in ("ann", "ben", "cal")}
        lead = {self.people["boss"]: [ProjectRole.MANAGER]}
        project, schema = make_project(session, "study", everybody | lead, at=self.at)
        from app.corpus.project import change_settings

        with installed(Toy()):
            change_settings(session, OPERATOR, project, {"pipeline": "toy"}, at=self.at)
        return project.id, schema.id

    def write(self, unit):
        return self.database.writing(unit)

    def item(self):
        """The item and its tasks, with suggestions of the project's pipeline and of one beside it."""

        def unit(session):
            from app.corpus.schema import LabelSchema

            pair = [self.people["ann"], self.people["ben"]]
            project, schema = get_project(session, self.project_id), session.get(LabelSchema, self.schema_id)
            item, tasks = make_task(session, project, schema, pair, at=self.at, text="No chest pain. " * 3)
            as_if(session)
            add_suggestion(session, item.document_id, NAMES, SAID, at=self.at)
            beside = {**SAID, "entities": [found(4, 6)]}
            as_if(session)
            add_suggestion(session, item.document_id, NAMES | {"pipeline": "beside"}, beside, at=self.at)
            return item.id, *(task.id for task in tasks)

        return self.write(unit)

    def answer(self, name, task_id, *statuses):
        """Open and submit, with a verdict per suggestion: confirmed, rejected, edited."""

        def unit(session):
            actor, task = load_actor(session, self.people[name], at=self.at), get_assignment(session, task_id)
            open_task(session, actor, task, at=self.at)
            session.flush()
            draft = assemble(session, task.id)["elements"]
            assert sorted(draft) == ["s1", "s2", "s3"], "only the project's own pipeline seeds a draft"
            changes = [
                ElementChange(key, judged(draft[key], status))
                for key, status in zip(sorted(draft), statuses, strict=True)
            ]
            change_draft(session, actor, task, changes, expected_version=task.draft_version, at=self.at)
            submit(session, actor, task, at=self.at)

        self.write(unit)

    def rates(self):
        with self.database.reading() as session:
            rows = rates(session, self.project_id)
        return [(r["pipeline"], r["month"], r["label"], r["accepted"], r["edited"], r["rejected"]) for r in rows]


def judged(body, status):
    if status == "edited":
        return body | {"status": "confirmed", "assertion": {"polarity": "negated"}}
    return body | {"status": status}


def test_rates_are_counted_per_pipeline_month_and_label_once_an_item_is_read(study):
    _, ann, ben = study.item()
    study.answer("ann", ann, "confirmed", "edited", "rejected")
    assert study.rates() == []
    study.answer("ben", ben, "confirmed", "confirmed", "rejected")
    assert study.rates() == [("toy", "2025-11", "problem", 3, 1, 2)]
    study.at = DECEMBER
    _, ann, ben = study.item()
    study.answer("ann", ann, "rejected", "rejected", "rejected")
    study.answer("ben", ben, "rejected", "rejected", "rejected")
    assert study.rates() == [("toy", "2025-12", "problem", 0, 0, 6), ("toy", "2025-11", "problem", 3, 1, 2)]


def test_a_recalled_answer_does_not_count_twice(study):
    _, ann, ben = study.item()
    study.answer("ann", ann, "rejected", "rejected", "rejected")
    study.write(
        lambda s: recall(s, load_actor(s, study.people["ann"], at=study.at), get_assignment(s, ann), at=study.at)
    )
    study.answer("ann", ann, "confirmed", "confirmed", "confirmed")
    study.answer("ben", ben, "confirmed", "confirmed", "confirmed")
    assert study.rates() == [("toy", "2025-11", "problem", 6, 0, 0)]


def test_readers_of_a_later_round_do_not_count(study):
    item_id, ann, ben = study.item()
    study.answer("ann", ann, "confirmed", "confirmed", "confirmed")
    study.answer("ben", ben, "confirmed", "confirmed", "confirmed")

    def again(session):
        item = get_item(session, item_id)
        states.advance(session, OPERATOR, item, "rejected", at=study.at)
        states.advance(session, OPERATOR, item, "assigned", at=study.at)
        cited = reconsidered(session, item_id)
        row = open_round(session, OPERATOR, item, composed(readers=1), cites=cited, at=study.at)
        return offer(session, OPERATOR, item, row, person_id=study.people["cal"], step=Step.ANNOTATE, at=study.at).id

    third = study.write(again)
    study.answer("cal", third, "rejected", "rejected", "rejected")
    assert study.rates() == [("toy", "2025-11", "problem", 6, 0, 0)]


def test_what_is_rebuilt_from_frozen_answers_is_what_was_kept(study):
    _, ann, ben = study.item()
    study.answer("ann", ann, "confirmed", "edited", "rejected")
    study.answer("ben", ben, "rejected", "rejected", "confirmed")
    kept = study.rates()
    study.write(lambda s: s.execute(delete(SuggestionUse)))
    assert study.rates() == []
    assert study.write(lambda s: rebuild(s, study.project_id)).rows == 2
    assert study.rates() == kept
