"""The stage under the register: who is let near a text, what is refused and when it is tried again."""

import pytest
from sqlalchemy import select

from app.audit.events import Tag
from app.core.clock import DAY
from app.core.errors import Unavailable
from app.corpus.project import get_project
from app.corpus.suggestion import latest_suggestion, withheld_because
from app.jobs.job import Job, retry
from app.pipelines import stage
from app.pipelines.proposing import release_for, with_proposals
from app.pipelines.register.lookup import count_refused, standing_of, unsuggested_texts
from app.tagging.protocol import PIPELINES, Annotated, Entity
from tests.terminology_data import store
from tests.unit.pipelines.register.office import Toy, installed


def test_without_a_signed_entry_nothing_is_tagged_and_every_text_still_goes_to_its_readers(office, toy):
    number = office.document()
    office.tag()
    assert (office.tagged(), toy.seen) == ([], [])
    assert office.refused() == [(number, "not-registered")]
    assert office.states() == {number: "ready"}


def test_texts_outside_the_entry_are_refused_with_the_rule_and_counted(office, toy):
    office.accept(note_types=("discharge",), least_age=18)
    good = office.document(note_type="Discharge", age_band="40-49")
    french = office.document(note_type="discharge", age_band="40-49", language="fr")
    other = office.document(note_type="radiology", age_band="40-49")
    young = office.document(note_type="discharge", age_band="10-19")
    unknown = office.document(note_type="discharge")
    office.tag()
    assert office.tagged() == [good]
    assert len(toy.seen) == 1
    assert office.refused() == [
        (french, "out-of-scope:language"),
        (other, "out-of-scope:note_type"),
        (young, "out-of-scope:age"),
        (unknown, "out-of-scope:age"),
    ]
    assert set(office.states().values()) == {"ready"}
    (said,) = office.events(Tag.DOCUMENTS_PREANNOTATED)
    assert said["documents"] == [good]
    assert said["refused"] == {"out-of-scope:age": 2, "out-of-scope:language": 1, "out-of-scope:note_type": 1}
    assert said["refused_documents"] == [french, other, young, unknown]
    standing = office.read(lambda s: standing_of(s, "toy", at=office.at))
    assert office.read(lambda s: count_refused(s, office.project_id, standing)) == said["refused"]


def test_refused_texts_are_left_alone_until_the_entry_changes(office):
    number = office.document(age_band="10-19")
    office.accept(least_age=18)
    office.tag()
    office.tag()
    assert office.refused() == [(number, "out-of-scope:age")]
    office.at += DAY
    office.accept()
    office.tag()
    assert office.tagged() == [number]
    assert len(office.events(Tag.DOCUMENTS_PREANNOTATED)) == 2


def test_an_overdue_entry_is_suspended_and_a_renewed_one_goes_on(office):
    office.accept(review_by=office.at + DAY)
    before = office.document()
    office.tag()
    office.at += DAY
    late = office.document()
    office.tag()
    assert office.tagged() == [before]
    assert office.refused() == [(late, "suspended")]
    office.accept()
    office.tag()
    assert office.tagged() == [before, late]


def test_a_pipeline_that_changed_after_it_was_signed_tags_nothing(office, toy):
    office.accept()
    number = office.document()
    toy.version = "2"
    office.tag()
    assert (office.tagged(), office.refused()) == ([], [(number, "changed")])
    toy.version = "1"
    office.tag()
    assert office.tagged() == [number]


def test_a_pipeline_that_is_no_longer_installed_refuses_and_the_job_goes_on(office):
    office.accept()
    number = office.document()
    PIPELINES.remove("toy")
    office.tag()
    assert office.refused() == [(number, "not-installed")]
    assert office.states() == {number: "ready"}


def test_a_withdrawn_entry_stops_at_once_also_between_reading_and_storing(office, toy):
    number = office.accept()
    document = office.document()
    annotate = toy.annotate

    def withdrawn_meanwhile(text, **rest):
        office.withdraw(number)
        return annotate(text, **rest)

    toy.annotate = withdrawn_meanwhile
    office.tag()
    assert (office.tagged(), office.refused()) == ([], [(document, "withdrawn")])


def test_several_pipelines_tag_side_by_side_and_each_keeps_its_own_account(office):
    with installed(Toy("second")):
        office.set(other_pipelines=["second"])
        office.accept()
        office.accept("second", languages=("de",))
        english, german = office.document(), office.document(language="de")
        office.tag()
        assert office.tagged() == [english]
        assert office.refused() == [(german, "out-of-scope:language")]
        assert office.tagged("second") == [german]
        assert office.refused("second") == [(english, "out-of-scope:language")]
        assert office.read(lambda s: stage.count_tagged(s, office.project_id)) == {"second": 1, "toy": 1}


def test_many_texts_go_in_chunks_each_once_and_the_job_knows_how_many(office, small_chunks):
    office.accept()
    numbers = [office.document() for _ in range(5)]
    assert office.tag() >= 3
    assert office.tagged() == numbers
    totals = office.read(lambda s: [(job.total, job.done) for job in s.scalars(select(Job).order_by(Job.id))])
    assert totals[-1] == (5, 5)
    office.tag()
    assert office.tagged() == numbers


def test_a_job_that_fails_in_the_middle_goes_on_where_it_was(office, toy, small_chunks):
    office.accept()
    numbers = [office.document(f"text {n} of them") for n in range(5)]
    annotate, calls = toy.annotate, []

    def failing(text, **rest):
        calls.append(text)
        if len(calls) == 4:
            raise Unavailable("gone")  # the pipeline's fault, not the text's
        return annotate(text, **rest)

    toy.annotate = failing
    with pytest.raises(Unavailable):
        office.tag()
    assert office.tagged() == numbers[:2]
    office.tag()
    assert office.tagged() == numbers


def test_a_text_over_which_a_pipeline_breaks_down_goes_to_its_readers_and_stops_no_other(office, toy, caplog):
    office.accept()
    numbers = [office.document(f"text {n} of them") for n in range(5)]
    annotate = toy.annotate

    def breaking(text, **rest):
        if text.startswith("text 2"):
            raise IndexError(f"string index out of range: {text}")
        if text.startswith("text 3"):
            return Annotated([], [Entity(0, 4, "problem", {"score": 0.5})], [])  # cannot be stored
        return annotate(text, **rest)

    toy.annotate = breaking
    office.tag()
    assert office.tagged() == [numbers[0], numbers[1], numbers[4]]
    assert set(office.states().values()) == {"ready"}
    job = office.read(lambda s: s.scalars(select(Job).order_by(Job.id.desc())).first())
    assert (job.state, job.set_aside, job.done) == ("done", 2, 5)
    assert [number for number, _ in job.named_aside] == numbers[2:4]
    assert job.named_aside[0][1] == "IndexError"
    (said,) = office.events(Tag.DOCUMENTS_PREANNOTATED)
    assert said["failed_documents"] == numbers[2:4]
    assert "text 2" not in caplog.text + str(job.named_aside)
    toy.annotate = annotate
    office.write(lambda session: retry(session, job.id))
    office.work(job.id)
    assert sorted(office.tagged()) == numbers


def test_a_text_accepted_after_its_pipeline_was_refused_still_goes_to_its_readers(office):
    number = office.document(verdict="machine_passed")
    office.tag()
    assert office.refused() == [(number, "not-registered")]
    assert office.states() == {number: "imported"}
    office.verdict(number, "accepted")
    office.tag()
    assert office.states() == {number: "ready"}
    assert len(office.refused()) == 1


def test_records_without_sentences_are_shown_to_no_pipeline(office):
    office.accept()
    number = office.document(modality="imaging")
    office.tag()
    assert (office.tagged(), office.refused(), office.states()) == ([], [], {number: "ready"})


@pytest.mark.parametrize("end", ["withdrawn", "suspended"])
def test_drafts_no_longer_start_from_a_pipeline_that_was_withdrawn_or_is_overdue(office, end):
    entry = office.accept()
    number = office.document()
    office.tag()

    def withheld():
        def look(session):
            return withheld_because(session, latest_suggestion(session, number, "toy"), at=office.at)

        return office.read(look)

    assert withheld() is None
    if end == "withdrawn":
        office.withdraw(entry)
    else:
        office.at += 31 * DAY
    assert withheld() == end


def test_texts_that_wait_for_an_accepted_pipeline_are_counted_until_it_is(office, toy):
    office.document()
    office.document(language="de")
    office.tag()
    waits = [(one.pipeline, one.rule, one.texts) for one in unsuggested(office)]
    assert waits == [("toy", "not-registered", 2)]
    office.accept()  # signing queues another look
    office.tag()
    assert [(one.pipeline, one.rule, one.texts) for one in unsuggested(office)] == [("toy", "out-of-scope:language", 1)]


def unsuggested(office):
    return office.read(lambda s: unsuggested_texts(s, get_project(s, office.project_id)))


def test_a_code_is_proposed_by_the_setting_of_the_encounter_and_a_release_that_is_there():
    found = {"start": 10, "end": 19, "label": "PROBLEM", "assertion": {"certainty": "probable"}}
    answer, text = {"entities": [found], "sections": []}, "Probable: pneumonia."
    (inside,) = with_proposals(answer, text, "inpatient", release_for(store(), "2026-04"))["entities"]
    (outside,) = with_proposals(answer, text, "outpatient", release_for(store(), ""))["entities"]
    assert inside["proposed"] == {"system": "icd10cm", "release": "2026-04", "code": "J18.9", "rule": "present"}
    assert "proposed" not in outside
    assert with_proposals(answer, text, "inpatient", release_for(None)) == answer
