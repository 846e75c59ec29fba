"""Events for tests of the log."""

from app.audit import streams
from app.audit.checkpoint import Signer
from app.audit.events import Tag
from app.audit.log import Subject, SystemActor, record
from app.audit.sequencer import sequence

NOON = 1_700_000_000_000
ORIGIN = "log.example.org/audit"


def say(session, number, *, stream=None, tag=Tag.ELEMENT_ADDED, at=None, **data):
    """One event; events of a test fall on a few streams, a millisecond apart."""
    return record(
        session,
        tag,
        stream=stream or streams.assignment(number % 3),
        actor=SystemActor("test"),
        subject=Subject("assignment", number % 3),
        data=data or {"element": f"e{number}", "start": number, "end": number + 4},
        project_id=1 + number % 2,
        at=NOON + number if at is None else at,
    )


def write(database, *numbers):
    """Events, one transaction each; returns their ids."""
    return [database.writing(lambda s, n=number: say(s, n).event_id) for number in numbers]


def signer_in(folder):
    return Signer(folder / "keys" / "log.key", ORIGIN)


def seal(database, folder, at=NOON):
    return sequence(database, signer_in(folder), at=at)
