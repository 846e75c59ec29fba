"""Questions of readers, for those who answer them: without their authors, who read blind."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.policy import Action
from app.core.db import Session
from app.core.errors import NotFound
from app.http import context
from app.http.access import access, acting
from app.review.item import get_item
from app.review.question import QuestionState, answer, get_question, list_questions
from app.web.acts import Refusal, attempt
from app.web.projects.door import enter, page

questions_pages = Blueprint("questions", __name__, url_prefix="/projects/<key>/questions")


@questions_pages.get("")
@access(acting(Action.ANSWER_QUESTION))
def index(key: str) -> ResponseReturnValue:
    return _page(key)


@questions_pages.post("/<int:question_id>/answer")
@access(acting(Action.ANSWER_QUESTION))
def reply(key: str, question_id: int) -> ResponseReturnValue:
    """Answer on the record; a note that waited for the answer goes on."""
    actor, at, text = context.actor(), context.at(), request.form.get("text", "")

    def unit(session: Session) -> None:
        project = enter(session, key, Action.ANSWER_QUESTION)
        question = get_question(session, question_id)
        if question.project_id != project.id:
            raise NotFound("question", "there is no such question in this project")
        answer(session, actor, question, text, at=at)

    then = url_for("questions.index", key=key, notice="question-answered")
    return attempt(unit, lambda _: then, lambda error: _page(key, error, question_id))


def _page(key: str, error: Refusal | None = None, tried: int = 0) -> str:
    with context.database().reading() as session:
        project = enter(session, key, Action.ANSWER_QUESTION)
        values: dict[str, Any] = {
            state.value: [
                (one, get_item(session, one.item_id).label)
                for one in list_questions(session, project.id, unread_by=context.actor().id, state=state)
            ]
            for state in QuestionState
        }
        return page("questions", "questions", project, error=error, tried=tried, typed=request.form, **values)
