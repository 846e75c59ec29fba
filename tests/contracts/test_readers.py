"""Every reader, fed what no reader should choke on: the place is named, good rows are kept, no bad text stays."""

import json
import zipfile
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.accounts.actor import OperatorActor
from app.corpus.batch import Batch, list_problems
from app.corpus.project import create_project, get_project
from app.corpus.source import Source, open_source
from app.corpus.vault import Vault
from app.factory import create_app
from app.intake.load import Delivery, LoadJob, start_batch
from app.intake.readers import MAX_LINE_BYTES, READERS
from app.jobs.job import Job, claim_one
from app.settings import Settings

create_app()
AT = 1_700_000_000_000
OPERATOR = OperatorActor("tests")
GOOD = ("g1", b"No chest pain."), ("g2", "Fieber, é 😀.".encode())
BAD_BYTES = b"zebra \xff\xfe stripes"
NUL = b"zebra \x00 stripes"
LONG = b"zebra " * (MAX_LINE_BYTES // 5)
# What a quoted cell or JSON string needs nothing more for.
KEYS = READERS.keys()


def write(key, folder, notes):
    """A file of the reader's kind with these (id, text bytes)."""
    return {"txt": write_texts, "zip": write_zip, "csv": write_csv, "jsonl": write_jsonl}[key](folder, notes)


def write_texts(folder, notes):
    place = folder / "notes"
    place.mkdir()
    for name, text in notes:
        (place / f"{name}.txt").write_bytes(text)
    return place


def write_zip(folder, notes):
    with zipfile.ZipFile(folder / "notes.zip", "w") as archive:
        for name, text in notes:
            archive.writestr(f"{name}.txt", text)
    return folder / "notes.zip"


def write_csv(folder, notes):
    lines = [b"id,text\n", *(name.encode() + b',"' + text + b'"\n' for name, text in notes)]
    (folder / "notes.csv").write_bytes(b"".join(lines))
    return folder / "notes.csv"


def write_jsonl(folder, notes):
    lines = [b'{"id": "' + name.encode() + b'", "text": "' + _escaped(text) + b'"}\n' for name, text in notes]
    (folder / "notes.jsonl").write_bytes(b"".join(lines))
    return folder / "notes.jsonl"


def _escaped(text):
    return text.replace(b"\x00", b"\\u0000")


class Intake:
    """A project that loads files; what it then holds."""

    def __init__(self, database, folder):
        self.database, self.vault = database, Vault(b"k" * 32)
        self.services = SimpleNamespace(database=database, vault=self.vault, settings=Settings(var=str(folder / "var")))
        self.project_id = database.writing(lambda s: create_project(s, OPERATOR, "pp", "P", at=AT).id)

    def load(self, path, reader=None):
        """Load a file to its end; returns the batch."""

        def start(session):
            project, delivery = get_project(session, self.project_id), Delivery([path], reader or "")
            return start_batch(session, OPERATOR, self.vault, project, delivery, at=AT)

        batch, queued = self.database.writing(start)
        job = self.database.writing(lambda s: claim_one(s, queued.id, "tests", at=AT))
        kind = LoadJob()
        while kind.chunk(self.services, job, at=AT):
            with self.database.reading() as session:
                job = session.get(Job, job.id)
        with self.database.reading() as session:
            return session.get(Batch, batch.id)

    def problems(self, batch):
        with self.database.reading() as session:
            return list_problems(session, batch.id)

    def texts(self):
        with self.database.reading() as session:
            rows = session.scalars(select(Source).order_by(Source.id)).all()
            bodies = [open_source(session, self.vault.key_of(session, row.subject_id), row.id) for row in rows]
        return [body["text"] for body in bodies]


@pytest.fixture
def intake(sqlite_database, tmp_path):
    return Intake(sqlite_database, tmp_path)


@pytest.mark.parametrize("key", KEYS)
def test_good_notes_come_in_as_they_are(intake, tmp_path, key):
    batch = intake.load(write(key, tmp_path, GOOD))
    assert (batch.stored, batch.refused, batch.state) == (2, 0, "loaded")
    assert intake.texts() == [text.decode() for _, text in GOOD]


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (BAD_BYTES, {"not-utf-8"}),
        (NUL, {"nul-character"}),
        (b"", {"empty-text"}),
        (b"   ", {"empty-text"}),
        (LONG, {"line-too-long", "file-too-large", "text-too-long", "zip-bomb"}),
    ],
    ids=["not UTF-8", "NUL", "empty", "blank", "over-long"],
)
def test_a_bad_note_is_refused_by_its_place_and_the_good_ones_are_kept(intake, tmp_path, key, text, codes):
    batch = intake.load(write(key, tmp_path, [GOOD[0], ("bad", text), GOOD[1]]))
    (problem,) = intake.problems(batch)
    assert problem.code in codes
    assert problem.where
    assert batch.refused == 1
    assert "zebra" not in str(problem)
    # In a table a broken byte or an endless line may hide where rows begin: then nothing is taken.
    whole_file = key == "csv" and problem.code in ("not-utf-8", "line-too-long")
    assert intake.texts() == ([] if whole_file else [t.decode() for _, t in GOOD])


@pytest.mark.parametrize("key", KEYS)
def test_an_empty_file_says_so(intake, tmp_path, key):
    path = write(key, tmp_path, [])
    if key == "csv":
        path.write_bytes(b"")
    batch = intake.load(path)
    assert batch.stored == 0
    assert key == "zip" or intake.problems(batch)[0].code in ("empty-file", "empty-folder")


@pytest.mark.parametrize("key", ["csv", "jsonl"])
def test_the_same_id_twice(intake, tmp_path, key):
    first, second = GOOD
    batch = intake.load(write(key, tmp_path, [first, first, (first[0], b"Another text."), second]))
    assert (batch.stored, batch.skipped, batch.refused) == (2, 1, 1)
    assert intake.problems(batch)[0].code == "duplicate-id"
    assert len(intake.texts()) == 2


@pytest.mark.parametrize("key", KEYS)
def test_loading_the_same_again_stores_nothing(intake, tmp_path, key):
    path = write(key, tmp_path, GOOD)
    intake.load(path)
    again = intake.load(path)
    assert (again.stored, again.skipped, again.refused) == (0, 2, 0)


@pytest.mark.parametrize("key", KEYS)
def test_a_file_of_another_kind_is_no_crash(intake, tmp_path, key):
    path = tmp_path / "strange.bin"
    path.write_bytes(bytes(range(256)) * 10)
    batch = intake.load(path, reader=key)
    assert batch.stored == 0
    assert batch.refused >= 1


class TestTables:
    def test_a_missing_column_is_named(self, intake, tmp_path):
        (tmp_path / "n.csv").write_text("id,colour\n1,red\n2,blue\n")
        assert intake.problems(intake.load(tmp_path / "n.csv"))[0].code == "column-missing"

    def test_a_row_with_too_many_cells(self, intake, tmp_path):
        (tmp_path / "n.csv").write_text("id,text\na,One two.\nb,Three,four\nc,Five.\n")
        batch = intake.load(tmp_path / "n.csv")
        assert [(p.code, p.where[:6]) for p in intake.problems(batch)] == [("too-many-columns", "line 3")]
        assert intake.texts() == ["One two.", "Five."]

    def test_a_quote_that_never_ends_keeps_what_came_before(self, intake, tmp_path):
        (tmp_path / "n.csv").write_text('id,text\na,One.\nb,"Two')
        batch = intake.load(tmp_path / "n.csv")
        assert intake.problems(batch)[0].code == "bad-csv"
        assert intake.texts() == ["One."]


class TestJsonLines:
    @pytest.mark.parametrize(
        "line",
        [
            '{"id": 1',
            "[1, 2]",
            "null",
            "[" * 100_000,
            '{"id": ' + "9" * 5_000 + ', "text": "zebra"}',
            '{"id": "\\ud800", "text": "zebra"}',
            '{"id": "b", "patient_id": "\\udfff", "text": "zebra"}',
            '{"id": "b", "text": "zebra \\ud83d"}',
            '{"id": "b", "note_type": "\\u0000", "text": "zebra"}',
            '{"id": "b", "text": "zebra", "known": {"names": ["\\ud800"]}}',
            '{"id": "b", "text": "zebra", "known": {"names": [1]}}',
            '{"id": "b", "text": "zebra", "date": "2024-13-01"}',
            '{"id": "b", "text": 7}',
            '{"text": "zebra"}',
            '{"id": "b", "fields": {"Modality": "\\ud800"}}',
        ],
    )
    def test_a_bad_line_is_refused_alone(self, intake, tmp_path, line):
        (tmp_path / "n.jsonl").write_text(f'{{"id": "a", "text": "One."}}\n{line}\n{{"id": "c", "text": "Two."}}\n')
        batch = intake.load(tmp_path / "n.jsonl")
        assert (batch.stored, batch.refused) == (2, 1)
        assert all("line 2" in p.where for p in intake.problems(batch))
        assert "zebra" not in str(intake.problems(batch))
        assert intake.texts() == ["One.", "Two."]

    def test_a_strange_key_is_dropped_and_counted(self, intake, tmp_path):
        (tmp_path / "n.jsonl").write_text('{"id": "a", "text": "One.", "\\ud800\\u0000": 1}\n')
        batch = intake.load(tmp_path / "n.jsonl")
        assert batch.stored == 1
        assert sum(json.loads(batch.dropped_json).values()) == 1


class TestArchives:
    @pytest.mark.parametrize(
        ("name", "code"),
        [("../out.txt", "zip-name"), ("/etc/out.txt", "zip-name"), ("a\\..\\..\\out.txt", "zip-name")],
    )
    def test_a_name_that_leads_outside_refuses_the_archive(self, intake, tmp_path, name, code):
        with zipfile.ZipFile(tmp_path / "n.zip", "w") as archive:
            archive.writestr("a.txt", "One.")
            archive.writestr(name, "zebra")
        batch = intake.load(tmp_path / "n.zip")
        assert [p.code for p in intake.problems(batch)] == [code]
        assert intake.texts() == []
        assert not list(tmp_path.parent.glob("**/out.txt"))

    def test_a_bomb_is_refused_unopened(self, intake, tmp_path):
        with zipfile.ZipFile(tmp_path / "n.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.txt", b"0" * 7_000_000)
        assert [p.code for p in intake.problems(intake.load(tmp_path / "n.zip"))] == ["zip-bomb"]

    def test_an_archive_in_an_archive_is_refused_alone(self, intake, tmp_path):
        with zipfile.ZipFile(tmp_path / "n.zip", "w") as archive:
            archive.writestr("a.txt", "One.")
            archive.writestr("b.zip", b"PK")
            archive.writestr("c.exe", b"MZ")
        batch = intake.load(tmp_path / "n.zip")
        assert [p.code for p in intake.problems(batch)] == ["zip-nested", "unknown-kind"]
        assert intake.texts() == ["One."]


def test_a_name_of_a_file_that_is_not_utf_8(intake, tmp_path):
    place = tmp_path / "notes"
    place.mkdir()
    (place / "good.txt").write_text("One.")
    try:
        (place / "b\udcff.txt").write_text("zebra")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    batch = intake.load(place)
    assert batch.refused == 1
    assert intake.texts() == ["One."]
