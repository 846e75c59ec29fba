"""The demo's ends of steps: settled, escalated, rejected, verified, signed by the service and released."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from app.accounts.actor import Actor
from app.accounts.loading import load_actor
from app.agreement.judgements import REASONS, Choice, Ruling
from app.audit.checkpoint import Signer
from app.core import clock
from app.core.db import Session
from app.corpus.project import get_project
from app.demo.people import accept_guideline
from app.jobs.job import Services
from app.release.cutting import cut
from app.review import adjudication, verification
from app.review.adjudication import Decision, rule
from app.review.assignment import Assignment, claim
from app.review.item import CodeLookup, Item, get_item
from app.review.meaning import Act
from app.review.opening import open_task
from app.review.queries import settling
from app.review.signing import Closing, sign_closing
from app.review.states import ItemState
from app.review.workflows import Step

#: the section of the shipped guidelines that these rulings cite: what the note states
PRINCIPLE = "1.2"
#: Nobody typed a password for these invented people, and every manifest says so.
AUTHENTICATION: dict[str, Any] = {"factors": [], "invented": True}


class DemoDesk:
    """The demo's people end steps in one project."""

    def __init__(self, services: Services, codes: CodeLookup, ids: dict[str, int], project: str) -> None:
        self.services, self.codes, self.ids, self.project = services, codes, ids, project
        self.signer = Signer(services.settings.log_key_path, services.settings.log_origin)

    def settle(self, username: str, item: int) -> None:
        """The first reader is right in every case; a senior reviewer may do it where a label is critical."""

        def unit(session: Session, actor: Actor, task: Assignment, at: int) -> None:
            for case in settling(session, actor, task, self.codes, at=at).cases.differences:
                ruling = Ruling(case.key, Choice.TAKE, 0, reason=REASONS[0], citation=PRINCIPLE)
                decision = Decision(ruling, confirmed=True)
                rule(session, actor, task, decision, codes=self.codes, at=at)
            self._sign(session, actor, Closing(item, Act.SETTLE, seen=adjudication.digest_of_view(session, task)), at)

        self._do(username, item, Step.ADJUDICATE, unit)

    def verify(self, username: str, item: int) -> None:
        def unit(session: Session, actor: Actor, task: Assignment, at: int) -> None:
            self._sign(session, actor, Closing(item, Act.VERIFY, seen=verification.digest_of_view(session, task)), at)

        self._do(username, item, Step.VERIFY, unit)

    def reject(self, username: str, item: int, reason: str) -> None:
        def unit(session: Session, actor: Actor, task: Assignment, at: int) -> None:
            seen = verification.digest_of_view(session, task)
            self._sign(session, actor, Closing(item, Act.REJECT, seen=seen, reason=reason), at)

        self._do(username, item, Step.VERIFY, unit)

    def release(self, username: str) -> None:
        """The lead releases what is signed."""

        at = clock.now()
        with self.services.database.reading() as session:
            lead = load_actor(session, self.ids[username], at=at)
        cut(self.services.database, lead, self.project, at=at)

    def first(self, state: ItemState) -> int:
        """An item in a state. Raises LookupError where the demo's answers no longer lead there."""
        with self.services.database.reading() as session:
            project = get_project(session, self.project)
            mine = (Item.project_id == project.id, Item.state == state)
            found = session.scalar(select(Item.id).where(*mine).order_by(Item.id).limit(1))
        if found is None:
            raise LookupError(f"no item of {self.project} is in state {state}")
        return found

    def _do(self, username: str, item: int, step: Step, act: Any) -> None:
        def unit(session: Session) -> None:
            at = clock.now()
            actor = load_actor(session, self.ids[username], at=at)
            task = claim(session, actor, get_item(session, item), step, at=at)
            open_task(session, actor, task, at=at)
            accept_guideline(session, actor, task, at=at)
            act(session, actor, task, at)

        self.services.database.writing(unit)

    def _sign(self, session: Session, actor: Actor, closing: Closing, at: int) -> None:
        sign_closing(
            session, actor, closing, signer=self.signer, authentication=AUTHENTICATION, codes=self.codes, at=at
        )


def finish_default(desk: DemoDesk) -> None:
    """Two readers, an adjudicator, a verifier: a dispute among readers, a critical one, and a release of both."""
    disputed, critical = desk.first(ItemState.ADJUDICATION), desk.first(ItemState.ESCALATED)
    desk.settle("vera", disputed)
    desk.verify("sam", disputed)
    desk.settle("sam", critical)
    desk.verify("vera", critical)
    desk.release("quinn")


def finish_three(desk: DemoDesk) -> None:
    """Two readers, and a third who settles and finishes with one signature; the dispute is a critical one."""
    desk.settle("sam", desk.first(ItemState.ESCALATED))
    desk.release("quinn")


def reject_first(desk: DemoDesk) -> None:
    """A trainee's answer that the verifier sends back."""
    desk.reject("vera", desk.first(ItemState.VERIFICATION), "slip")


def finish_trainee(desk: DemoDesk) -> None:
    """What another trainee then read is found right and released."""
    desk.verify("vera", desk.first(ItemState.VERIFICATION))
    desk.release("quinn")
