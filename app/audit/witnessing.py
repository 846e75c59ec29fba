"""Witnesses: machines of others that put their cosignature under our checkpoints (C2SP tlog-witness, tlog-cosignature).

Sealing and signing never wait for them. One that is silent for long alarms; one that has seen a longer log than ours,
or another, alarms at once.
"""

from __future__ import annotations

import base64
import logging
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.audit.anchoring import AnchorState, note_failure, note_success, place_of
from app.audit.merkle import consistency_proof
from app.audit.models import Checkpoint, Cosignature
from app.audit.note import COSIGNATURE, VerifierKey, cosigned_text
from app.audit.sequencer import newest_checkpoint
from app.audit.tree import StoredTree
from app.core.db import Database, Session, insert_if_missing
from app.core.errors import Invalid

SECONDS = 10
LARGEST = 64 * 1024
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Witness:
    """One witness: where it answers, and its key (a vkey of algorithm 0x04)."""

    url: str
    key: VerifierKey

    @property
    def name(self) -> str:
        return f"witness {self.key.name}+{self.key.id.hex()}"


@dataclass(frozen=True)
class Answer:
    """What came back over HTTP."""

    status: int
    kind: str
    body: str


Post = Callable[[str, str], Answer]


def witnesses_of(setting: str) -> list[Witness]:
    """`URL VKEY, URL VKEY …`. Raises Invalid."""
    found = []
    for pair in filter(None, map(str.strip, setting.split(","))):
        url, _, vkey = pair.partition(" ")
        if not url.startswith(("http://", "https://")):
            raise Invalid("witness", f"CHARTMARK_WITNESSES: {url!r} is no http address")
        found.append(Witness(url, VerifierKey.parse(vkey.strip(), COSIGNATURE)))
    return found


def ask(database: Database, witness: Witness, *, at: int, post: Post | None = None) -> bool:
    """Have the newest checkpoint cosigned; whether it is. Raises nothing for a witness that does not answer."""
    with database.reading() as session:
        checkpoint, place = newest_checkpoint(session), place_of(session, witness.name)
    if checkpoint is None or (checkpoint.size == place.size and place.failing_since is None):
        return checkpoint is not None
    try:
        line = _cosignature(database, witness, checkpoint, place, post or _post)
    except (OSError, ValueError, Invalid) as error:
        note_failure(database, witness.name, error.code if isinstance(error, Invalid) else "silent", at=at)
        return False

    def unit(session: Session) -> None:
        values = {"size": checkpoint.size, "witness": witness.key.name, "line": line, "at": at}
        insert_if_missing(session, Cosignature, values)
        note_success(session, witness.name, checkpoint.size, at=at)

    database.writing(unit)
    return True


def _cosignature(database: Database, witness: Witness, checkpoint: Checkpoint, place: AnchorState, post: Post) -> str:
    """The line the witness put under it. Raises Invalid, OSError, ValueError."""
    old = place.size
    answer = post(_address(witness), _request(database, old, checkpoint))
    if answer.status == 409 and answer.kind.startswith("text/x.tlog.size"):
        old = int(answer.body)  # it knows better how far it has come
        if old > checkpoint.size:
            log.critical("%s has seen a log of %s events; this one has %s", witness.name, old, checkpoint.size)
            raise Invalid("log-behind-witness", f"the witness has seen {old} events")
        answer = post(_address(witness), _request(database, old, checkpoint))
    if answer.status in (409, 422):
        log.critical("%s has seen another history of this log", witness.name)
        raise Invalid("log-forked", "the witness has seen another history of this log")
    if answer.status != 200:
        raise Invalid(f"witness-{answer.status}", "the witness refuses")
    text = checkpoint.note.rpartition("\n\n")[0] + "\n"
    for line in answer.body.splitlines(keepends=True):
        if cosigned_text(line, text, witness.key) is not None:
            return line
    raise Invalid("bad-cosignature", "the witness answered with no cosignature of its key")


def _request(database: Database, old: int, checkpoint: Checkpoint) -> str:
    proof: Sequence[bytes] = ()
    if 0 < old < checkpoint.size:
        with database.reading() as session:
            proof = consistency_proof(StoredTree(session).node, old, checkpoint.size)
    lines = "".join(base64.b64encode(value).decode() + "\n" for value in proof)
    return f"old {old}\n{lines}\n{checkpoint.note}"


def _address(witness: Witness) -> str:
    return f"{witness.url.rstrip('/')}/add-checkpoint"


def _post(url: str, body: str) -> Answer:
    request = urllib.request.Request(url, body.encode(), {"Content-Type": "text/plain"}, method="POST")  # noqa: S310
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310  (of a setting, asked there)
            return Answer(answer.status, answer.headers.get("Content-Type", ""), answer.read(LARGEST).decode())
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.headers.get("Content-Type", ""), error.read(LARGEST).decode())


def cosignatures(session: Session, size: int | None = None) -> dict[int, list[str]]:
    """Size of a checkpoint → the lines under it; of one, or of all."""
    query = select(Cosignature.size, Cosignature.line).order_by(Cosignature.size, Cosignature.witness)
    if size is not None:
        query = query.where(Cosignature.size == size)
    found: dict[int, list[str]] = {}
    for number, line in session.execute(query):
        found.setdefault(number, []).append(line)
    return found
