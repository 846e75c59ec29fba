"""Releases in the browser: cutting, reading signatures, downloading; and what is left behind."""

import hashlib
import io
import json
import zipfile

import pytest

from app.corpus.project import change_settings, get_project
from app.formats.protocol import FORMATS, writers
from tests.build import OPERATOR
from tests.contracts.marked_fields import FACTS
from tests.exports import read_back
from tests.functional.web.conftest import problem, words

PAGE = "/projects/first/releases"


@pytest.fixture
def signed(team):
    changes = {"workflow": "trainee_verifier"}
    team.write(lambda session, at: change_settings(session, OPERATOR, get_project(session, "first"), changes, at=at))
    item, (task,) = team.item("ann")
    team.answer("ann", task, e1=problem(7, 17))
    team.settle(item)
    return team


def test_a_release_is_cut_shown_and_taken_away(signed):
    answer = signed.post("lead", PAGE)
    assert answer.headers["Location"].startswith(f"{PAGE}/1")
    page = words(signed.get("lead", f"{PAGE}/1"))
    assert "Dr Vera" in page
    assert "verification" in page
    assert "de-identified" not in page.replace("not de-identified", "")
    export = signed.post("lead", f"{PAGE}/1/exports", format="jsonl")
    assert export.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(export.data)) as archive:
        assert {"manifest.json", "losses.json", "SHA256SUMS"} <= set(archive.namelist())
        assert json.loads(archive.read("manifest.json"))["release"] == 1
    export.close()
    assert list(signed.settings.tmp_dir.iterdir()) == []
    digest = hashlib.sha256(export.data).hexdigest()
    assert digest in signed.get("olu", f"{PAGE}/1").text
    assert signed.post("lead", PAGE).status_code == 409


def test_what_a_format_cannot_say_is_in_the_zip_on_the_page_and_printed(team, tmp_path):
    changes = {"workflow": "trainee_verifier"}
    team.write(lambda session, at: change_settings(session, OPERATOR, get_project(session, "first"), changes, at=at))
    item, (task,) = team.item("ann")
    exposure = {"kind": "exposure", "mentions": ["e1"], "situation": "overdose"}
    team.answer("ann", task, e1=problem(7, 17), x=exposure, c={"kind": "comment", "text": "Canary of a remark"})
    team.settle(item)
    team.post("lead", PAGE)
    export = team.post("lead", f"{PAGE}/1/exports", format="brat")
    with zipfile.ZipFile(io.BytesIO(export.data)) as archive:
        losses = json.loads(archive.read("losses.json"))
    export.close()
    named = {(row["format"], row["kind"], row["field"], row["count"]) for row in losses}
    assert {
        ("brat", "exposure", "*", 1), ("brat", "exposure", "situation", 1), ("brat", "comment", "text", 1),
        ("brat", "entity", "status", 1),
    } <= named  # fmt: skip
    page = words(team.get("lead", f"{PAGE}/1"))
    assert "exposure: situation, 1 ×: brat has no such thing" in page
    assert "comment: whole, 1 ×: brat has no such thing" in page
    assert "nothing was lost" not in page
    out = tmp_path / "out.zip"
    printed = team.app.test_cli_runner().invoke(args=["release", "export", "1", "--format", "brat", str(out)])
    assert json.loads(printed.stdout)["losses"] == losses
    everything = team.app.test_cli_runner().invoke(args=["release", "export", "1", "--format", "jsonl", str(out)])
    assert json.loads(everything.stdout)["losses"] == []
    assert "nothing was lost" in words(team.get("lead", f"{PAGE}/1"))
    assert "Canary" not in team.get("lead", f"{PAGE}/1").text


def test_a_release_goes_out_in_every_format_and_what_can_be_read_comes_back(signed, tmp_path):
    signed.post("lead", PAGE)
    for one in writers(FORMATS):
        out = tmp_path / f"{one.key}.zip"
        done = signed.app.test_cli_runner().invoke(args=["release", "export", "1", "--format", one.key, str(out)])
        assert done.exit_code == 0, (one.key, done.output)
        with zipfile.ZipFile(out) as archive:
            beside = {"manifest.json", "losses.json", "SHA256SUMS"}
            files = {name: archive.read(name) for name in archive.namelist() if name not in beside}
        if one.reader is not None:
            (back,) = read_back(one, files)
            places = [body["fragments"] for body in back.elements.values() if body["kind"] == "entity"]
            assert places == [[[7, 17]]], one.key


def test_the_contract_of_formats_tries_everything_known_of_a_released_item(signed, tmp_path):
    signed.post("lead", PAGE)
    signed.app.test_cli_runner().invoke(args=["release", "export", "1", "--format", "jsonl", str(tmp_path / "x")])
    with zipfile.ZipFile(tmp_path / "x") as archive:
        (line,) = archive.read("items.jsonl").splitlines()
    said = json.loads(line)
    assert said["meta"].keys() == FACTS["meta"].keys() - {"new"}
    assert said["provenance"].keys() == FACTS["provenance"].keys() - {"new"}
    assert {"id", "modality", "text", "offset_unit", "meta", "provenance", "elements", "history"} == said.keys()


def test_only_who_may_cuts_and_takes_away(signed):
    signed.post("lead", PAGE)
    for who, status in (("ann", 403), ("vera", 403), ("olu", 403), ("stranger", 404)):
        assert signed.post(who, PAGE).status_code == status
        assert signed.post(who, f"{PAGE}/1/exports", format="jsonl").status_code == status
    assert signed.get("ann", f"{PAGE}/1").status_code == 403
    assert signed.post("lead", f"{PAGE}/1/exports", format="papyrus").status_code == 404
    assert signed.get("lead", f"{PAGE}/2").status_code == 404


def test_nothing_signed_makes_no_release(team):
    assert "no signed item waits" in words(team.post("lead", PAGE))
