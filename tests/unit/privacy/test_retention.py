"""What a project keeps after its end is proposed when its time is over, and destroyed only by two people."""

import pytest

from app.accounts.approval import do_or_ask
from app.accounts.second_person import ApprovalNeeded
from app.core import clock
from app.core.errors import Conflict, Invalid
from app.corpus.document import DocumentBody
from app.corpus.erasure import SubjectErasure
from app.corpus.source import Source, SourceBody, sources_of
from app.factory import create_app
from app.privacy.erasure.approval import due_facts
from app.privacy.erasure.erasing import Ground, erase_subject
from app.privacy.erasure.retention import SOURCES, TEXTS, list_all_due, list_due
from app.review.modality import MODALITIES
from tests.build import OPERATOR, as_if
from tests.team import Team
from tests.toy import Toy

END = "2027-03-31"
OVER = clock.parse_iso("2027-04-01")
SOURCES_DUE, TEXTS_DUE = OVER + 10 * clock.DAY, OVER + 100 * clock.DAY


@pytest.fixture
def team(database):
    create_app()
    MODALITIES._parts["toy"] = Toy()
    team = Team(database, ends_on=END, keep_sources_days=10, keep_texts_days=100)
    for text in ("heads one", "heads two"):
        team.ready_item(text)

    def unit(session):
        as_if(session)
        session.add_all(SourceBody(source_id=source.id, sealed=b"s") for source in session.query(Source))

    database.writing(unit)
    yield team
    MODALITIES._parts.pop("toy")


def due(team, what, at):
    return team.read(lambda s: list_due(s, team.project(s), what, at=at))


def test_nothing_is_due_before_its_time_and_all_of_it_is_then(team):
    assert due(team, SOURCES, SOURCES_DUE - 1) == []
    assert due(team, SOURCES, SOURCES_DUE) == [1, 2]
    assert due(team, TEXTS, TEXTS_DUE - 1) == []
    assert due(team, TEXTS, TEXTS_DUE) == [1, 2]
    told = team.read(lambda s: list_all_due(s, at=TEXTS_DUE))
    assert [(one.what, one.since, one.patients) for one in told] == [
        (SOURCES, SOURCES_DUE, 2), (TEXTS, TEXTS_DUE, 2),
    ]  # fmt: skip


def expire(team, actor, what, at):
    return lambda s: do_or_ask(s, actor, "retention", due_facts(s, team.project_id, what, at=at), at=at)


def test_sources_go_and_clean_texts_stay(team):
    done = team.database.writing(expire(team, OPERATOR, SOURCES, SOURCES_DUE))
    assert done.result == {"patients": 2, "sources": 2}
    assert team.count(SourceBody) == 0
    assert team.count(DocumentBody) == 2
    assert team.read(lambda s: sources_of(s, 1)) == [], "a text that comes later is cleaned without them"
    assert due(team, SOURCES, SOURCES_DUE) == []


def test_then_everything_of_the_patients_goes(team):
    done = team.database.writing(expire(team, OPERATOR, TEXTS, TEXTS_DUE))
    assert done.result == {"patients": 2, "releases_recalled": []}
    assert (team.count(SourceBody), team.count(DocumentBody)) == (0, 0)
    rows = team.read(lambda s: s.query(SubjectErasure).order_by(SubjectErasure.subject_id).all())
    assert [(row.subject_id, row.reason) for row in rows] == [(1, "retention-over"), (2, "retention-over")]
    assert due(team, TEXTS, TEXTS_DUE) == []


def test_one_person_only_asks_for_it(team):
    asked = team.do("lena", lambda s, lena: expire(team, lena, SOURCES, SOURCES_DUE)(s))
    assert asked.approval == 1
    assert team.count(SourceBody) == 2
    with pytest.raises(ApprovalNeeded):
        team.do("lena", lambda s, lena: erase_subject(s, lena, 1, Ground("request"), at=SOURCES_DUE))


def test_other_patients_than_were_asked_for_are_not_destroyed(team):
    facts = team.read(lambda s: due_facts(s, team.project_id, TEXTS, at=TEXTS_DUE))
    team.database.writing(lambda s: erase_subject(s, OPERATOR, 1, Ground("request"), at=TEXTS_DUE))
    with pytest.raises(Conflict) as refused:
        team.database.writing(lambda s: do_or_ask(s, OPERATOR, "retention", facts, at=TEXTS_DUE))
    assert refused.value.code == "due-changed"


@pytest.mark.parametrize(
    ("ground", "where"),
    [
        (Ground("because"), "reason"),
        (Ground("request", "Mr Quarrow asked"), "reference"),
        (Ground("request", "x" * 41), "reference"),
    ],
)  # fmt: skip
def test_a_reason_is_one_of_a_list_and_a_reference_no_sentence(team, ground, where):
    with pytest.raises(Invalid) as refused:
        team.database.writing(lambda s: erase_subject(s, OPERATOR, 1, ground, at=TEXTS_DUE))
    assert [problem.where for problem in refused.value.problems] == [where]


def test_nobody_is_erased_twice(team):
    team.database.writing(lambda s: erase_subject(s, OPERATOR, 1, Ground("request", "DSR-1/26"), at=TEXTS_DUE))
    with pytest.raises(Conflict) as refused:
        team.database.writing(lambda s: erase_subject(s, OPERATOR, 1, Ground("request"), at=TEXTS_DUE))
    assert refused.value.code == "erased"
