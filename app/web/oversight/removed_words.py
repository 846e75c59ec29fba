"""Every removed word of a project's texts with its original, by word and reason: decided once for all of them."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import Invalid
from app.corpus.project import Project
from app.http import context
from app.http.access import access, acting
from app.http.values import row_number
from app.privacy.incident.decide import TYPES
from app.privacy.removal.groups import (
    BulkOutcome,
    RemovedWords,
    accept_ready,
    decide_words,
    read_words,
    texts_all,
    texts_waiting,
)
from app.privacy.removal.originals import open_until
from app.web.acts import Refusal, answer, attempt, seal
from app.web.projects.door import enter

removed_words_pages = Blueprint("removed_words", __name__, url_prefix="/privacy/projects/<key>/removed-words")
DECIDES = acting(Action.DECIDE_QUARANTINE)
SCOPES = {"waiting": texts_waiting, "all": texts_all}


@removed_words_pages.get("")
@access(DECIDES)
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@removed_words_pages.post("")
@access(DECIDES)
def decide(key: str) -> ResponseReturnValue:
    """Decisions on groups, for the texts they were shown for."""
    done = answer(lambda: _decide_all(key), lambda outcome: _then(key, outcome), lambda error: _page(key, error))
    seal()
    return done


def _decide_all(key: str) -> BulkOutcome:
    """In as many transactions as it takes: a save of a reader waits for none of them long."""
    actor, vault, at = context.actor(), context.vault(), context.at()
    with context.database().reading() as session:
        enter(session, key, Action.DECIDE_QUARANTINE)
    choices, skip = _choices(), _skipped()
    outcome = BulkOutcome(left=tuple(_texts()))
    while outcome.left:

        def unit(session: Session, texts: tuple[int, ...] = outcome.left) -> BulkOutcome:
            project = enter(session, key, Action.DECIDE_QUARANTINE)
            return decide_words(session, actor, vault, project, texts, choices, skip=skip, at=at)

        outcome = outcome.plus(context.database().writing(unit))
    return outcome


@removed_words_pages.post("/acceptance")
@access(DECIDES)
def let_in(key: str) -> ResponseReturnValue:
    """Let in all texts whose doubtful places are decided."""
    actor, vault, at = context.actor(), context.vault(), context.at()

    def unit(session: Session) -> int:
        project = enter(session, key, Action.DECIDE_QUARANTINE)
        return accept_ready(session, actor, vault, project, _texts(), at=at)

    def then(count: int) -> str:
        return url_for("removed_words.index", key=key, notice="texts-accepted", count=count)

    return attempt(unit, then, lambda error: _page(key, error))


def _then(key: str, outcome: BulkOutcome) -> str:
    changed = outcome.put_back + outcome.removed + outcome.settled
    notice = "words-decided-in-part" if outcome.skipped else "words-decided"
    return url_for("removed_words.index", key=key, scope=_scope(), notice=notice, count=changed)


def _scope() -> str:
    asked = request.values.get("scope", "waiting")
    return asked if asked in SCOPES else "waiting"


def _texts() -> list[int]:
    try:
        return [row_number(part) for part in request.form.get("texts", "").split(",") if part]
    except ValueError:
        raise Invalid("texts", "texts are numbers, parted by commas") from None


def _choices() -> dict[str, str]:
    """Group → fate; what is removed has its type beside it."""
    asked = {name.removeprefix("fate-"): fate for name, fate in request.form.items() if name.startswith("fate-")}
    types = {key: request.form.get(f"type-{key}", "NAME") for key, fate in asked.items() if fate == "removed"}
    if not set(types.values()) <= set(TYPES):
        raise Invalid("type", f"a type is one of {', '.join(TYPES)}")
    return {key: f"{fate}:{types[key]}" if key in types else fate for key, fate in asked.items() if fate}


def _skipped() -> frozenset[tuple[str, int]]:
    pairs = [entry.rpartition(":") for entry in request.form.getlist("skip")]
    try:
        return frozenset((group, row_number(number)) for group, _, number in pairs)
    except ValueError:
        raise Invalid("skip", "a text that is left out is a number") from None


def _page(key: str, error: Refusal | None = None) -> str:
    actor, vault, at = context.actor(), context.vault(), context.at()
    after = request.args.get("after", 0, type=row_number)

    def unit(session: Session) -> tuple[Project, int | None, RemovedWords | None]:
        project = enter(session, key, Action.DECIDE_QUARANTINE)
        until = open_until(session, actor, project.id, at=at)
        if until is None:
            return project, None, None
        documents = SCOPES[_scope()](session, project, after=after)
        return project, until, read_words(session, actor, vault, project, documents, at=at)

    project, until, words = context.database().writing(unit)
    return render_template(
        "oversight/removed_words.html",
        project=project,
        until=until,
        words=words,
        scope=_scope(),
        chosen=request.form,
        types=TYPES,
        error=error,
    )
