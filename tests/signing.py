"""Signing in tests: what a page sends with a signature, and a team's ends of steps by the service."""

from app.agreement.judgements import Choice, Ruling
from app.core.digest import canonical_json, sha256
from app.review import adjudication, verification
from app.review.adjudication import Decision, cases_of, rule
from app.review.assignment import find_own
from app.review.item import get_item
from app.review.meaning import Act
from app.review.signing import Closing, sign_closing
from app.review.workflows import Step
from tests.team import Seal

AUTH = {"signer": Seal(), "authentication": {"factors": ["password"], "reauth_at": "2023-11-14T22:13:20Z"}}


def seen_cases(shown):
    """Of the answer of `GET /items/<id>/adjudication`, every case of which is ruled."""
    rulings = {case["key"]: case["ruling"] for case in shown["cases"]}
    return sha256(canonical_json({"rulings": rulings, "submissions": shown["submissions"]}))


def seen_answer(shown):
    """Of the answer of `GET /assignments/<id>` to somebody who verifies."""
    return sha256(canonical_json({"elements": shown["elements"], "submissions": shown["submissions"]}))


def seen_by(session, actor, item, act, *, at):
    """The digest of what somebody who took an item has before them."""
    step, view = (Step.ADJUDICATE, adjudication) if act == Act.SETTLE else (Step.VERIFY, verification)
    return view.digest_of_view(session, find_own(session, actor, get_item(session, item.id), step, at=at))


def end_step(team, name, item, act, *, meaning="", reason=""):
    """Somebody who took an item ends the step with a signature of theirs."""

    def unit(session, actor):
        seen = seen_by(session, actor, item, act, at=team.at)
        closing = Closing(item.id, act, meaning, seen, reason)
        return sign_closing(session, actor, closing, at=team.at, **AUTH)

    return team.do(name, unit)


def settle(team, name, item, version=0):
    """Take an item, give one version the right in every case, close and sign."""
    task = team.take(name, item, Step.ADJUDICATE)
    for case in team.read(lambda s: cases_of(s, get_item(s, item.id), task)).differences:
        ruling = Ruling(case.key, Choice.TAKE, version, reason="guideline")
        team.act(name, rule, task, Decision(ruling, confirmed=True))
    return end_step(team, name, item, Act.SETTLE)


def confirm(team, name, item, **options):
    """Take an item, find it right, sign."""
    team.take(name, item)
    return end_step(team, name, item, Act.VERIFY, **options)


def turn_down(team, name, item, reason="slip"):
    """Take an item, reject it, sign that."""
    team.take(name, item)
    return end_step(team, name, item, Act.REJECT, reason=reason)
