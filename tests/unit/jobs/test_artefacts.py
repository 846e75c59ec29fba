"""What hosts must have alike is announced by digest, fetched from a shared folder, used only if its bytes are right."""

import json
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from app.core import clock
from app.core.errors import Unavailable
from app.factory import compose
from app.jobs.artefact import Announced, AnnouncedArtefact, announce, digest_of_files, fetch, missing
from app.jobs.job import enqueue
from app.pipelines.hosting import InstalledPipelines
from app.settings import Settings
from app.tagging.protocol import PIPELINES
from app.terminology.artefacts import find_release
from app.terminology.releases import import_release

CODES = "code systems"


def codes_of(settings, system="own-codes", text="code\tterm\nA\tcough\n"):
    """A host's own small code system, imported."""
    compose()
    source = settings.var_dir / "codes.tsv"
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(text)
    return import_release(settings.terminology_dir, system, source)


@pytest.fixture
def first(tmp_path):
    return Settings(var=str(tmp_path / "first"), shared=str(tmp_path / "shared"))


@pytest.fixture
def other(tmp_path):
    return Settings(var=str(tmp_path / "other"), shared=str(tmp_path / "shared"))


@pytest.fixture
def announced(sqlite_database, first):
    """The release the first host has, announced by it."""
    manifest = codes_of(first)
    sqlite_database.writing(lambda session: announce(session, first, at=clock.now()))
    return manifest


def lacking(database, settings, kind="preannotate.run"):
    """What a host that starts now says of a job."""
    services = SimpleNamespace(database=database, settings=settings, vault=None)
    job = database.writing(lambda session: enqueue(session, kind, {}, project_id=1, at=1))
    with database.reading() as session:
        return Announced().lacks(services, session, job)


def of_codes(database, settings):
    with database.reading() as session:
        return [row for row in missing(session, settings) if row.kind == CODES]


def test_nothing_is_compared_before_anything_is_announced(sqlite_database, other):
    assert lacking(sqlite_database, other) == ""


def test_the_host_that_announced_lacks_nothing(sqlite_database, first, announced):
    with sqlite_database.reading() as session:
        assert missing(session, first) == []
        kinds = set(session.scalars(select(AnnouncedArtefact.kind)))
    assert kinds == {CODES, "pipelines", "identifier model"}


def test_a_new_host_fetches_a_release_by_its_digest(sqlite_database, other, announced):
    assert [row.digest for row in of_codes(sqlite_database, other)] == [announced.digest]
    assert lacking(sqlite_database, other) == ""
    assert of_codes(sqlite_database, other) == []
    assert find_release(other.terminology_dir, announced.system).digest == announced.digest


def test_a_host_with_another_release_of_a_system_takes_the_announced_one(sqlite_database, other, announced):
    codes_of(other, text="code\tterm\nB\tfever\n")
    assert lacking(sqlite_database, other) == ""
    assert find_release(other.terminology_dir, announced.system).digest == announced.digest


def test_bytes_that_were_changed_in_the_shared_folder_are_not_used(sqlite_database, first, other, announced):
    (row,) = of_codes(sqlite_database, other)
    victim = max((first.shared_dir / "artefacts" / row.files_sha256).iterdir(), key=lambda path: path.stat().st_size)
    victim.chmod(0o644)
    victim.write_bytes(victim.read_bytes()[:-1] + b"?")
    assert lacking(sqlite_database, other) == "artefact-damaged"
    assert lacking(sqlite_database, other, "deid.run") == ""
    assert list(other.terminology_dir.glob("*")) == []


def test_without_a_shared_folder_a_host_that_differs_leaves_the_jobs_concerned(sqlite_database, other, announced):
    alone = Settings(var=other.var)
    assert lacking(sqlite_database, alone) == "artefact-missing"
    assert lacking(sqlite_database, alone, "deid.run") == ""


def test_a_host_with_another_model_of_identifiers_leaves_that_stage_only(
    sqlite_database, other, announced, monkeypatch
):
    monkeypatch.setattr("app.privacy.engines.engine_version", lambda: "1+model.old")
    assert lacking(sqlite_database, other, "deid.run") == "artefact-missing"
    assert lacking(sqlite_database, other) == ""


def test_what_is_announced_anew_replaces_what_was(sqlite_database, first, other, announced):
    newer = codes_of(first, text="code\tterm\nA\tcough\nC\trash\n")
    sqlite_database.writing(lambda session: announce(session, first, at=clock.now()))
    assert [row.digest for row in of_codes(sqlite_database, other)] == [newer.digest]


def test_a_trained_pipeline_reaches_a_new_host_by_its_digest(sqlite_database, first, other):
    import spacy

    (first.var_dir / "pipelines").mkdir(parents=True)
    spacy.blank("en").to_disk(first.var_dir / "pipelines" / "model")
    card = {"key": "trained", "title": "Trained", "version": "1", "path": "model", "labels": {"X": "PROBLEM"}}
    (first.var_dir / "pipelines" / "trained.json").write_text(json.dumps(card))
    from app.pipelines.folder import register_folder

    assert register_folder(first.var_dir / "pipelines") == []
    try:
        digest = PIPELINES.get("trained").digest()
        sqlite_database.writing(lambda session: announce(session, first, at=clock.now()))
        PIPELINES.remove("trained")
        with sqlite_database.reading() as session:
            (row,) = [one for one in missing(session, other) if one.name == "trained"]
        assert row.digest == digest
        assert fetch(other, row)
        assert PIPELINES.get("trained").digest() == digest
        assert InstalledPipelines().installed(other)["trained"].digest == digest
        assert PIPELINES.get("trained").path.is_relative_to(other.var_dir)
    finally:
        PIPELINES.remove("trained")


def test_a_release_that_names_itself_wrongly_is_not_adopted(first, tmp_path):
    from app.terminology.artefacts import adopt, folder_of

    manifest = codes_of(first)
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in folder_of(first.terminology_dir, manifest).iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    named = json.loads((copy / "manifest.json").read_text()) | {"release": "another"}
    (copy / "manifest.json").write_text(json.dumps(named))
    with pytest.raises(Unavailable) as refused:
        adopt(tmp_path / "elsewhere", copy)
    assert refused.value.code == "artefact-damaged"


def test_the_digest_of_files_is_of_their_names_and_bytes(tmp_path):
    def digest(**files):
        for path in tmp_path.iterdir():
            path.unlink()
        for name, text in files.items():
            (tmp_path / name).write_text(text)
        return digest_of_files(tmp_path)

    assert digest(a="1", b="2") == digest(b="2", a="1")
    assert len({digest(a="1", b="2"), digest(a="2", b="1"), digest(a="12"), digest(a="1", c="2")}) == 4
