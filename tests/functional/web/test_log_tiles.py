"""The log's tiles: a follower checks it from outside with the program of the repository, and no content shows."""

import hashlib
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest
from werkzeug.serving import make_server

from app.audit.checkpoint import Signer
from app.audit.merkle import CompactRange
from app.audit.sequencer import sequence
from app.core import clock
from app.factory import create_app
from app.settings import Settings
from tests.functional.test_witness import PROGRAM
from tests.unit.audit.events import NOON, say


@pytest.fixture
def sealed(app):
    """600 events and a few: two full tiles, a partial one, and one of the level above."""
    settings, database = app.extensions["settings"], app.extensions["database"]
    signer = Signer(settings.log_key_path, settings.log_origin)
    database.writing(lambda s: [say(s, n) for n in range(600)])
    sequence(database, signer, at=NOON)
    return signer


@contextmanager
def served(app):
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/log"
    finally:
        server.shutdown()
        thread.join()


def size_of(client):
    answer = client.get("/log/checkpoint")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert "no-store" in answer.headers["Cache-Control"]
    return int(answer.text.splitlines()[1])


def test_tiles_have_the_root_of_the_checkpoint(client, sealed):
    size = size_of(client)
    assert size > 600
    paths = ["000", "001", f"002.p/{size - 512}"]
    answers = [client.get(f"/log/tile/0/{path}") for path in paths]
    assert ["immutable" in answer.headers["Cache-Control"] for answer in answers] == [True, True, False]
    data = b"".join(answer.data for answer in answers)
    hashes = [data[n : n + 32] for n in range(0, len(data), 32)]
    root = CompactRange.of(hashes).root()
    assert sealed.open(client.get("/log/checkpoint").text).root == root
    above = client.get("/log/tile/1/000.p/2").data
    assert above == CompactRange.of(hashes[:256]).root() + CompactRange.of(hashes[256:512]).root()
    assert hashlib.sha256(b"").digest() not in hashes


@pytest.mark.parametrize(
    "path",
    [
        "0/003",
        "0/002",
        "0/002.p/255",
        "0/000.p/256",
        "0/000.p/0",
        "0/000.p/01",
        "0/0",
        "0/x000/000",
        "0/x001",
        "1/000",
        "2/000.p/1",
        "64/000",
        "99999999999999999999/000",
        "0/../checkpoint",
        "entries/000",
    ],
)
def test_a_tile_that_is_not_there_is_not_found(client, sealed, path):
    assert client.get(f"/log/tile/{path}").status_code == 404


def test_the_program_follows_the_log_and_finds_it_rewritten(app, sealed, tmp_path):
    """With an address and a key, nothing else."""
    database, settings = app.extensions["database"], app.extensions["settings"]

    def follow(url):
        command = [sys.executable, str(PROGRAM), "follow", url, "--state", str(tmp_path / "auditor")]
        command += ["--log", sealed.vkeys()[0]]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    with served(app) as url:
        first = follow(url)
        assert (first.returncode, first.stderr) == (0, "")
        database.writing(lambda s: [say(s, n) for n in range(700, 1000)])
        sequence(database, sealed, at=clock.now())
        assert "300 of them new" in follow(url).stdout
    other = create_app(Settings(var=str(tmp_path / "other"), database_url=settings.database, log_private="1"))
    with served(other) as url:
        assert follow(url).returncode == 1  # only for people signed in
    # Another history under the same key, as long as the first.
    second = tmp_path / "second"
    with served_copy(tmp_path, second, settings) as url:
        broken = follow(url)
    assert broken.returncode == 1
    assert "the log was rewritten" in broken.stderr


@contextmanager
def served_copy(tmp_path, folder, settings):
    from tests.databases import build_schema, sqlite_url

    folder.mkdir()
    url = sqlite_url(folder / "other.db")
    build_schema(url)
    forged = create_app(Settings(var=str(folder), database_url=url, log_origin=settings.log_origin))
    (folder / "keys").mkdir()
    key = folder / "keys" / "log.key"
    key.write_bytes(settings.log_key_path.read_bytes())
    key.chmod(0o600)
    database = forged.extensions["database"]
    database.writing(lambda s: [say(s, n, at=NOON + 1) for n in range(1000)])
    sequence(database, Signer(key, settings.log_origin), at=NOON)
    with served(forged) as address:
        yield address
    database.dispose()
