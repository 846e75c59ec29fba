"""How the log goes on: from one key to the next, and after its database was restored from a backup."""

from __future__ import annotations

from sqlalchemy import select

from app.audit import streams
from app.audit.checkpoint import Signer, parse_statement, rotation_text
from app.audit.events import Tag
from app.audit.log import LoggedActor, Subject, key_for, record
from app.audit.macs import EventKeys
from app.audit.models import Leaf
from app.audit.note import SigningKey
from app.audit.sequencer import continues, newest_checkpoint, sequence
from app.audit.tree import StoredTree
from app.core.db import Database, Session
from app.core.errors import Conflict, Invalid


def rotate_key(database: Database, signer: Signer, actor: LoggedActor, *, at: int) -> str:
    """Add a key, announce it in the log, and sign with both; returns the new vkey.

    Whoever trusts the old key can then trust the new one: the announcement names both and the last leaf, and both
    signed it. It is recorded before the new key signs anything; where that fails the key is lost, and was never used.
    """
    fresh = SigningKey.generate(signer.origin)
    _announce(database, signer, actor, "rotation", (signer.keys[-1], fresh), at=at)
    signer.adopt(fresh)
    sequence(database, signer, at=at)
    return str(fresh.verifier)


def retire_key(database: Database, signer: Signer, actor: LoggedActor, key_id: str, *, at: int) -> None:
    """Stop signing with a key; its signatures still verify. Raises Invalid for the only key."""
    leaving = [key for key in signer.keys if key.verifier.id.hex() == key_id]
    staying = [key for key in signer.keys if key not in leaving]
    if not leaving or not staying:
        raise Invalid("cannot-retire", f"{key_id} is not one of several current keys")
    _announce(database, signer, actor, "retirement", (leaving[0], staying[-1]), at=at)
    sequence(database, signer, at=at)
    signer.retire(key_id)


def begin_anew(database: Database, signer: Signer, actor: LoggedActor, cited: str | None, *, at: int) -> int:
    """Go on with another key because that of the log is lost; returns the size of the log that was signed with it.

    A new log begins, in the same tree: it cites the last checkpoint of the old one that somebody else holds (`cited`;
    the newest in the database where nobody does). No key vouches for the new one, so `verify.py` shows a break there
    for ever. Raises Invalid while the key is not lost, Conflict when the database does not continue what is cited.
    """
    with database.reading() as session:
        newest = newest_checkpoint(session)
        if newest is None or _is_ours(signer, newest.note):
            raise Invalid("key-not-lost", f"{signer.path} has the key that signed the last checkpoint")
        cited = cited or newest.note
        statement = parse_statement(cited.rpartition("\n\n")[0] + "\n")
        tree = StoredTree(session)
        if statement.origin != signer.origin or not continues(tree, tree.size(), statement):
            raise Conflict("log-forked", "the database does not continue the checkpoint that is cited")
    data = {"new": str(signer.keys[-1].verifier), "checkpoint": cited, "size": statement.size}
    database.writing(
        lambda session: record(
            session,
            Tag.CHECKPOINT_KEY_LOST,
            stream=streams.SERVER,
            actor=actor,
            subject=Subject("log", signer.origin),
            data=data,
            at=at,
        )
    )
    signer.forget_memory()
    sequence(database, signer, at=at, anew=True)
    return statement.size


def _is_ours(signer: Signer, note: str) -> bool:
    try:
        signer.open(note)
    except Conflict:
        return False
    return True


def add_event_key(database: Database, keys: EventKeys, actor: LoggedActor, *, at: int) -> str:
    """A second key of MACs, accepted from now on; returns its id. Two are valid while one follows the other."""
    database.writing(lambda session: key_for(session, at))  # the first was announced before
    fresh = keys.add()
    _say_of_event_key(database, actor, {"key": fresh.id, "change": "added"}, at)
    return fresh.id


def use_event_key(database: Database, keys: EventKeys, actor: LoggedActor, key_id: str, *, at: int) -> None:
    """Sign new events with an accepted key. Raises Invalid for another."""
    _say_of_event_key(database, actor, {"key": key_id, "change": "used", "before": keys.signing.id}, at)
    keys.sign_with(key_id)


def drop_event_key(
    database: Database, keys: EventKeys, signer: Signer, actor: LoggedActor, key_id: str, *, at: int
) -> None:
    """Accept a key no longer; what waits is sealed before. Raises Invalid for the key that signs."""
    if key_id == keys.signing.id or key_id not in keys.ids():
        raise Invalid("event-key", f"{key_id} is not an accepted key that nothing is signed with")
    _say_of_event_key(database, actor, {"key": key_id, "change": "dropped"}, at)
    sequence(database, signer, at=at)
    keys.drop(key_id)


def replace_event_key(database: Database, keys: EventKeys, actor: LoggedActor, *, at: int) -> str:
    """A new key of MACs because the file is lost; returns its id. What waits under the old one will be refused.

    Raises Invalid where there is a key. The log says that it was lost, and by whom it was replaced.
    """
    if keys.exist:
        raise Invalid("event-key-not-lost", f"{keys.path} is there")
    keys.make()
    keys.announced = True  # by the event that follows
    _say_of_event_key(database, actor, {"key": keys.signing.id, "change": "lost"}, at)
    return keys.signing.id


def _say_of_event_key(database: Database, actor: LoggedActor, data: dict[str, str], at: int) -> None:
    database.writing(
        lambda session: record(
            session,
            Tag.EVENT_KEY_CHANGED,
            stream=streams.SERVER,
            actor=actor,
            subject=Subject("event-key", data["key"]),
            data=data,
            at=at,
        )
    )


def accept_restore(database: Database, signer: Signer, actor: LoggedActor, *, at: int) -> int:
    """Go on from a restored database, saying so in the log; returns how many sealed events were lost.

    What was signed beyond the backup is named in the event: an auditor who holds such a checkpoint
    will see the fork, and finds it admitted.
    """
    kept = signer.remembered()
    with database.reading() as session:
        tree = StoredTree(session)
        size = tree.size()
        forked = kept is not None and not continues(tree, size, kept)
    lost = signer.memory.read_text(encoding="utf-8") if forked else None
    database.writing(
        lambda session: record(
            session,
            Tag.LOG_RESTORED,
            stream=streams.SERVER,
            actor=actor,
            subject=Subject("log", signer.origin),
            data={"size": size, "lost": lost},
            at=at,
        )
    )
    if forked:
        signer.set_memory_aside()
    sequence(database, signer, at=at)
    return max(kept.size - size, 0) if kept else 0


def _announce(
    database: Database, signer: Signer, actor: LoggedActor, kind: str, keys: tuple[SigningKey, SigningKey], *, at: int
) -> None:
    """A statement over the key that was and the key that is, signed by both."""
    sequence(database, signer, at=at)
    old, new = (str(key.verifier) for key in keys)

    def unit(session: Session) -> None:
        last = session.execute(select(Leaf.idx, Leaf.leaf_sha256).order_by(Leaf.idx.desc()).limit(1)).first()
        text = rotation_text(signer.origin, kind, old, new, (last.idx, last.leaf_sha256) if last else (-1, ""))
        record(
            session,
            Tag.CHECKPOINT_KEY_ROTATED,
            stream=streams.SERVER,
            actor=actor,
            subject=Subject("key", keys[1].verifier.id.hex()),
            data={"statement": text, "signatures": "".join(key.sign(text) for key in keys)},
            at=at,
        )

    database.writing(unit)
