"""How the log goes on: from one key to the next, and after its database was restored from a backup."""

from __future__ import annotations

from app.audit import streams
from app.audit.checkpoint import Signer
from app.audit.events import Tag
from app.audit.log import Actor, Subject, record
from app.audit.sequencer import continues, sequence
from app.audit.tree import StoredTree
from app.core.db import Database
from app.core.errors import Invalid


def rotate_key(database: Database, signer: Signer, actor: Actor, *, at: int) -> str:
    """Add a key, announce it in the log, and sign with both; returns the new vkey.

    Whoever trusts the old key can then trust the new one, because the announcement lies under a
    checkpoint that the old key signed.
    """
    fresh = str(signer.rotate())
    _announce(database, signer, actor, fresh, at=at)
    return fresh


def retire_key(database: Database, signer: Signer, actor: Actor, key_id: str, *, at: int) -> None:
    """Stop signing with a key; its signatures still verify. Raises Invalid for the only key."""
    leaving = [str(key.verifier) for key in signer.keys if key.verifier.id.hex() == key_id]
    if not leaving or len(signer.keys) == 1:
        raise Invalid("cannot-retire", f"{key_id} is not one of several current keys")
    _announce(database, signer, actor, leaving[0], at=at)
    signer.retire(key_id)


def accept_restore(database: Database, signer: Signer, actor: Actor, *, at: int) -> int:
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


def _announce(database: Database, signer: Signer, actor: Actor, vkey: str, *, at: int) -> None:
    current = [str(key.verifier) for key in signer.keys]
    database.writing(
        lambda session: record(
            session,
            Tag.CHECKPOINT_KEY_ROTATED,
            stream=streams.SERVER,
            actor=actor,
            subject=Subject("key", vkey.split("+")[1]),
            data={"vkeys": current},
            at=at,
        )
    )
    sequence(database, signer, at=at)
