"""Sealing: every event once, in the order of its stream, under one growing signed history."""

import json
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, select, text, update

from app.audit import merkle, sequencer, verify
from app.audit.continuity import accept_restore
from app.audit.events import Tag
from app.audit.models import Aside, Checkpoint, Event, Leaf, Node, Outbox, StreamHead
from app.audit.sequencer import await_proof, sequence
from app.audit.tree import StoredTree
from app.core.db import Database
from app.core.errors import Conflict
from tests.unit.audit import story
from tests.unit.audit.events import NOON, say, seal, signer_in, write

ROOT = Path(__file__).parents[3]


def everything(database):
    """All events in leaf order, and the checkpoints."""
    with database.reading() as session:
        query = select(Event).join(Leaf, Leaf.event_pk == Event.id).order_by(Leaf.idx)
        checkpoints = select(Checkpoint).order_by(Checkpoint.size)
        return list(session.scalars(query)), list(session.scalars(checkpoints))


def waiting(database):
    with database.reading() as session:
        return len(list(session.scalars(select(Outbox))))


def assert_sealed(database, folder):
    """Nothing lost, nothing twice, streams in order, every checkpoint right."""
    events, checkpoints = everything(database)
    with database.reading() as session:
        assert {event.id for event in events} == set(session.scalars(select(Event.id)))
        assert sorted(session.scalars(select(Leaf.idx))) == list(range(len(events)))
        heads = {head.stream: head.seq for head in session.scalars(select(StreamHead))}
    assert waiting(database) == 0
    for stream, last in heads.items():
        assert [event.seq for event in events if event.stream == stream] == list(range(1, last + 1))
    roots, tree = {}, merkle.CompactRange()
    for event in events:
        tree.append(merkle.leaf_hash(event.body.encode()))
        roots[tree.size] = tree.root()
    assert checkpoints[-1].size == len(events)
    for checkpoint in checkpoints:
        statement = signer_in(folder).open(checkpoint.note)
        assert (statement.size, statement.root) == (checkpoint.size, roots[checkpoint.size])
        assert checkpoint.root == statement.root.hex()
    return events, checkpoints


def assert_verifies(database, folder):
    assert verify.verify(story.hand_out(database, folder), [], [], [])["breaks"] == []


def test_waiting_events_get_a_place_and_a_signed_checkpoint(database, tmp_path):
    write(database, *range(5))
    assert seal(database, tmp_path) == 5
    events, checkpoints = assert_sealed(database, tmp_path)
    assert (len(events), [c.size for c in checkpoints]) == (5, [5])


def test_nothing_is_signed_while_the_tree_does_not_grow(database, tmp_path):
    assert seal(database, tmp_path) == 0
    write(database, 1)
    assert [seal(database, tmp_path) for _ in range(3)] == [1, 0, 0]
    assert len(everything(database)[1]) == 1


def test_many_events_are_sealed_in_batches(database, tmp_path, monkeypatch):
    monkeypatch.setattr(sequencer, "BATCH", 7)
    database.writing(lambda s: [say(s, n) for n in range(25)])
    assert seal(database, tmp_path) == 25
    assert [c.size for c in assert_sealed(database, tmp_path)[1]] == [7, 14, 21, 25]


def test_a_stored_tree_of_several_levels_equals_the_tree_in_memory(database, tmp_path):
    """600 leaves fill two stored nodes of level 8; every size and node is folded from them."""
    for start in (0, 255, 256, 300):
        stop = {0: 255, 255: 256, 256: 300, 300: 600}[start]
        database.writing(lambda s, r=range(start, stop): [say(s, n) for n in r])
        seal(database, tmp_path)
    events, _ = assert_sealed(database, tmp_path)
    whole, nodes, roots = merkle.CompactRange(), {}, [merkle.EMPTY_ROOT]
    for event in events:
        nodes |= {(lv, i): v for lv, i, v in whole.append(merkle.leaf_hash(event.body.encode()))}
        roots.append(whole.root())
    with database.reading() as session:
        tree = StoredTree(session)
        assert {(n.level, n.idx): n.sha256 for n in session.scalars(select(Node))} == {
            address: value.hex() for address, value in nodes.items() if address[0] == 8
        }
        for size in (0, 1, 255, 256, 257, 511, 512, 600):
            assert tree.frontier(size).root() == roots[size]
        assert all(tree.node(*address) == nodes[address] for address in list(nodes)[::17])
        proof = merkle.consistency_proof(tree.node, 257, 600)
        assert merkle.verify_consistency(257, 600, roots[257], roots[600], proof)


def test_a_node_that_is_gone_is_named(database, tmp_path):
    write(database, *range(4))
    seal(database, tmp_path)
    with database.engine.begin() as connection:
        connection.execute(delete(Leaf).where(Leaf.idx == 1))
    with database.reading() as session, pytest.raises(LookupError, match="nodes 0 to 3 of level 0"):
        StoredTree(session).node(2, 0)


def test_a_waiter_gets_proofs_that_hold(database, tmp_path):
    ids = write(database, *range(11))
    signer = signer_in(tmp_path)
    receipts = await_proof(database, signer, [ids[7], ids[2]], timeout=5)
    assert [r.event_id for r in receipts] == [ids[7], ids[2]]
    with database.reading() as session:
        bodies = {e.event_id: e.body for e in session.scalars(select(Event))}
    for receipt in receipts:
        stated = signer.open(receipt.checkpoint)
        leaf = merkle.leaf_hash(bodies[receipt.event_id].encode())
        assert merkle.verify_inclusion(receipt.index, stated.size, leaf, receipt.proof, stated.root)
        lines = receipt.text().split("\n")
        assert lines[:2] == ["c2sp.org/tlog-proof@v1", f"index {receipt.index}"]
        assert receipt.text().endswith("\n\n" + receipt.checkpoint)


def test_a_waiter_gives_up_when_the_event_is_not_sealed_in_time(database, tmp_path):
    write(database, 1)
    assert await_proof(database, signer_in(tmp_path), ["no-such-event"], timeout=0.05) is None


@pytest.mark.postgres
def test_only_one_sequencer_leads(database_templates, tmp_path):
    with database_templates.fresh("postgresql", tmp_path) as database:
        write(database, 1)
        with database.engine.begin() as leader:
            leader.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": sequencer.LEADER})
            assert seal(database, tmp_path) == 0
        assert seal(database, tmp_path) == 1


def drop_triggers(database):
    """What somebody who owns the database can do."""
    with database.engine.begin() as connection:
        if database.is_sqlite:
            names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            for (name,) in list(names):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("ALTER TABLE audit_event DISABLE TRIGGER USER")


def test_an_event_altered_before_it_is_sealed_is_set_aside(database, tmp_path):
    write(database, 1, 2)
    drop_triggers(database)
    with database.engine.begin() as connection:
        connection.execute(update(Event).where(Event.id == 2).values(body='{"tag":"other"}'))
    seal(database, tmp_path)
    assert [event.id for event in everything(database)[0]] == [1, 3]  # and what the log says of it
    with database.reading() as session:
        assert [(row.event_pk, row.why) for row in session.scalars(select(Aside))] == [(2, "altered")]


def test_a_tree_that_is_not_the_signed_one_is_not_continued(database, tmp_path):
    write(database, *range(4))
    seal(database, tmp_path)
    with database.engine.begin() as connection:
        connection.execute(update(Leaf).where(Leaf.idx == 2).values(leaf_sha256="00" * 32))
    write(database, 9)
    with pytest.raises(Conflict, match="log-inconsistent"):
        seal(database, tmp_path)


def test_a_tree_without_its_checkpoint_is_not_continued(database, tmp_path):
    write(database, *range(4))
    seal(database, tmp_path)
    with database.engine.begin() as connection:
        connection.execute(delete(Checkpoint))
    write(database, 9)
    with pytest.raises(Conflict, match="no checkpoint was signed"):
        seal(database, tmp_path)


def test_a_checkpoint_signed_with_an_unknown_key_is_not_continued(database, tmp_path):
    write(database, 1)
    seal(database, tmp_path / "stranger")
    write(database, 2)
    with pytest.raises(Conflict, match="checkpoint-not-ours"):
        seal(database, tmp_path)


def test_a_database_put_back_to_an_earlier_state_gets_no_second_history(sqlite_database, tmp_path):
    database, path = sqlite_database, tmp_path / "test.db"
    write(database, 1, 2)
    seal(database, tmp_path)
    database.dispose()
    shutil.copy(path, tmp_path / "backup.db")
    write(database, 3)
    seal(database, tmp_path)
    database.dispose()
    shutil.copy(tmp_path / "backup.db", path)
    write(database, 4)
    with pytest.raises(Conflict, match="log-forked"):
        seal(database, tmp_path)
    write(database, 5, 6)
    with pytest.raises(Conflict, match="log-forked"):
        seal(database, tmp_path)
    assert [c.size for c in everything(database)[1]] == [2]


def test_a_restore_is_accepted_by_saying_in_the_log_what_was_lost(sqlite_database, tmp_path):
    database, path, signer = sqlite_database, tmp_path / "test.db", signer_in(tmp_path)
    write(database, 1, 2)
    seal(database, tmp_path)
    database.dispose()
    shutil.copy(path, tmp_path / "backup.db")
    write(database, 3, 4, 5)
    seal(database, tmp_path)
    lost = signer.memory.read_text()
    database.dispose()
    shutil.copy(tmp_path / "backup.db", path)
    assert accept_restore(database, signer, story.ACTOR, at=NOON) == 3
    events, checkpoints = assert_sealed(database, tmp_path)
    said = json.loads(events[-1].body)
    assert (said["tag"], said["data"]) == ("audit.log.restored", {"size": 2, "lost": lost})
    assert checkpoints[-1].size == 3
    assert (signer.memory.parent / "log.checkpoint.lost-5").read_text() == lost
    write(database, 6)
    assert seal(database, tmp_path) == 1


def test_a_restore_that_lost_nothing_says_so_too(database, tmp_path):
    write(database, 1, 2)
    signer = signer_in(tmp_path)
    assert accept_restore(database, signer, story.ACTOR, at=NOON) == 0
    write(database, 3)
    seal(database, tmp_path)
    assert accept_restore(database, signer, story.ACTOR, at=NOON) == 0
    events, _ = assert_sealed(database, tmp_path)
    assert [json.loads(e.body)["data"]["lost"] for e in events if e.tag == Tag.LOG_RESTORED] == [None, None]


CHILD = """
import sys
from pathlib import Path
from app.core.db import Database
from tests.unit.audit import story
from tests.unit.audit.events import seal
from app.audit import sequencer
sequencer.BATCH = 4
seal(Database(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8])
def test_a_sequencer_killed_at_any_point_loses_and_repeats_nothing(database, tmp_path, count):
    """Four fault points a batch: before the leaves, after them, before and after the commit."""
    write(database, *range(10))
    database.dispose()
    run = [sys.executable, "-c", CHILD, database.url, str(tmp_path)]
    environment = {**os.environ, "CHARTMARK_FAULT": f"seal:{count}"}
    killed = subprocess.run(run, cwd=ROOT, env=environment, check=False)
    assert killed.returncode == -9
    assert waiting(database) == 10 - 4 * (count // 4)
    write(database, 20, 21)
    assert seal(database, tmp_path) == 12 - 4 * (count // 4)
    assert len(assert_sealed(database, tmp_path)[0]) == 12
    assert_verifies(database, tmp_path)


def test_writers_and_sequencers_at_once_lose_nothing(database, tmp_path):
    signer_in(tmp_path)
    writers, per_writer, errors, done = 4, 12, [], threading.Event()

    def guarded(work):
        try:
            work()
        except Exception as error:
            errors.append(error)

    def keep_writing(number):
        own = Database(database.url)
        for n in range(per_writer):
            own.writing(lambda s, n=n: (say(s, n, stream=f"item:{number}"), say(s, n, stream="server")))
        own.dispose()

    def keep_sealing():
        own, signer = Database(database.url), signer_in(tmp_path)
        while not done.is_set():
            sequence(own, signer, at=NOON)
        own.dispose()

    def start(*works):
        threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        return threads

    sealers = start(keep_sealing, keep_sealing)
    for thread in start(*[lambda n=n: keep_writing(n) for n in range(writers)]):
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    assert not errors
    seal(database, tmp_path)
    assert len(assert_sealed(database, tmp_path)[0]) == writers * per_writer * 2
    assert_verifies(database, tmp_path)


def test_a_proof_can_be_had_for_the_acts_that_need_one():
    assert Tag.SIGNATURE_MADE.needs_proof
    assert Tag.RELEASE_CUT.needs_proof
    assert not Tag.ELEMENT_ADDED.needs_proof
