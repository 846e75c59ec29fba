"""A witness on another machine holds the log to one history: the real program, over HTTP, and what its silence does."""

import base64
import json
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from app.audit import verify
from app.audit.anchoring import SILENT, silent_places
from app.audit.merkle import consistency_proof
from app.audit.models import Anchor, Checkpoint, Cosignature, Event, Leaf, Node, Outbox
from app.audit.note import COSIGNATURE, VerifierKey, cosigned_text
from app.audit.tree import StoredTree
from app.audit.witnessing import ask, witnesses_of
from tests.unit.audit import story
from tests.unit.audit.events import NOON, ORIGIN, seal, signer_in, write
from tests.unit.audit.story import Bundle
from tests.unit.audit.test_macs import keyed
from tests.unit.audit.test_sequencer import drop_triggers

PROGRAM = Path(__file__).parents[2] / "witness" / "witness.py"


@contextmanager
def serving(state, *vkeys):
    """The program as its operator starts it; yields its address."""
    logs = [part for vkey in vkeys for part in ("--log", vkey)]
    command = [sys.executable, str(PROGRAM), "serve", "--state", str(state), "--port", "0", *logs]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            line = process.stderr.readline()
            assert line.startswith("witness on http://"), line
            yield line.split()[2]
        finally:
            process.terminate()


@pytest.fixture
def ours(sqlite_database, tmp_path):
    opened = keyed(sqlite_database, tmp_path)
    write(opened, *range(6))
    seal(opened, tmp_path)
    yield opened
    opened.dispose()


@pytest.fixture
def vkey(tmp_path):
    command = [sys.executable, str(PROGRAM), "key", "witness.example/w1", "--state", str(tmp_path / "witness")]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def url(ours, vkey, tmp_path):
    with serving(tmp_path / "witness", *signer_in(tmp_path).vkeys()) as address:
        yield address


def checkpoint_of(database):
    with database.reading() as session:
        return session.scalars(select(Checkpoint).order_by(Checkpoint.size.desc())).first()


def proof_of(database, old, new):
    with database.reading() as session:
        return [base64.b64encode(value).decode() for value in consistency_proof(StoredTree(session).node, old, new)]


def post(url, body, path="add-checkpoint"):
    """(status, content type, body)"""
    request = urllib.request.Request(url + path, body.encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def request_for(old, proof, note):
    return "".join([f"old {old}\n", *(line + "\n" for line in proof), "\n", note])


def test_the_program_keeps_to_the_protocol(ours, vkey, url, tmp_path):
    """Each status of C2SP tlog-witness, in one conversation."""
    first = checkpoint_of(ours)
    signer = signer_in(tmp_path)
    stranger = signer_in(tmp_path / "stranger")
    other = first.note.replace(ORIGIN, "other.example/log")
    root = bytes.fromhex(first.root)
    assert post(url, request_for(0, [], other))[0] == 404
    assert post(url, request_for(0, [], stranger.sign(first.size, root)))[0] == 403
    assert post(url, request_for(first.size + 1, [], first.note))[0] == 400
    assert post(url, request_for(3, [], first.note))[:2] == (409, "text/x.tlog.size")
    assert post(url, request_for(0, ["A" * 44], first.note))[0] == 400
    assert post(url, request_for(0, [base64.b64encode(bytes(32)).decode()] * 64, first.note))[0] == 400
    assert post(url, request_for(0, [base64.b64encode(bytes(32)).decode()], first.note))[0] == 422
    for broken in ("", "old 0", "old 00\n\n" + first.note, "new 0\n\n" + first.note, "old 0\n\nnonsense\n"):
        assert post(url, broken)[0] == 400, broken
    assert post(url, "x" * 70_000)[0] == 413
    assert post(url, "x", "add-entry")[0] == 404
    status, _, line = post(url, request_for(0, [], first.note))
    text = first.note.rpartition("\n\n")[0] + "\n"
    assert status == 200
    assert cosigned_text(line, text, VerifierKey.parse(vkey, COSIGNATURE)) > 1_700_000_000
    write(ours, 7, 8)
    seal(ours, tmp_path)
    second = checkpoint_of(ours)
    proof = proof_of(ours, first.size, second.size)
    assert post(url, request_for(0, [], second.note))[2] == f"{first.size}\n"
    assert post(url, request_for(first.size, proof[:-1], second.note))[0] == 422
    forged = signer.sign(second.size, bytes(32))  # by the log's own key: another history
    assert post(url, request_for(first.size, proof, forged))[0] == 422
    assert post(url, request_for(first.size, proof, second.note))[0] == 200
    assert post(url, request_for(second.size, [], second.note))[0] == 200  # once more, with a newer time
    assert post(url, request_for(second.size, [], signer.sign(second.size, bytes(32))))[0] == 409


def test_a_witness_remembers_across_a_start_and_runs_once(ours, vkey, tmp_path):
    state, log = tmp_path / "witness", signer_in(tmp_path).vkeys()[0]
    with serving(state, log) as address:
        assert ask(ours, witnesses_of(f"{address} {vkey}")[0], at=NOON)
        again = subprocess.run(
            [sys.executable, str(PROGRAM), "serve", "--state", str(state), "--port", "0", "--log", log],
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert again.returncode == 1
    with serving(state, log) as address:
        size = checkpoint_of(ours).size
        assert post(address, request_for(0, [], checkpoint_of(ours).note))[2] == f"{size}\n"


def test_the_log_is_cosigned_and_an_auditor_sees_how_far(ours, vkey, url, tmp_path):
    (witness,) = witnesses_of(f"{url} {vkey}")
    assert ask(ours, witness, at=NOON)
    assert ask(ours, witness, at=NOON)  # nothing new: nobody is asked
    first = checkpoint_of(ours).size
    write(ours, 7, 8)
    seal(ours, tmp_path)
    assert ask(ours, witness, at=NOON)
    second = checkpoint_of(ours).size
    with ours.reading() as session:
        assert [row.size for row in session.scalars(select(Cosignature).order_by(Cosignature.size))] == [first, second]
    bundle = Bundle(story.hand_out(ours, tmp_path))
    found = verify.verify(bundle.folder, [], [], [], (vkey,))
    assert found["breaks"] == []
    assert [one["size"] for one in found["witnessed"]] == [second]
    assert any("WITNESSED by witness.example/w1" in line for line in verify.describe(found))
    rows = [json.loads(line) for line in bundle.lines("checkpoints.jsonl")]
    marked = next(row for row in rows if row["size"] == second)
    name, _, encoded = marked["cosignatures"][0].strip().rpartition(" ")
    raw = bytearray(base64.b64decode(encoded))
    raw[9] ^= 1  # the time
    marked["cosignatures"] = [f"{name} {base64.b64encode(raw).decode()}\n"]
    bundle.write(map(json.dumps, rows), "checkpoints.jsonl")
    (broken,) = verify.verify(bundle.folder, [], [], [], (vkey,))["breaks"]
    assert "carries a wrong cosignature of witness.example/w1" in broken["message"]
    other = VerifierKey("witness.example/w2", bytes(range(32)), COSIGNATURE)
    assert verify.verify(bundle.folder, [], [], [], (str(other),))["witnessed"][0]["size"] == 0


def test_a_database_set_back_is_told_by_the_witness(ours, vkey, url, tmp_path, caplog):
    """The operator put back a backup, with the signer's memory, and nobody here would know."""
    (witness,) = witnesses_of(f"{url} {vkey}")
    early = checkpoint_of(ours).size
    write(ours, 7, 8)
    seal(ours, tmp_path)
    assert ask(ours, witness, at=NOON)
    drop_triggers(ours)
    with ours.engine.begin() as connection:
        pks = list(connection.scalars(select(Leaf.event_pk).where(Leaf.idx >= early)))
        for table, where in (
            (Outbox, Outbox.event_pk.in_(pks)),
            (Leaf, Leaf.idx >= early),
            (Node, Node.idx < 0),
            (Checkpoint, Checkpoint.size > early),
            (Event, Event.id.in_(pks)),
            (Anchor, Anchor.size >= 0),
        ):
            connection.execute(delete(table).where(where))
    assert not ask(ours, witness, at=NOON)
    assert "has seen a log of" in caplog.text
    with ours.reading() as session:
        assert session.get(Anchor, witness.name).problem == "log-behind-witness"


def test_a_silent_witness_keeps_nothing_waiting_and_alarms(ours, vkey, tmp_path, caplog):
    (witness,) = witnesses_of(f"http://127.0.0.1:9/ {vkey}")
    assert not ask(ours, witness, at=NOON)
    assert "has not answered" not in caplog.text
    write(ours, 7)
    assert seal(ours, tmp_path) == 1
    assert not ask(ours, witness, at=NOON + SILENT)
    assert "has not answered for 60 minutes: silent" in caplog.text
    with ours.reading() as session:
        assert [one.name for one in silent_places(session, at=NOON + SILENT)] == [witness.name]
        assert silent_places(session, at=NOON + 1) == []


def test_what_is_no_witness_in_the_setting_is_named():
    from app.core.errors import Invalid

    for wrong in ("ftp://w.example w+00000000+AA==", "https://w.example"):
        with pytest.raises(Invalid):
            witnesses_of(wrong)
    assert witnesses_of("") == []
