"""Own work in the browser: tasks, recalling, questions, feedback; and nobody else's."""

import re

import pytest

from app.audit.events import Tag
from app.review.assignment import get_assignment
from app.review.hold import open_holds
from app.review.question import list_questions
from app.review.renewal import Renewal
from app.web.work import tasks as work_lists
from tests.build import as_if
from tests.functional.web.conftest import TEXT, problem, words


def test_everybody_begins_where_their_work_is(team):
    assert team.get("ann", "/").headers["Location"] == "/work"
    assert team.get("lead", "/").headers["Location"] == "/projects"
    assert "Nothing is waiting for you" in team.get("stranger", "/").text


def test_a_reader_sees_own_tasks_and_starts_the_next(team):
    _, (first, other) = team.item("ann", "ben")
    page = team.get("ann", "/work")
    assert f"/assignments/{first}" in page.text
    assert f"/assignments/{other}" not in page.text
    assert "To do (1)" in words(page)
    assert team.post("ann", "/work/next").headers["Location"] == f"/assignments/{first}"
    assert team.post("vera", "/work/next").headers["Location"] == "/work"


def test_corrected_texts_stand_before_what_is_new_on_every_page_of_the_list(team, monkeypatch):
    """However many tasks were given before: their readers began them already, and others wait."""
    monkeypatch.setattr(work_lists, "PAGE", 2)
    given = [team.item("ann") for _ in range(7)]
    (tasks,) = zip(*(task for _, task in given), strict=True)

    def correct(session, at):
        as_if(session, Tag.ITEM_RENEWED)
        for old, new in ((0, 3), (1, 5), (2, 6)):
            places = {"from_item_id": given[old][0], "places_json": "[]", "readings_json": "[]", "made_at": at}
            session.add(Renewal(item_id=given[new][0], cause="wrongly-removed", **places))

    team.write(correct)
    assert team.get("ann", f"/api/v1/assignments/{tasks[5]}").status_code == 200  # begun: it keeps its place
    pages, address = [], "/work"
    while address:
        page = team.get("ann", address).text
        pages.append([int(task) for task in re.findall(r'<td><a href="/assignments/(\d+)"', page)])
        address = next(iter(re.findall(r'href="(/work\?after=\d+)" rel="next"', page)), None)
    first = [tasks[3], tasks[5], tasks[6], *tasks[:3], tasks[4]]
    assert pages == [first[:2], first[2:4], first[4:6], first[6:]]
    assert "text corrected" in team.get("ann", "/work").text
    # What is finished stays in the order it was given.
    for task in tasks:
        team.answer("ann", task)
    done = team.get("ann", "/work/finished").text
    assert [int(task) for task in re.findall(r'<td><a href="/assignments/(\d+)"', done)] == list(tasks[:2])


def test_an_answer_can_be_recalled_until_the_other_reader_has_finished(team):
    _, (mine, other) = team.item("ann", "ben")
    team.answer("ann", mine)
    page = team.get("ann", "/work/finished")
    assert f"/work/{mine}/recall" in page.text
    assert team.post("ben", f"/work/{mine}/recall").status_code == 403
    assert team.post("ann", f"/work/{mine}/recall").headers["Location"] == f"/assignments/{mine}"
    assert team.read(lambda session: get_assignment(session, mine)).state == "open"
    team.answer("ann", mine)
    team.answer("ben", other)
    assert "/recall" not in team.get("ann", "/work/finished").text
    assert team.post("ann", f"/work/{mine}/recall").status_code == 409


def test_a_question_reaches_who_answers_it_without_its_author(team):
    _, (mine, _) = team.item("ann", "ben")
    assert team.get("ann", f"/api/v1/assignments/{mine}").status_code == 200
    text = "Is a rash after a drug a symptom?"
    assert team.post_json("ann", f"/api/v1/assignments/{mine}/questions", text=text, blocking=True).status_code == 201
    asked = team.read(lambda session: list_questions(session, team.project_id))[0]
    page = team.get("lead", "/projects/first/questions")
    assert text in page.text
    assert "Ann" not in page.text.replace("Annotat", "")
    assert "question waits for an answer" in words(team.get("lead", "/projects/first/holds"))
    assert team.get("ben", "/projects/first/questions").status_code == 403
    address = f"/projects/first/questions/{asked.id}/answer"
    assert team.post("ben", address, text="No").status_code == 403
    assert team.post("lead", address, text="").status_code == 422
    assert team.post("lead", address, text="Yes, see 4.2.").status_code == 303
    assert "Yes, see 4.2." in team.get("ann", "/work/questions").text
    assert text not in team.get("ben", "/work/questions").text
    assert "Nothing is held back" in team.get("lead", "/projects/first/holds").text


def test_only_who_may_lets_a_held_item_go_on(team):
    item, _ = team.item("ann", "ben")
    assert team.post_json("ann", f"/api/v1/items/{item}/phi-reports", fragments=[[0, 6]]).status_code == 201
    # A reported identifier is the privacy officer's to decide, on a page of its own: nobody closes it here.
    page = team.get("pia", "/projects/first/holds")
    assert "for the privacy officer" in page.text
    hold = team.read(lambda session: open_holds(session, item))[0]
    address = f"/projects/first/holds/{hold.id}/closing"
    assert team.post("ann", address).status_code == 403
    assert team.post("lead", address).status_code == 403
    assert [h.id for h in team.read(lambda session: open_holds(session, item))] == [hold.id]


def test_feedback_shows_own_differences_once_an_item_is_settled(team):
    item, (mine,) = team.item("ann")
    team.write(lambda session, at: _one_reader(session, at))
    team.answer("ann", mine, e1=problem(7, 17))
    assert str(mine) not in re.findall(r"/work/feedback/(\d+)", team.get("ann", "/work/feedback").text)
    assert team.get("ann", f"/work/feedback/{mine}").status_code == 409
    team.settle(item)
    assert f"/work/feedback/{mine}" in team.get("ann", "/work/feedback").text
    assert "the same as yours" in team.get("ann", f"/work/feedback/{mine}").text
    assert team.get("ben", f"/work/feedback/{mine}").status_code == 403


def _one_reader(session, at):
    from app.corpus.project import change_settings, get_project
    from tests.build import OPERATOR

    changes = {"workflow": "trainee_verifier"}
    change_settings(session, OPERATOR, get_project(session, "first"), changes, at=at)


def test_feedback_puts_both_answers_side_by_side(team):
    item, (mine,) = team.item("ann")
    team.write(_one_reader)
    team.answer("ann", mine, e1=problem(7, 17))
    taken = team.post("vera", f"/items/{item}/verification").headers["Location"].rsplit("/", 1)[1]
    browser = team.browser("vera")
    action = {"element_id": "e1", "body": problem(7, 17, polarity="negated")}
    draft = browser.get(f"/api/v1/assignments/{taken}").get_json()["version"]
    headers = {"X-CSRF-Token": browser.token, "If-Match": f'"{draft}"'}
    changed = browser.patch(f"/api/v1/assignments/{taken}/draft", json={"actions": [action]}, headers=headers)
    assert changed.status_code == 200, changed.text
    signed = team.verify(item, browser.get(f"/api/v1/assignments/{taken}").json, reason="guideline")
    assert signed.status_code in (201, 202), signed.text
    page = words(team.get("ann", f"/work/feedback/{mine}"))
    assert "Your answer" in page
    assert "chest pain" in page
    assert "negated" in page
    assert "Reason: guideline" in page
    assert "Vera" not in page


def test_feedback_says_why_the_adjudicator_decided_so_and_nothing_of_others(team):
    item, (mine, other) = team.item("ann", "ben")
    team.answer("ann", mine, e1=problem(7, 17), e2=problem(22, 27))
    team.answer("ben", other, x9=problem(0, 17), e2=problem(22, 27, polarity="negated"))
    team.settle_cases(item, [("take", 1, "ambiguous", "4.2"), ("none", None, "slip", "")])
    page = words(team.get("ann", f"/work/feedback/{mine}"))
    assert "Reason: ambiguous, guideline section 4.2" in page
    assert "Reason: slip" in page
    for somebody in ("Sam", "Ben", "x9"):
        assert somebody not in page
    theirs = words(team.get("ben", f"/work/feedback/{other}"))
    assert "Reason: slip" in theirs
    assert "Reason: ambiguous" not in theirs, "his answer was taken"


def test_nobody_hears_why_before_the_item_is_settled(team):
    item, (mine, other) = team.item("ann", "ben")
    team.answer("ann", mine, e1=problem(7, 17))
    team.answer("ben", other)
    team.rule_cases(item, [("take", 0, "ambiguous", "4.2")])
    refused = team.get("ann", f"/work/feedback/{mine}")
    assert refused.status_code == 409
    assert "ambiguous" not in refused.text


def test_the_adjudicator_sees_what_the_readers_agree_on_and_the_same_cases_after_closing(team):
    item, (mine, other) = team.item("ann", "ben")
    team.answer("ann", mine, e1=problem(7, 17), e2=problem(22, 27))
    team.answer("ben", other, e1=problem(0, 17), e7=problem(22, 27))
    shown = team.rule_cases(item, [("take", 0, "slip", "")])
    (agreed,) = shown["agreed_elements"].values()
    assert agreed["fragments"] == [[22, 27]]
    team.close(item, shown)
    after = team.get("sam", f"/api/v1/items/{item}/adjudication").json
    assert after["cases"] == shown["cases"]
    assert after["submissions"] == shown["submissions"]


def test_who_adjudicates_finds_cases_hardest_first_and_takes_one(team):
    item, (mine, other) = team.item("ann", "ben")
    team.answer("ann", mine, e1=problem(7, 17))
    team.answer("ben", other)
    page = team.get("sam", "/cases")
    assert f'action="/items/{item}/adjudication"' in page.text
    assert "readers differ" in page.text
    assert team.get("ann", "/cases").text.count("/adjudication") == 0
    assert team.post("ann", f"/items/{item}/adjudication").status_code == 403
    assert team.post("sam", f"/items/{item}/adjudication").headers["Location"] == f"/items/{item}/adjudication"


def test_ben_learns_nothing_of_ann_on_any_page(team):
    """INV-3: every GET route, walked as the other reader, with every id of hers."""
    item, (hers, _) = team.item("ann", "ben", text=TEXT)
    team.answer("ann", hers, e1=problem(7, 17), e2={"kind": "comment", "text": "zyzzyva"})
    ids = {"assignment_id": hers, "item_id": item, "key": "first", "guideline_id": 1, "batch_id": 1,
           "document_id": 1, "number": 1, "person_id": team.people["ann"], "version": "x", "name": "x",
           "element_id": "e1", "token": "x", "project_id": team.project_id}  # fmt: skip
    walked = 0
    for rule in team.app.url_map.iter_rules():
        if "GET" in rule.methods and rule.endpoint != "assets.file":
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda place: str(ids.get(place[1], 1)), rule.rule)
            answer = team.get("ben", path)
            assert answer.status_code < 500, path
            assert "zyzzyva" not in answer.text, path
            assert '"start":7' not in answer.text.replace(" ", ""), path
            assert f"/assignments/{hers}" not in answer.text, path
            assert "Dr Ann" not in answer.text or "guidelines" in path, path
            walked += 1
    assert walked > 30


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (None, 422, "if-match"),
        ("", 422, "if-match"),
        ("*", 422, "if-match"),
        ("-1", 422, "if-match"),
        ('"7"', 412, "stale-version"),
        ('"0"', 412, "stale-version"),
    ],
)
def test_a_save_names_the_very_version_it_changes(team, sent, status, code):
    """No version is not version 0, and a version that does not exist yet is as stale as an old one."""
    _, (mine,) = team.item("ann")
    browser = team.browser("ann")
    path = f"/api/v1/assignments/{mine}"
    browser.get(path)

    def save(version, start):
        headers = {"X-CSRF-Token": browser.token} | ({} if version is None else {"If-Match": version})
        action = {"element_id": f"e{start}", "body": problem(start, start + 5)}
        return browser.patch(f"{path}/draft", json={"actions": [action]}, headers=headers)

    assert save('"0"', 7).status_code == 200
    refused = save(sent, 13)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (status, code)
    assert list(browser.get(path).get_json()["elements"]) == ["e7"]


def test_what_both_have_alike_is_counted_as_people_see_it(team):
    """One problem is one thing to agree on, however many judgements the statistics make of it."""
    item, (mine, other) = team.item("ann", "ben")
    team.answer("ann", mine, e1=problem(7, 17), e2=problem(0, 6))
    team.answer("ben", other, e1=problem(7, 17))
    assert team.post("sam", f"/items/{item}/adjudication").status_code == 303
    shown = team.get("sam", f"/api/v1/items/{item}/adjudication").json
    assert (shown["agreed"], list(shown["agreed_elements"])) == (1, ["e1"])


def test_the_other_reader_is_not_told_that_a_question_holds_the_item(team):
    _, (mine, other) = team.item("ann", "ben")
    for name, task in (("ann", mine), ("ben", other)):
        assert team.get(name, f"/api/v1/assignments/{task}").status_code == 200
    asked = team.post_json("ann", f"/api/v1/assignments/{mine}/questions", text="Is a rash one?", blocking=True)
    assert asked.status_code == 201
    for answer in (
        team.get("ben", f"/api/v1/assignments/{other}"),
        team.post_json("ben", f"/api/v1/assignments/{other}/submission"),
    ):
        assert (answer.status_code, answer.json["error"]["code"]) == (409, "held")
        assert not answer.json["error"].get("details")
        assert "question" not in answer.text
    assert "question waits" not in team.get("ben", f"/assignments/{other}").text
    assert team.get("ann", f"/assignments/{mine}").status_code == 200
