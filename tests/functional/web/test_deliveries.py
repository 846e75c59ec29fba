"""Uploading records: what is stored, skipped, refused and why; nothing stays behind."""

import io
import json
import re
import stat

import pytest
from sqlalchemy import select

from app.corpus.batch import get_batch, list_batches
from app.corpus.source import Source
from app.jobs.job import list_jobs
from tests.functional.web.conftest import words

PAGE = "/projects/first/deliveries"
GOOD = b"id,patient_id,note_type,text,shoe_size\n1,p1,Clinic,No fever.,42\n2,p1,Clinic,,43\n3,p2,Clinic,Mild rash.,44\n"


def upload(team, *files, who="lead", **rest):
    return team.post(who, PAGE, files=[(io.BytesIO(content), name) for name, content in files], **rest)


def spooled(team):
    folder = team.settings.tmp_dir
    return list(folder.rglob("*")) if folder.exists() else []


def newest(team):
    def look(session):
        return list_batches(session, team.project_id)[0], list_jobs(session, team.project_id)[0]

    return team.read(look)


def test_good_rows_are_kept_and_bad_ones_named_by_line(team):
    answer = upload(team, ("notes of Mrs Quarrow.csv", GOOD))
    assert answer.status_code == 303, words(answer)
    _, job = newest(team)
    assert "Quarrow" not in job.args_json
    (folder,) = [path for path in spooled(team) if path.is_dir()]
    (file,) = [path for path in spooled(team) if path.is_file()]
    assert re.fullmatch(r"[0-9a-f]{32}", folder.name)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    progress = team.get("lead", "/projects/first/progress").get_json()
    assert (progress["running"], progress["jobs"][0]["total"]) == (True, 4)
    team.work(job.id)
    page = words(team.get("lead", answer.headers["Location"]))
    assert "Stored 2" in page
    assert "Refused 1" in page
    assert re.search(r"line 3 .*text", page), page
    assert "Passed over 0" in page
    assert "shoe_size (3 values)" in page
    assert spooled(team) == []
    assert not team.get("lead", "/projects/first/progress").get_json()["jobs"][-1]["is_running"]


def test_every_job_ends_with_all_of_what_there_was_to_do(team, monkeypatch):
    monkeypatch.setattr("app.intake.load.CHUNK", 2)
    upload(team, ("a.csv", GOOD))
    team.work(newest(team)[1].id)
    team.work(newest(team)[1].id)
    jobs = team.read(lambda session: {j.kind: (j.done, j.total) for j in list_jobs(session, team.project_id)})
    assert (jobs["intake.load"], jobs["deid.run"]) == ((3, 3), (2, 2))
    page = words(team.get("lead", "/projects/first"))
    assert "2 of 2" in page
    assert "3 of 3" in page


def test_notes_chosen_one_by_one_are_one_delivery_and_known_again(team):
    notes = [("a.txt", b"No fever."), ("b.txt", b"Mild rash.")]
    upload(team, *notes)
    team.work(newest(team)[1].id)
    assert (newest(team)[0].stored, newest(team)[0].skipped) == (2, 0)
    upload(team, *notes)
    team.work(newest(team)[1].id)
    assert (newest(team)[0].stored, newest(team)[0].skipped) == (0, 2)


def test_columns_can_be_named(team):
    rows = json.dumps({"nr": "7", "story": "No fever."}).encode()
    upload(team, ("x.jsonl", rows), mapping="id=nr\ntext = story\n")
    team.work(newest(team)[1].id)
    assert newest(team)[0].stored == 1


@pytest.mark.parametrize(
    ("files", "rest", "said"),
    [
        ([], {}, "choose at least one file"),
        ([("a.csv", b"")], {}, "file 1 is empty"),
        ([("a.pdf", b"%PDF")], {}, "known:"),
        ([("a.txt", b"x"), ("sub/a.txt", b"y")], {}, "text file 2 has the name of an earlier one"),
        ([("a.csv", GOOD)], {"mapping": "text=5\nshoe=3"}, "line 2: write field=column"),
        ([("a.csv", GOOD)], {"modality": "songs"}, "known:"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_anything_is_stored(team, files, rest, said):
    answer = upload(team, *files, **rest)
    assert answer.status_code == 422
    assert said in words(answer)
    assert spooled(team) == []
    assert team.read(lambda session: list_batches(session, team.project_id)) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bad.csv", b"id,text\n1,\xff\xfe\n", "not UTF-8"),
        ("bad.zip", b"PK not a zip", "not a readable zip"),
        ("bad.jsonl", b'{"id": "1", "text": "ok fine"}\n{oops\n', "not valid JSON"),
    ],
)
def test_a_bad_file_says_where(team, name, content, said):
    answer = upload(team, (name, content))
    assert answer.status_code == 303
    team.work(newest(team)[1].id)
    page = words(team.get("lead", answer.headers["Location"]))
    assert said in page
    assert newest(team)[0].refused == 1


def test_a_delivery_is_withdrawn_after_a_second_thought_and_by_a_second_person(team):
    upload(team, ("a.csv", GOOD))
    batch, job = newest(team)
    team.work(job.id)
    address = f"{PAGE}/{batch.id}/withdrawal"
    assert team.post("ann", address, number=batch.id).status_code == 403
    answer = team.post("lead", address, number="0")
    assert answer.status_code == 422
    assert "type the number of the delivery" in words(answer)
    assert team.post("lead", address, number=batch.id).status_code == 303
    assert team.read(lambda session: get_batch(session, batch.id).state) == "loaded"
    team.approve("pia")
    assert "withdrawn" in team.get("lead", f"{PAGE}/{batch.id}").text
    sources = team.read(lambda session: session.scalars(select(Source.state).where(Source.batch_id == batch.id)).all())
    assert set(sources) == {"withdrawn"}


def test_only_the_lead_uploads_and_an_annotator_leaves_nothing_behind(team):
    for who, status in (("ann", 403), ("pia", 403), ("stranger", 404)):
        assert upload(team, ("a.csv", GOOD), who=who).status_code == status
    assert spooled(team) == []


def test_files_that_are_no_notes_are_listed_with_the_reason(team):
    answer = upload(team, ("bare note", b"Mild rash on both arms. No fever today.\n"), ("README.txt", b"Notes of May."))
    assert answer.status_code == 303, words(answer)
    team.work(newest(team)[1].id)
    page = words(team.get("lead", answer.headers["Location"]))
    assert "Stored 1" in page
    assert "Passed over 1" in page
    assert re.search(r"entry 2 .*README", page), page
