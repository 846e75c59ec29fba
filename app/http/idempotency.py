"""Requests sent twice: one key, one body, one effect, one answer (INV-13)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request
from sqlalchemy import CheckConstraint, ForeignKey, Text, delete, insert, update
from sqlalchemy.orm import Mapped, mapped_column

from app.core import fault
from app.core.clock import DAY
from app.core.db import OPERATIONAL, Base, Database, Session, find_by_key
from app.core.digest import sha256
from app.core.errors import Conflict, Invalid
from app.corpus.erasure import Erasing
from app.http import context
from app.review.erasing import readers_of

HEADER = "Idempotency-Key"
KEEP = 7 * DAY


class IdempotencyKey(Base):
    """The answer one person's request with this key got."""

    __tablename__ = "idempotency_key"
    __table_args__ = (
        CheckConstraint("length(key) between 8 and 128", name="key_length"),
        {"info": {"kind": OPERATIONAL}},
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request_sha256: Mapped[str] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    at: Mapped[int]


def answer_once(unit: Callable[[Session], dict[str, Any]]) -> Response:
    """Run a unit of work for this request and answer with its JSON; again with the same
    `Idempotency-Key`, answer the same without running it. Refusals are not kept.

    Raises Conflict("idempotency-key-reused") for the same key with another request.
    """
    row = key_of(f"{request.method} {request.full_path}\n".encode() + request.get_data())
    if row is None:
        return jsonify(context.database().writing(unit))
    answer = apply_once(context.database(), row, unit)
    fault.point("answer")
    return jsonify(answer)


def key_of(said: bytes) -> IdempotencyKey | None:
    """The key of this request, which says this; None where it brings none. Raises Invalid."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not (8 <= len(key) <= 128 and key.isascii() and key.isprintable()):
        raise Invalid("idempotency-key", "8 to 128 printable ASCII characters")
    return IdempotencyKey(person_id=context.actor().id, key=key, request_sha256=sha256(said), at=context.at())


def apply_once(database: Database, asked: IdempotencyKey, unit: Callable[[Session], dict[str, Any]]) -> dict[str, Any]:
    """The same without HTTP: `asked` carries person, key, digest and time."""

    def whole(session: Session) -> dict[str, Any]:
        done = find_answer(session, asked)
        if done is not None:
            return done
        answer = unit(session)
        keep_answer(session, asked, answer)
        return answer

    try:
        return database.writing(whole)
    except Conflict as error:
        if error.code != "constraint":
            raise
        return database.writing(whole)


def find_answer(session: Session, asked: IdempotencyKey) -> dict[str, Any] | None:
    """What the person's request with this key was answered. Raises Conflict where it was another request."""
    row = find_by_key(session, IdempotencyKey, asked.person_id, asked.key)
    if row is None:
        return None
    if row.request_sha256 != asked.request_sha256:
        raise Conflict("idempotency-key-reused", "this key was used for another request")
    return json.loads(row.answer or "{}")


def keep_answer(session: Session, asked: IdempotencyKey, answer: dict[str, Any]) -> None:
    """With its answer, so once and last. Of two at once, the second finds the key taken: all it did is undone."""
    kept = {"person_id": asked.person_id, "key": asked.key, "request_sha256": asked.request_sha256, "at": asked.at}
    session.execute(insert(IdempotencyKey).values(**kept, answer=json.dumps(answer)))


class KeptAnswers:
    """What readers of an erased patient were answered within the week: an answer repeats what was sent, words too.

    The keys stay, so that nothing is done twice; asked again, they belong to "another request".
    """

    key = "answers"

    def erase(self, erasing: Erasing) -> None:
        people = readers_of(erasing.session, erasing.patient.id)
        kept = update(IdempotencyKey).where(IdempotencyKey.person_id.in_(people))
        erasing.session.execute(kept.values(request_sha256="", answer=None))


def sweep(session: Session, person_id: int, *, at: int) -> None:
    """Forget a person's keys older than a week."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.person_id == person_id, IdempotencyKey.at < at - KEEP))
