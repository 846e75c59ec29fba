"""A backup opens for its key alone, is believed for its signature alone, and is restored whole or not at all."""

import shutil
import sqlite3
import subprocess
import tarfile
from contextlib import closing

import pyrage
import pytest
from sqlalchemy.engine import make_url

from app.audit.checkpoint import Signer
from app.audit.note import VerifierKey
from app.cli.setup import restore as restoring
from app.cli.setup.archive import BackupContents, close_archive, digest_of
from app.cli.setup.backup_key import BackupKey, encrypt
from app.corpus.project import create_project
from tests.conftest import OPERATOR
from tests.databases import create_postgresql, drop_postgresql, require_postgresql
from tests.functional.test_backup_and_log import flask, server  # noqa: F401 (fixtures)

AT = 1_800_000_000_000
CANARY = "Zephrandine Quarrowbylle"


@pytest.fixture
def kept(server, tmp_path, flask):  # noqa: F811
    """An installation whose database holds a canary; its folder, its backup, and its key file."""
    var, out = server
    from app.core.db import Database

    database = Database(f"sqlite:///{var / 'chartmark.db'}")
    database.writing(lambda session: create_project(session, OPERATOR, "pp", CANARY, settings={}, at=AT))
    database.dispose()
    flask(var, "backup", out)
    return var, out, tmp_path / "var-backup.key"


def test_nothing_of_it_can_be_read_without_the_key(kept, tmp_path):
    var, out, key = kept
    master = (var / "keys" / "master.key").read_bytes()
    for path in (out, tmp_path / "backup.tar.keys"):
        data = path.read_bytes()
        assert path.stat().st_mode & 0o077 == 0
        assert data.startswith(b"age-encryption.org/v1\n")
        for secret in (CANARY.encode(), master, b"PRIVATE+KEY", b"SQLite", key.read_bytes()):
            assert secret not in data
    assert key.stat().st_mode & 0o077 == 0
    assert key.parent != var
    assert list(var.rglob(".backup-*")) == []


def test_what_is_missing_is_named(kept, tmp_path, flask):  # noqa: F811
    _, out, key = kept
    new = tmp_path / "new"
    assert "new-backup.key" in flask(new, "restore", out, code=1)
    (tmp_path / "backup.tar.keys").rename(tmp_path / "away")
    assert "bring" in flask(new, "restore", out, "--identity", key, code=1)
    assert "backup.tar.keys" in flask(new, "restore", out, "--identity", key, code=1)
    assert list(new.iterdir()) == []


def test_keys_of_another_backup_do_not_go_with_it(kept, tmp_path, flask):  # noqa: F811
    var, out, key = kept
    flask(var, "backup", tmp_path / "later.tar")
    (tmp_path / "later.tar.keys").replace(tmp_path / "backup.tar.keys")
    assert "does not belong" in flask(tmp_path / "new", "restore", out, "--identity", key, code=1)


def test_a_backup_made_by_somebody_else_for_our_key_is_refused(kept, tmp_path, flask):  # noqa: F811
    _, out, key = kept
    signer = Signer(tmp_path / "forged" / "log.key", "chartmark.local/audit")
    with closing(sqlite3.connect(tmp_path / "chartmark.db")) as made:
        made.execute("CREATE TABLE person (id)")
    for path, holds, name in ((out, "data", "chartmark.db"), (tmp_path / "backup.tar.keys", "keys", "keys/log.key")):
        source = tmp_path / "chartmark.db" if holds == "data" else tmp_path / "forged" / "log.key"
        with tarfile.open(tmp_path / "plain", "w") as archive:
            archive.add(source, name)
            close_archive(archive, BackupContents("x", holds, 0, {name: digest_of(source)}), signer)
        encrypt(tmp_path / "plain", path, BackupKey.read(key).recipient)
    new = tmp_path / "new"
    assert "not signed by a key that is believed" in flask(new, "restore", out, "--identity", key, code=1)
    assert list(new.iterdir()) == []


def test_a_recipient_elsewhere_keeps_the_secret_off_the_server(kept, tmp_path, flask):  # noqa: F811
    var, _, key = kept
    key.unlink()
    secret = pyrage.x25519.Identity.generate()
    flask(var, "backup", tmp_path / "sent.tar", backup_recipient=str(secret.to_public()))
    assert not key.exists()
    safe = tmp_path / "safe.key"
    safe.write_text(f"{secret}\n")
    new, sent = tmp_path / "new", tmp_path / "sent.tar"
    assert "whose signature" in flask(new, "restore", sent, "--identity", safe, code=1)
    vkey = flask(var, "audit", "keys").strip()
    VerifierKey.parse(vkey)
    flask(new, "restore", sent, "--identity", safe, "--signed-by", vkey)
    assert (new / "keys" / "master.key").read_bytes() == (var / "keys" / "master.key").read_bytes()


def test_a_rehearsal_checks_everything_and_keeps_nothing(kept, tmp_path, flask):  # noqa: F811
    var, out, _ = kept
    before = {path: path.read_bytes() for path in var.rglob("*") if path.is_file()}
    said = flask(var, "restore", out, "--rehearse")
    assert "sealed events holds" in said
    assert "can be restored; nothing was kept" in said
    assert {path: path.read_bytes() for path in var.rglob("*") if path.is_file()} == before


def test_a_restore_that_was_cut_off_is_begun_again(kept, tmp_path, flask, monkeypatch):  # noqa: F811
    _, out, key = kept
    new, moved = tmp_path / "new", []

    def cut_off(source, target):
        moved.append(target)
        if len(moved) == 2:
            raise KeyboardInterrupt
        return shutil.move(source, target)

    monkeypatch.setattr(restoring, "shutil", type("cut", (), {"move": cut_off, "rmtree": shutil.rmtree}))
    flask(new, "restore", out, "--identity", key, code=1)
    assert (new / ".restoring.json").exists()
    assert not (new / "chartmark.db").exists()
    monkeypatch.undo()
    flask(new, "restore", out, "--identity", key)
    assert not (new / ".restoring.json").exists()
    with closing(sqlite3.connect(new / "chartmark.db")) as restored:
        assert restored.execute("SELECT title FROM project").fetchone() == (CANARY,)


def test_an_archive_from_before_is_taken_when_asked_for(server, tmp_path, flask):  # noqa: F811
    var, _ = server
    old = tmp_path / "old.tar"
    files = {"chartmark.db": var / "chartmark.db"} | {f"keys/{p.name}": p for p in (var / "keys").glob("*.key")}
    with closing(sqlite3.connect(var / "chartmark.db")) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with tarfile.open(old, "w") as archive:
        for name, path in files.items():
            archive.add(path, name)
        contents = BackupContents(files={name: digest_of(path) for name, path in files.items()})
        listed = tmp_path / "contents.json"
        listed.write_text('{"files": ' + contents.text().split('"files": ')[1].split("}")[0] + "}}")
        archive.add(listed, "contents.json")
    new = tmp_path / "new"
    assert "--unauthenticated" in flask(new, "restore", old, code=1)
    flask(new, "restore", old, "--unauthenticated")
    assert "OK" in flask(new, "audit", "export", tmp_path / "out") + flask(new, "audit", "verify", tmp_path / "out")


@pytest.mark.postgres
def test_on_postgresql_no_argument_tells_the_password(database_templates, tmp_path, flask, monkeypatch):  # noqa: F811
    """Backed up, rehearsed in a scratch database, restored into an empty one."""
    require_postgresql()
    said, real = [], subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda command, **more: said.append(command) or real(command, **more))
    var, new, out = tmp_path / "var", tmp_path / "new", tmp_path / "out.tar"
    with database_templates.fresh("postgresql", tmp_path) as database:
        database.writing(lambda session: create_project(session, OPERATOR, "pp", "P", settings={}, at=AT))
        url = make_url(database.url).set(password="tell-nobody").render_as_string(hide_password=False)
        flask(var, "audit", "seal", database_url=url)
        flask(var, "backup", out, database_url=url)
        assert "nothing was kept" in flask(var, "restore", out, "--rehearse", database_url=url)
    empty = make_url(create_postgresql()).set(password="tell-nobody").render_as_string(hide_password=False)
    try:
        flask(new, "restore", out, "--identity", tmp_path / "var-backup.key", database_url=empty)
        assert '"key": "pp"' in flask(new, "project", "list", database_url=empty)
    finally:
        drop_postgresql(empty)
    assert [command[0] for command in said] == ["pg_dump", "pg_restore", "pg_restore"]
    assert "tell-nobody" not in str(said)
