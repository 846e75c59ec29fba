"""Page and script of a workbench come from the folder of its modality; nothing else of it leaves."""

import gzip
import re
from pathlib import Path

import pytest

from app.review.modality import MODALITIES
from app.web.assets import FOR_EVER, digest

BROUGHT = [modality for modality in MODALITIES if modality.assets is not None]


@pytest.mark.parametrize("modality", BROUGHT, ids=lambda modality: modality.key)
def test_scripts_of_a_modality_may_be_kept_for_ever(team, modality):
    address = f"/static/{digest()}/modalities/{modality.key}/workbench.js"
    answer = team.browser("ann").get(address)
    assert answer.status_code == 200
    assert answer.data == (modality.assets / "workbench.js").read_bytes()
    assert answer.headers["Cache-Control"] == FOR_EVER
    old = team.browser("ann").get(address.replace(digest(), "older"))
    assert old.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["css/base.css", "js/main.js", "modalities/notes/workbench.js"])
def test_who_takes_gzip_gets_the_same_file_packed(team, name):
    address = f"/static/{digest()}/{name}"
    plain = team.browser("ann").get(address)
    packed = team.browser("ann").get(address, headers={"Accept-Encoding": "gzip, br"})
    assert gzip.decompress(packed.data) == plain.data and len(packed.data) < len(plain.data)
    assert packed.headers["Content-Encoding"] == "gzip" and packed.mimetype == plain.mimetype
    assert {answer.headers["Vary"] for answer in (plain, packed)} == {"Accept-Encoding"}
    assert packed.headers["Cache-Control"] == FOR_EVER
    for said in ("identity", "gzip;q=0"):
        assert team.browser("ann").get(address, headers={"Accept-Encoding": said}).data == plain.data


@pytest.mark.parametrize("name", ["js/../../assets.py", "js/nothing.js"])
def test_nothing_else_is_packed(team, name):
    answer = team.browser("ann").get(f"/static/{digest()}/{name}", headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "name",
    [
        "notes/modality.py", "notes/workbench.html", "notes/../notes/modality.py", "notes/", "nothing/workbench.js",
        "notes/workbench/../../../settings.py", "../settings.py",
    ],
)  # fmt: skip
def test_nothing_but_scripts_and_pictures_leaves_the_folder(team, name):
    assert team.browser("ann").get(f"/static/{digest()}/modalities/{name}").status_code == 404


def test_the_version_changes_with_a_script_of_a_modality(monkeypatch, tmp_path):
    notes = MODALITIES.get("notes")
    for path in notes.assets.rglob("*.js"):
        copy = tmp_path / path.relative_to(notes.assets)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    monkeypatch.setattr(notes, "assets", tmp_path, raising=False)
    before = digest.__wrapped__()
    assert before == digest()
    (tmp_path / "workbench.js").write_text("// another", encoding="utf-8")
    assert digest.__wrapped__() != before


def test_a_task_opens_the_page_of_its_modality_and_names_its_script(team):
    _, (task,) = team.item("ann")
    page = team.browser("ann").get(f"/assignments/{task}").text
    (script,) = re.findall(r'data-workbench="([^"]+)"', page)
    assert script == f"/static/{digest()}/modalities/notes/workbench.js"
    assert 'aria-label="Text of the note"' in page
    assert Path(script).name == "workbench.js"
