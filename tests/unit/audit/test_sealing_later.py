"""What was committed stands, also when the log cannot be sealed at that moment: an alarm is raised, and it waits."""

import errno
import logging

from app.audit.models import Outbox
from app.audit.sequencer import await_proof, seal_committed
from tests.unit.audit.events import NOON, seal, signer_in, write


def no_room(*_):
    raise OSError(errno.ENOSPC, "no space left")


def waiting(database):
    with database.reading() as session:
        return session.query(Outbox).count()


def test_a_full_disk_of_keys_leaves_the_act_unproved_and_not_undone(database, tmp_path, caplog, monkeypatch):
    (event,) = write(database, 1)
    signer = signer_in(tmp_path)
    with monkeypatch.context() as patch, caplog.at_level(logging.CRITICAL):
        patch.setattr(type(signer), "sign", no_room)
        assert await_proof(database, signer, [event], timeout=0) is None
        assert "the audit log is not sealed: OSError" in caplog.messages
        assert waiting(database) == 1
    assert len(await_proof(database, signer, [event], timeout=0)) == 1
    assert waiting(database) == 0


def test_a_key_file_that_cannot_be_made_is_no_error_of_the_act(database, caplog):
    write(database, 1)
    with caplog.at_level(logging.CRITICAL):
        assert not seal_committed(database, no_room, at=NOON)
    assert caplog.messages == ["the audit log is not sealed: OSError"]


def test_a_memory_without_room_does_not_undo_what_was_sealed(database, tmp_path, monkeypatch):
    """The checkpoint is committed before it is remembered; the next one is remembered as well."""
    write(database, 1)
    signer = signer_in(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr("app.audit.checkpoint.replace_private", no_room)
        assert not seal_committed(database, lambda: signer, at=NOON)
    assert (waiting(database), signer.remembered()) == (0, None)
    write(database, 2)
    assert seal(database, tmp_path) == 1
    assert signer.remembered().size == 2
