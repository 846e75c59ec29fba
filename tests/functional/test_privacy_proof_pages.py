"""Privacy officers in the browser: a leak audit from plan to claim, and a reported identifier redacted."""

import re

import pytest
from sqlalchemy import select

from app.accounts.actor import OperatorActor, ProjectRole
from app.accounts.loading import load_actor
from app.core import clock
from app.corpus.document import Document, text_of
from app.corpus.project import change_settings
from app.corpus.vault import Vault
from app.factory import create_app
from app.review.hold import Hold
from app.review.item import get_item
from app.review.reporting import report_phi
from app.settings import Settings
from tests.build import make_document, make_project, make_task

AUDITS = "/privacy/projects/first/leak-audits"
INCIDENTS = "/privacy/projects/first/incidents"
PLAN = {"per_stratum": "3", "stratify": "all", "checkers": "1", "plants": "1"}


@pytest.fixture
def app(database, tmp_path):
    """The application over an empty database of each kind."""
    app = create_app(Settings(var=str(tmp_path), database_url=database.url))
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def pia(app, person, sign_in):
    """A privacy officer's browser; `.world` knows the ids."""
    ids = {name: person(name).id for name in ("lead", "pia", "ann")}
    roles = {
        ids["lead"]: [ProjectRole.MANAGER],
        ids["pia"]: [ProjectRole.PRIVACY_OFFICER],
        ids["ann"]: [ProjectRole.ANNOTATOR],
    }

    def unit(session):
        at = clock.now()
        project, schema = make_project(session, "first", roles, at=at)
        text = "Seen.\r\nMr 😀 Quillfeather came. Well <b>again</b>."
        item, _ = make_task(session, project, schema, [ids["ann"]], at=at, text=text)
        for number in range(3):
            make_document(session, project, f"No fever {number}.", at=at)
        document = session.get(Document, item.document_id)
        Vault.at(app.extensions["settings"].master_key_path).new_key(session, document.subject_id)
        change_settings(session, OperatorActor("tests"), project, {"leak_bound_per_mille": 1000}, at=at)
        return item.id

    browser = sign_in("pia")
    browser.item_id, browser.ann = app.extensions["database"].writing(unit), ids["ann"]
    return browser


def post(browser, path, **data):
    return browser.post(path, data={"csrf_token": browser.csrf(), **data})


def test_an_audit_from_plan_to_result(app, pia):
    page = pia.get(AUDITS).text
    assert "machine passed, not checked" in page
    assert post(pia, AUDITS, **(PLAN | {"plants": "9"})).status_code == 422
    audit = post(pia, AUDITS, **PLAN).headers["Location"].split("?")[0]
    assert post(pia, f"{audit}/sample").status_code == 303
    assert "3 texts, 3 of them still to be checked" in pia.get(audit).text
    assert post(pia, f"{audit}/closing").status_code == 409
    for _ in range(3):
        shown = pia.get(f"{audit}/check").text
        action = re.search(rf'action="({audit}/samples/\d+/check)"', shown)[1]
        assert post(pia, action, marks="nonsense").status_code == 422
        note = re.search(r"data-text>(.*?)</div>", shown, re.DOTALL)[1]
        assert post(pia, action, marks=f"0-{3 if 'Quillfeather' in note else 1}").status_code == 303
        assert post(pia, action, marks="").status_code == 409
    assert pia.get(f"{audit}/check").headers["Location"].startswith(audit)
    assert post(pia, f"{audit}/closing").status_code == 303
    result = pia.get(audit).text
    assert "Result" in result
    assert ">3</td>" in result


def test_the_text_is_shown_to_a_checker_unchanged_to_the_code_point(pia):
    audit = post(pia, AUDITS, **(PLAN | {"per_stratum": "4", "plants": "0"})).headers["Location"].split("?")[0]
    post(pia, f"{audit}/sample")
    for _ in range(4):
        shown = pia.get(f"{audit}/check").text
        if "Quillfeather" in shown:
            assert "Seen.&#13;\nMr 😀 Quillfeather came. Well &lt;b&gt;again&lt;/b&gt;." in shown
            return
        post(pia, re.search(rf'action="({audit}/samples/\d+/check)"', shown)[1], marks="")
    raise AssertionError("the text was in the sample")


def test_a_report_is_seen_and_redacted(app, pia):
    database = app.extensions["database"]

    def report(session):
        actor = load_actor(session, pia.ann, at=clock.now())
        return report_phi(session, actor, get_item(session, pia.item_id), [[12, 24]], at=clock.now()).id

    hold = database.writing(report)
    assert f"{INCIDENTS}/{hold}" in pia.get(INCIDENTS).text
    assert "<mark>Quillfeather</mark>" in pia.get(f"{INCIDENTS}/{hold}").text
    form = {"place": "12-24", "type": "12-24:NAME", "cause": "missed"}
    assert post(pia, f"{INCIDENTS}/{hold}/redaction", **(form | {"words": "not there"})).status_code == 422
    assert post(pia, f"{INCIDENTS}/{hold}/redaction", **form).status_code == 303
    with database.reading() as session:
        newest = session.scalars(select(Document).order_by(Document.id.desc())).first()
        assert "Quillfeather" not in text_of(session, newest.id)
        assert session.get(Hold, hold).closed_at is not None
    assert "Nothing waits" in pia.get(INCIDENTS).text


def test_a_report_can_be_dismissed_and_a_reader_sees_none_of_these_pages(app, pia, sign_in):
    database = app.extensions["database"]

    def report(session):
        actor = load_actor(session, pia.ann, at=clock.now())
        return report_phi(session, actor, get_item(session, pia.item_id), [[12, 24]], at=clock.now()).id

    hold = database.writing(report)
    ann = sign_in("ann")
    for path in (AUDITS, INCIDENTS, f"{INCIDENTS}/{hold}"):
        answer = ann.get(path)
        assert answer.status_code == 403
        assert "Quillfeather" not in answer.text
    assert post(pia, f"{INCIDENTS}/{hold}/dismissal").status_code == 303
    assert "Nothing waits" in pia.get(INCIDENTS).text
