"""Numbers of professional registers: each is one person's, as the body that gave it knows."""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import PROJECTION, Base, Session, find_by_key, insert_if_missing
from app.core.errors import Conflict


class RegisterNumber(Base):
    """Whose number of a body it is, as the credentials say. It passes on when all of the holder's under it are revoked.

    Computed from the record and no part of it: what keeps two people from entering one number at once.
    """

    __tablename__ = "register_entry"
    __table_args__ = ({"info": {"kind": PROJECTION}},)

    country: Mapped[str] = mapped_column(Text, primary_key=True)
    #: body and number as they are compared: case, spaces and punctuation do not tell two apart
    body: Mapped[str] = mapped_column(Text, primary_key=True)
    number: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)


RegisterKey = tuple[str, str, str]


def register_key(country: str, body: str, number: str) -> RegisterKey | None:
    """What is unique: country, body and number without case, spaces and punctuation; None without a number."""
    key = (country, _folded(body, " ").strip(), _folded(number, ""))
    return key if key[1] and key[2] else None


def _folded(text: str, gap: str) -> str:
    return re.sub(r"[\W_]+", gap, unicodedata.normalize("NFKC", text).casefold())


def holder_of(session: Session, key: RegisterKey) -> int | None:
    """Whose number it is, if anybody's."""
    query = select(RegisterNumber.person_id).where(
        RegisterNumber.country == key[0], RegisterNumber.body == key[1], RegisterNumber.number == key[2]
    )
    return session.scalar(query)


def take_number(session: Session, key: RegisterKey, person_id: int, freed_from: int | None) -> None:
    """Enter the number for a person; `freed_from` is the holder whose credentials under it are all revoked.

    Raises Conflict("register-number-taken"), also where somebody else was faster.
    """
    values = dict(zip(("country", "body", "number"), key, strict=True))
    if insert_if_missing(session, RegisterNumber, values | {"person_id": person_id}) is not None:
        return
    row = find_by_key(session, RegisterNumber, *key, lock=True)
    if row is None or row.person_id not in (person_id, freed_from):
        raise taken()
    row.person_id = person_id


def taken() -> Conflict:
    return Conflict("register-number-taken", "this number of that register is another person's")
