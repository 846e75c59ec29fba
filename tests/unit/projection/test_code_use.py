"""Codes in use: what is kept as answers are frozen equals what is rebuilt from them."""

import pytest
from sqlalchemy import select

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor
from app.audit.events import Tag
from app.audit.log import Entry, Subject, SystemActor, new_event_id, record_entry
from app.core import clock
from app.corpus.batch import erase
from app.guidelines.version import current_guideline
from app.projection.code_use import CodeUse, codes_in_use, rebuild, usage, uses_of
from app.review.assignment import get_assignment
from app.review.submission import SubmissionBody, SubmissionKind, freeze
from tests.build import make_project, make_task
from tests.unit.accounts.people import make_person
from tests.unit.annotation.test_encounter_codes import listed


@pytest.fixture
def study(database):
    """A project with three items read by one person, and `freeze(n, codes…)` for the nth's final answer."""
    return Study(database)


class Study:
    def __init__(self, database):
        self.database, self.at = database, clock.now()
        self.reader = make_person(database, "ann")
        database.writing(self._build)

    def _build(self, session):
        roles = [ProjectRole.MANAGER, ProjectRole.ANNOTATOR]
        project, schema = make_project(session, "study", {self.reader: roles}, at=self.at)
        self.project = project.id
        guideline = current_guideline(session, project.id, "notes")
        self.tasks = []
        for _ in range(3):
            _, (task,) = make_task(session, project, schema, [self.reader], at=self.at)
            task.guideline_version_id = guideline.id
            self.tasks.append(task.id)

    def freeze(self, position, *codes, kind=SubmissionKind.SETTLED):
        def unit(session):
            actor = load_actor(session, self.reader, at=self.at)
            payload = {"elements": {f"a{n}": listed(code, n + 1) for n, code in enumerate(codes)}}
            task = get_assignment(session, self.tasks[position])
            return freeze(session, actor, task, payload, kind, at=self.at).id

        return self.database.writing(unit)

    def rows(self):
        with self.database.reading() as session:
            found = session.execute(select(CodeUse.submission_id, CodeUse.system, CodeUse.code, CodeUse.item_id))
            return sorted(tuple(row) for row in found)

    def usage(self):
        with self.database.reading() as session:
            return usage(session, self.project, "icd10cm")


def test_items_are_counted_and_a_newer_final_answer_replaces_the_older(study):
    study.freeze(0, "I10", "E11.9")
    study.freeze(1, "I10", "I10")
    assert study.usage() == {"I10": 2, "E11.9": 1}
    study.freeze(0, "N18.6")
    assert study.usage() == {"I10": 1, "N18.6": 1}


def test_a_single_readers_answer_counts_nothing(study):
    study.freeze(0, "I10", kind=SubmissionKind.READING)
    assert study.usage() == {}


def test_rebuilding_gives_what_was_kept(study):
    for position, codes in ((0, ["I10", "E11.9"]), (1, ["I10"]), (0, ["N18.6", "I10"]), (2, []), (2, ["R21"])):
        study.freeze(position, *codes)
    kept = study.rows()
    assert kept
    study.database.writing(lambda session: rebuild(session, study.project))
    assert study.rows() == kept


def test_uses_are_told_of_the_asked_projects_only(study):
    study.freeze(0, "I10")
    with study.database.reading() as session:
        assert uses_of(session, [study.project], "icd10cm", "I10") == {study.project: 1}
        assert uses_of(session, [study.project + 1], "icd10cm", "I10") == {}
        assert uses_of(session, [], "icd10cm", "I10") == {}
        assert codes_in_use(session, [study.project], "icd10cm") == {"I10"}


def test_what_an_erased_answer_said_is_gone_from_the_table_too(study):
    submission = study.freeze(0, "I10")

    def unit(session):
        entry = Entry("project:1", Subject("project", 1), {}, event_id=new_event_id(study.at))
        erase(session, session.get(SubmissionBody, submission), event_id=entry.event_id, at=study.at)
        record_entry(session, Tag.BATCH_WITHDRAWN, entry, actor=SystemActor("tests"), project_id=1, at=study.at)

    study.database.writing(unit)
    assert study.rows() == []
