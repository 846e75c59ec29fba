"""File names are nowhere in clear, and what was spooled goes when its job ends, however it ends."""

import json
import socket
import zipfile
from dataclasses import replace
from types import SimpleNamespace

import pytest

from app.accounts.actor import OperatorActor
from app.core.errors import Conflict, Unavailable
from app.corpus.batch import get_batch, list_problems
from app.corpus.project import create_project
from app.corpus.vault import Vault
from app.factory import create_app
from app.formats.archives import opened_archive
from app.intake.files import Files
from app.intake.load import Delivery, LoadJob, start_batch
from app.intake.size import count_rows
from app.intake.withdraw import withdraw_batch
from app.jobs.job import claim_one, get_job
from app.jobs.worker import work
from app.settings import Settings

create_app()
OPERATOR = OperatorActor("tests")
AT = 1_700_000_000_000
NAME = "Zephrandine Quarrowbylle QX77120456"


class Intake:
    def __init__(self, database, folder):
        self.services = SimpleNamespace(
            database=database, vault=Vault(b"k" * 32), settings=Settings(var=str(folder / "var"))
        )
        self.project = database.writing(lambda s: create_project(s, OPERATOR, "pp", "P", at=AT))
        self.spool = self.services.settings.tmp_dir / "0123"
        self.spool.mkdir(parents=True)

    def start(self, *paths):
        batch, job = self.services.database.writing(
            lambda s: start_batch(s, OPERATOR, self.services.vault, self.project, Delivery(list(paths)), at=AT)
        )
        return batch.id, job.id

    def look(self, read):
        with self.services.database.reading() as session:
            return read(session)


@pytest.fixture
def intake(database, tmp_path):
    return Intake(database, tmp_path)


def test_a_job_row_names_no_file_and_forgets_the_sealed_names_when_it_is_done(intake, tmp_path):
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / f"{NAME}.txt").write_text("No fever.")
    batch, job = intake.start(folder)
    row = intake.look(lambda s: get_job(s, job))
    assert row.args == {"batch": batch, "modality": "", "host": socket.gethostname()}
    assert NAME.encode() not in row.sealed
    assert Files.opened(intake.services.vault, row.sealed, batch).paths == [str(folder)]
    with pytest.raises(Unavailable):
        Files.opened(intake.services.vault, row.sealed, batch + 1)  # sealed for one batch only
    work(intake.services, until_empty=True)
    row = intake.look(lambda s: get_job(s, job))
    assert (row.state, row.sealed, row.done) == ("done", None, 1)


def test_a_load_that_is_given_up_wipes_its_upload_and_can_be_withdrawn(intake, monkeypatch):
    path = intake.spool / "file-1.jsonl"
    path.write_text(json.dumps({"id": "a", "text": "No fever."}) + "\n")
    batch, job = intake.start(path)
    with pytest.raises(Conflict, match="come in"):
        intake.services.database.writing(lambda s: withdraw_batch(s, OPERATOR, get_batch(s, batch), at=AT))

    def broken(*_):
        raise RuntimeError(NAME)

    monkeypatch.setattr(Files, "rows", broken)
    monkeypatch.setattr("app.jobs.job.BACKOFF", 0)
    work(intake.services, until_empty=True)
    row = intake.look(lambda s: get_job(s, job))
    assert (row.state, row.error, row.sealed) == ("failed", "RuntimeError", None)
    assert not intake.spool.exists()
    by_two = replace(OPERATOR, approval=1)
    intake.services.database.writing(lambda s: withdraw_batch(s, by_two, get_batch(s, batch), at=AT))
    assert intake.look(lambda s: get_batch(s, batch).state) == "withdrawn"


def test_a_job_killed_after_its_last_chunk_is_finished_without_counting_again(intake):
    path = intake.spool / "file-1.jsonl"
    path.write_text(json.dumps({"id": "a", "text": "No fever."}) + "\n")
    batch, job = intake.start(path)
    held = intake.services.database.writing(lambda s: claim_one(s, job, "who is killed", at=AT))
    LoadJob().chunk(intake.services, held, at=AT)  # … and then no more
    assert path.exists()
    work(intake.services, until_empty=True)
    row = intake.look(lambda s: get_batch(s, batch))
    assert (row.state, row.stored, row.refused) == ("loaded", 1, 0)
    assert not intake.spool.exists()


def test_places_are_numbers_and_never_names(intake, tmp_path):
    bad = b"\xff\xfe"
    folder = tmp_path / NAME
    folder.mkdir()
    (folder / f"{NAME}.txt").write_bytes(bad)
    (tmp_path / f"{NAME}.csv").write_text("id,text\na,One,two\n")
    (tmp_path / f"{NAME}.jsonl").write_text("{\n")
    with zipfile.ZipFile(tmp_path / f"{NAME}.zip", "w") as archive:
        archive.writestr(f"{NAME}.txt", bad)
        archive.writestr(f"{NAME}.jsonl", "{\n")
        archive.writestr(f"{NAME}.exe", "MZ")
    paths = [folder, *(tmp_path / f"{NAME}{ending}" for ending in (".csv", ".jsonl", ".zip"))]
    batch, _ = intake.start(*paths)
    work(intake.services, until_empty=True)
    problems = intake.look(lambda s: list_problems(s, batch))
    assert [problem.where for problem in problems] == [
        "note 1 of file 1",
        "line 2 of file 2",
        "line 1 of file 3",
        "entry 1 of file 4",
        "line 1 of entry 2 of file 4",
        "entry 3 of file 4",
    ]
    assert "Zephrandine" not in problems


def test_nothing_of_an_archive_is_unpacked_to_disk(intake, tmp_path, monkeypatch):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    with zipfile.ZipFile(tmp_path / "n.zip", "w") as archive:
        archive.writestr("notes/a.csv", "id,text\na,One.\nb,Two.\n")
        archive.writestr("b.jsonl", '{"id": "c", "text": "Three."}\n')
    seen = []
    for row in Files([str(tmp_path / "n.zip")]).rows():
        seen.append((row.where, row.values["id"]))
        assert list(temporary.iterdir()) == []
    assert seen == [("line 2 of entry 1", "a"), ("line 3 of entry 1", "b"), ("line 1 of entry 2", "c")]


def test_a_damaged_entry_gives_no_row_at_all(tmp_path):
    with zipfile.ZipFile(tmp_path / "n.zip", "w") as archive:
        archive.writestr("a.jsonl", '{"id": "a", "text": "One."}\n{"id": "b", "text": "Twoo."}\n')
    data = (tmp_path / "n.zip").read_bytes()
    (tmp_path / "n.zip").write_bytes(data.replace(b"Twoo", b"Tvoo"))
    (problem,) = Files([str(tmp_path / "n.zip")]).rows()
    assert (problem.code, problem.where) == ("bad-zip", "entry 1")


@pytest.mark.parametrize("nameless", [1, 2])
def test_an_entry_without_a_name_refuses_the_archive_at_its_place(tmp_path, nameless):
    """The standard library's `is_dir` falls over such a name (before Python 3.12)."""
    path = tmp_path / "n.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in (1, 2):
            archive.writestr(zipfile.ZipInfo("" if number == nameless else "N-1.txt"), "Cough since Monday.")
    assert count_rows(path) == 2
    (problem,) = Files([str(path)]).rows()
    assert (problem.code, problem.where) == ("zip-name", f"entry {nameless}")
    with path.open("rb") as raw, opened_archive(raw, "n.zip") as archive:
        assert sorted(archive.names) == ["", "N-1.txt"]
