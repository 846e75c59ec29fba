"""Own work: what to do, what is done and may be recalled, own questions, own differences."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts.actor import Actor, ProjectRole
from app.accounts.policy import Action
from app.core.db import Session
from app.corpus.project import get_project
from app.http import context
from app.http.access import SIGNED_IN, access, acting
from app.http.values import row_number
from app.quality.calibration.showing import own_attempts
from app.review.assignment import get_assignment, next_task
from app.review.queries import FINISHED, UNFINISHED, Task, count_unfinished, feedback, note_view, own_tasks
from app.review.question import list_own_questions
from app.review.states import AssignmentState
from app.review.submission import recall
from app.review.taking import take_next, takeable
from app.web.menu import MenuEntry
from app.web.work.summary import cases_of

work_pages = Blueprint("work", __name__, url_prefix="/work")
PAGE = 50
_READERS = {ProjectRole.ANNOTATOR, ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR}


def reads_somewhere(actor: Actor) -> bool:
    return any(roles & _READERS for roles in actor.project_roles.values())


MENU_ENTRY = MenuEntry("My work", "work.todo", reads_somewhere)


@work_pages.get("")
@access(SIGNED_IN)
def todo() -> ResponseReturnValue:
    return _page("todo", UNFINISHED)


@work_pages.get("/finished")
@access(SIGNED_IN)
def finished() -> ResponseReturnValue:
    return _page("finished", FINISHED)


@work_pages.get("/feedback")
@access(SIGNED_IN)
def settled() -> ResponseReturnValue:
    """Own readings of items that are settled: each leads to what was decided differently."""
    return _page("settled", FINISHED, settled=True)


@work_pages.get("/feedback/<int:assignment_id>")
@access(acting(Action.READ_OWN_WORK))
def differences(assignment_id: int) -> ResponseReturnValue:
    """Own answer beside the settled one. The view is in the log before the text leaves."""
    actor, at, codes = context.actor(), context.at(), context.codes()

    def unit(session: Session) -> str:
        assignment = get_assignment(session, assignment_id)
        found = feedback(session, actor, assignment, codes, at=at)
        note_view(session, actor, assignment, at=at)
        return render_template("work/differences.html", found=found, cases=cases_of(found))

    return context.database().writing(unit)


@work_pages.get("/calibration")
@access(SIGNED_IN)
def calibration() -> ResponseReturnValue:
    """Own attempts at calibration: what is left to read, then the result and own answers beside gold."""
    with context.database().reading() as session:
        attempts, waiting = own_attempts(session, context.actor()), count_unfinished(session, context.actor())
        return render_template("work/calibration.html", area="calibration", attempts=attempts, waiting=waiting)


@work_pages.get("/questions")
@access(SIGNED_IN)
def questions() -> ResponseReturnValue:
    with context.database().reading() as session:
        asked = list_own_questions(session, context.actor().id)
        waiting = count_unfinished(session, context.actor())
        return render_template("work/questions.html", area="questions", questions=asked, waiting=waiting)


@work_pages.post("/next")
@access(SIGNED_IN)
def start_next() -> ResponseReturnValue:
    """To the task to do next; to the list where there is none."""
    with context.database().reading() as session:
        task = next_task(session, context.actor().id)
    return redirect(f"/assignments/{task.id}" if task else url_for("work.todo"), 303)


@work_pages.post("/taken/<key>")
@access(acting(Action.ANNOTATE))
def take(key: str) -> ResponseReturnValue:
    """Take the next item of a project oneself; to the list where there is none."""
    actor, at = context.actor(), context.at()
    task = context.database().writing(lambda s: take_next(s, actor, get_project(s, key), at=at))
    return redirect(f"/assignments/{task.id}" if task else url_for("work.todo", notice="nothing-to-take"), 303)


@work_pages.post("/<int:assignment_id>/recall")
@access(acting(Action.RECALL))
def take_back(assignment_id: int) -> ResponseReturnValue:
    actor, at = context.actor(), context.at()
    context.database().writing(lambda s: recall(s, actor, get_assignment(s, assignment_id), at=at))
    return redirect(f"/assignments/{assignment_id}", 303)


def _page(area: str, wanted: tuple[AssignmentState, ...], *, settled: bool = False) -> str:
    after = request.args.get("after", 0, type=row_number)
    with context.database().reading() as session:
        actor = context.actor()
        tasks: list[Task] = own_tasks(session, actor, wanted, settled=settled, after=after, limit=PAGE + 1)
        waiting = count_unfinished(session, actor)
        open_to_take = takeable(session, actor) if area == "todo" and not tasks else []
    more = tasks[PAGE - 1].assignment.id if len(tasks) > PAGE else None
    return render_template(f"work/{area}.html", area=area, tasks=tasks[:PAGE], more=more, waiting=waiting,
                           takeable=open_to_take)  # fmt: skip
