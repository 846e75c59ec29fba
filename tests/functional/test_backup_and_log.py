"""A backup is restored: the log goes on, says so, and an auditor finds nothing hidden."""

import shutil
import tarfile
from pathlib import Path

import pytest

from app.audit.checkpoint import Signer
from app.cli.setup.archive import BackupContents, close_archive, digest_of, extract_whole
from app.core.errors import Invalid
from app.factory import create_app
from app.settings import Settings
from tests.damage import mutants
from tests.unit.audit.events import write


@pytest.fixture
def flask():
    def run(var, *arguments, code=0, **settings):
        app = create_app(Settings(var=str(var), **settings))
        with app.app_context():
            answer = app.test_cli_runner().invoke(args=[str(a) for a in arguments])
        app.extensions["database"].dispose()
        assert answer.exit_code == code, answer.output
        return answer.output

    return run


@pytest.fixture
def server(database_templates, tmp_path, flask):
    """An installation with ten events, backed up at five; returns its folder and the backup."""
    var = tmp_path / "var"
    var.mkdir()
    with database_templates.fresh("sqlite", var) as database:
        (var / "test.db").rename(var / "chartmark.db")
        database.url = f"sqlite:///{var / 'chartmark.db'}"
        write(database, *range(5))
        flask(var, "audit", "seal")
        flask(var, "backup", tmp_path / "backup.tar")
        write(database, *range(5, 10))
        flask(var, "audit", "seal")
    return var, tmp_path / "backup.tar"


def test_on_another_machine_the_restored_log_goes_on(server, flask, tmp_path):
    _, backup = server
    elsewhere = tmp_path / "elsewhere"
    flask(elsewhere, "restore", backup, "--identity", tmp_path / "var-backup.key")
    flask(elsewhere, "audit", "export", tmp_path / "out")
    assert "OK: everything holds" in flask(elsewhere, "audit", "verify", tmp_path / "out")


def test_on_the_same_machine_the_log_names_what_was_lost(server, flask, tmp_path):
    var, backup = server
    kept = flask(var, "audit", "checkpoint")
    for name in ("chartmark.db", "chartmark.db-wal", "chartmark.db-shm"):
        Path(var / name).unlink(missing_ok=True)
    shutil.rmtree(var / "terminology", ignore_errors=True)
    assert "5 sealed events were lost" in flask(var, "restore", backup)
    assert (var / "keys" / "log.checkpoint.lost-10").read_text() == kept
    flask(var, "audit", "export", tmp_path / "out")
    assert kept.replace("\n", "\\n") in (tmp_path / "out" / "events.jsonl").read_text()


def flip(data, at):
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_a_damaged_backup_is_refused_and_leaves_nothing_in_place(server, tmp_path):
    _, backup = server
    whole = backup.read_bytes()
    damaged = (whole[: len(whole) // 2], b"", b"no archive", flip(whole, len(whole) - 1), flip(whole, 300))
    for number, data in enumerate(damaged):
        backup.write_bytes(data)
        elsewhere = tmp_path / f"elsewhere-{number}"
        app = create_app(Settings(var=str(elsewhere)))
        with app.app_context():
            asked = ["restore", str(backup), "--identity", str(tmp_path / "var-backup.key")]
            answer = app.test_cli_runner().invoke(args=asked)
        app.extensions["database"].dispose()
        assert answer.exit_code == 1
        assert "not restored: backup.tar" in answer.output
        assert not (elsewhere / "chartmark.db").exists()
        assert not list(elsewhere.glob(".restoring-*"))


def test_two_thousand_damaged_backups_are_whole_or_refused(tmp_path):
    source = tmp_path / "small.tar"
    with tarfile.open(source, "w") as archive:
        (tmp_path / "chartmark.db").write_bytes(b"SQLite format 3\x00" + b"x" * 600)
        archive.add(tmp_path / "chartmark.db", "chartmark.db")
        files = {"chartmark.db": digest_of(tmp_path / "chartmark.db")}
        close_archive(archive, BackupContents(files=files), Signer(tmp_path / "log.key", "a.log"))
    whole = source.read_bytes()
    for number, data in enumerate(mutants(whole, 5)):
        source.write_bytes(data)
        folder = tmp_path / str(number)
        try:
            extract_whole(source, folder)
        except Invalid as error:
            assert "small.tar" in error.message
        else:
            assert (folder / "chartmark.db").read_bytes() == (tmp_path / "chartmark.db").read_bytes()
        shutil.rmtree(folder, ignore_errors=True)
