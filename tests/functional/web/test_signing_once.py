"""A signature that is asked for twice is made once: the answer was lost, or the same request came beside itself."""

import threading

import pytest
from sqlalchemy import func, select

from app.audit.events import Tag
from app.audit.models import Event
from app.http.idempotency import IdempotencyKey
from app.review.signature import Signature
from tests.conftest import PASSWORD, csrf
from tests.functional.web.conftest import problem
from tests.signing import seen_answer


@pytest.fixture
def waiting(team):
    """An item Vera has taken to verify: its id, and the request with which she signs."""
    item, (ann, ben) = team.item("ann", "ben")
    for name, task in (("ann", ann), ("ben", ben)):
        team.answer(name, task, e1=problem(7, 17))
    taken = team.post("vera", f"/items/{item}/verification").headers["Location"]
    shown = team.get("vera", f"/api/v1{taken}").json
    return item, {"username": "vera", "password": PASSWORD, "meaning": "verification", "seen": seen_answer(shown)}


def sign(team, item, body, key, browser=None):
    browser = browser or team.browser("vera")
    headers = {"X-CSRF-Token": browser.token} | ({"Idempotency-Key": key} if key else {})
    return browser.post(f"/api/v1/items/{item}/verification", json=body, headers=headers)


def made(team):
    def count(session):
        events = select(func.count()).select_from(Event).where(Event.tag == Tag.SIGNATURE_MADE)
        return session.scalar(select(func.count()).select_from(Signature)), session.scalar(events)

    return team.read(count)


def test_a_signature_whose_answer_was_lost_is_told_again(team, waiting):
    item, body = waiting
    wrong = sign(team, item, body | {"password": "not hers at all"}, "sign-0001")
    assert wrong.status_code == 403 and made(team) == (0, 0)
    first = sign(team, item, body, "sign-0001")  # a refusal uses up no key
    assert first.status_code in (201, 202), first.text
    again = sign(team, item, body, "sign-0001")
    assert again.status_code in (201, 202) and made(team) == (1, 1)
    assert {**again.json["signature"], "sealed": None} == {**first.json["signature"], "sealed": None}
    assert again.json["state"] == first.json["state"]
    # Without a key, or with another one, it is a second signature, which is refused; so is another act by this one.
    for key in (None, "sign-0002"):
        assert sign(team, item, body, key).json["error"]["code"] == "own-work"
    other = sign(team, item, body | {"decision": "reject", "reason": "slip"}, "sign-0001")
    assert (other.status_code, other.json["error"]["code"]) == (409, "idempotency-key-reused")
    assert made(team) == (1, 1)


def test_nothing_kept_of_the_request_holds_the_password(team, waiting):
    item, body = waiting
    sign(team, item, body, "sign-0001")
    before = team.read(lambda s: s.scalar(select(IdempotencyKey.request_sha256)))
    assert sign(team, item, body | {"password": "another one typed"}, "sign-0001").status_code in (201, 202)
    kept = team.read(lambda s: s.scalars(select(IdempotencyKey)).all())
    assert [row.request_sha256 for row in kept] == [before]
    assert PASSWORD not in kept[0].answer


def test_the_same_signature_beside_itself_is_made_once(team, waiting):
    item, body = waiting
    browsers = [team.app.test_client() for _ in range(3)]
    for browser in browsers:
        form = {"username": "vera", "password": PASSWORD, "csrf_token": csrf(browser, "/sign-in")}
        browser.post("/sign-in", data=form)
        browser.token = csrf(browser, "/account")
    start, answers = threading.Barrier(len(browsers)), []

    def ask(browser):
        start.wait()
        answers.append(sign(team, item, body, "sign-0001", browser))

    threads = [threading.Thread(target=ask, args=(browser,)) for browser in browsers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {201, 202}, [answer.text for answer in answers]
    assert len({answer.json["signature"]["id"] for answer in answers}) == 1 and made(team) == (1, 1)
