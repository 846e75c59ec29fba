"""What the log says of authority and of states, replayed: who might do what they did, and where each thing stands.

The self-check asks both, a slice at a time, as an auditor's `verify.py` does with a whole bundle.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Table, select

from app.audit.evidence import STATE_MACHINES
from app.audit.models import Event
from app.audit.rows import Values
from app.audit.verify import TRANSITIONS, Authority
from app.core.db import Session
from app.core.pieces import pieces


class AuthorityReplay:
    """Judges acts in the order of the log; `kept` is what the slices before this one learned, as JSON holds it."""

    def __init__(self, kept: dict[str, Any]) -> None:
        self._authority = Authority(None)
        self._authority.strict = bool(kept.get("strict"))
        self._authority.roles = {tuple(role): spans for role, spans in kept.get("roles", [])}
        self._authority.credentials = dict(kept.get("credentials", []))

    def judge(self, event: dict[str, Any]) -> Iterator[str]:
        """What is wrong with who did this: a role nobody gave, a credential not valid then, an act not theirs."""
        yield from self._authority.read(event)

    def keep(self) -> dict[str, Any]:
        """What the next slice has to know."""
        known = self._authority
        return {
            "strict": known.strict,
            "roles": [[list(role), spans] for role, spans in known.roles.items()],
            "credentials": [[key, held] for key, held in known.credentials.items()],
        }


def has_states(table: Table) -> bool:
    """Whether the rows of a table go through states that events say step by step."""
    return "state" in table.info.get("replayed", ()) and table.name in STATE_MACHINES


def state_problems(session: Session, table: Table, rows: Sequence[Values]) -> Iterator[str]:
    """Rows whose state is not where their events lead, or whose events take a step that is in no table."""
    machine = STATE_MACHINES.get(table.name)
    allowed = {tuple(step) for step in machine.transitions}
    steps = _steps(session, table.name, [row["id"] for row in rows])
    for row in rows:
        key, state = f"{table.name}/{row['id']}", machine.start
        for step in steps.get(row["id"], ()):
            if step[0] != state or step not in allowed:
                yield f"{key} was {state} by its events: no transition {', '.join(step)}"
            state = step[2]
        if row["state"] != state:
            yield f"{key} is {row['state']}; by its events it is {state}"


def _steps(session: Session, machine: str, ids: Sequence[int]) -> dict[int, list[tuple[str, str, str]]]:
    """Row → its transitions (from, event, to), in order."""
    found: dict[int, list[tuple[str, str, str]]] = {}
    for piece in pieces(ids):
        streams = [f"{machine}:{number}" for number in piece]
        query = select(Event.body).where(Event.stream.in_(streams), Event.tag.in_(TRANSITIONS))
        for body in session.scalars(query.order_by(Event.stream, Event.seq)):
            event = json.loads(body)
            said = event["data"]
            if said.get("machine") == machine:
                found.setdefault(event["subject"]["id"], []).append((said["from"], said["event"], said["to"]))
    return found
