"""Privacy officers decide on texts; auditors read the log; readers stay blind in it."""

import pytest

from app.accounts.loading import load_actor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.corpus.document import Document
from app.corpus.member import add_member
from app.corpus.project import get_project
from app.corpus.schema import list_schemas
from app.jobs.job import list_jobs
from app.review.item import create_item, get_item
from tests.build import OPERATOR, doubt, make_document
from tests.functional.web.conftest import problem, words

DOUBTFUL = "Seen by Canary on Monday."


@pytest.fixture
def doubtful(team):
    def unit(session, at):
        project = get_project(session, "first")
        document = make_document(session, project, DOUBTFUL, at=at)
        doubt(session, document, "name-left")
        return document.id, create_item(session, OPERATOR, document, list_schemas(session, project.id)[0], at=at).id

    team.document_id, team.item_id = team.write(unit)
    return team


def verdict(team):
    return team.read(lambda session: session.get(Document, team.document_id)).verdict


def test_a_doubtful_text_is_shown_to_the_officer_and_the_view_is_logged(doubtful):
    assert "name left" in doubtful.get("pia", "/privacy/projects/first").text
    page = f"/privacy/documents/{doubtful.document_id}"
    for _ in range(2):
        assert DOUBTFUL in doubtful.get("pia", page).text
    log = words(doubtful.get("olu", f"/audit?tag={Tag.DOCUMENT_VIEWED}"))
    assert log.count(f"document {doubtful.document_id} ") == 1
    for who, status in (("ann", 403), ("lead", 403), ("stranger", 404)):
        assert doubtful.get(who, page).status_code == status
        assert doubtful.post(who, f"{page}/acceptance").status_code == status


def test_an_accepted_text_goes_on_to_suggestions(doubtful):
    page = f"/privacy/documents/{doubtful.document_id}"
    assert doubtful.post("pia", f"{page}/acceptance").status_code == 303
    assert verdict(doubtful) == "accepted"
    assert [job.kind for job in doubtful.read(lambda s: list_jobs(s, doubtful.project_id))] == ["preannotate.run"]
    assert doubtful.post("pia", f"{page}/acceptance").status_code == 409
    assert "/acceptance" not in doubtful.get("pia", page).text


def test_a_refused_text_never_reaches_readers(doubtful):
    page = f"/privacy/documents/{doubtful.document_id}"
    assert doubtful.post("pia", f"{page}/refusal", reason="boredom").status_code == 422
    assert doubtful.post("pia", f"{page}/refusal", reason="identifiers-left").status_code == 303
    assert verdict(doubtful) == "refused"
    assert doubtful.read(lambda session: get_item(session, doubtful.item_id)).state == "withdrawn"
    assert doubtful.post("pia", f"{page}/acceptance").status_code == 409


def test_the_log_is_narrowed_and_paged(team):
    def deny(session, at):
        ann = load_actor(session, team.people["ann"], at=at)
        for _ in range(60):
            subject, stream = Subject("project", team.project_id), streams.account(ann.id)
            record(session, Tag.ACT_DENIED, stream=stream, actor=ann, subject=subject, at=at)

    team.write(deny)
    first = team.get("olu", f"/audit?person=ann&tag={Tag.ACT_DENIED}").text
    assert first.count("<summary>Event") == 50
    older = first.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    assert team.get("olu", older).text.count("<summary>Event") == 10
    assert "No event fits" in team.get("olu", "/audit?person=nemo").text
    assert "corpus.project.created" in team.get("lead", "/audit?project=first&stream=project:1").text


@pytest.mark.parametrize(("who", "status"), [("ann", 403), ("sam", 403), ("pia", 403), ("stranger", 403)])
def test_who_may_not_read_the_log_does_not(team, who, status):
    assert team.get(who, "/audit").status_code == status
    assert "Audit" not in team.get(who, "/account").text


def test_a_lead_reads_the_log_of_own_projects_only(team):
    assert team.get("lead", "/audit").status_code == 200
    team.post("boss", "/projects", key="other", title="Other", lead="boss")
    assert team.get("lead", "/audit?project=other").status_code == 404


def test_a_lead_who_also_reads_stays_blind_in_the_log(team):
    team.write(lambda s, at: add_member(s, OPERATOR, get_project(s, "first"), team.people["ben"], "manager", at=at))
    _, (hers, _) = team.item("ann", "ben")
    team.answer("ann", hers, e1=problem(7, 17))
    address = f"/audit?project=first&stream=assignment:{hers}"
    assert "review.element.added" in team.get("olu", address).text.split("</form>")[-1]
    assert "No event fits" in team.get("ben", address).text
