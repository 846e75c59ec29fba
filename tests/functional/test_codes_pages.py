"""The pages of codes without script: search, one code, releases, what changed; installing is on record."""

import json

import pytest

from app.accounts.actor import ServerRole
from app.corpus.code_release import list_installations
from tests.terminology_data import store


@pytest.fixture
def browser(person, sign_in, tmp_path):
    (tmp_path / "terminology").symlink_to(store())
    person("ann", ServerRole.MANAGER)
    return sign_in("ann")


def search(browser, query):
    return browser.post("/codes", data={"csrf_token": browser.csrf(), "system": "icd10cm", "query": query})


def test_whoever_has_a_role_finds_the_codes_in_the_menu_and_starts_at_the_top(browser):
    page = browser.get("/codes").text
    assert 'href="/codes" aria-current="page"' in page
    assert "Certain infectious and parasitic diseases" in page


def test_typed_words_are_searched_from_the_body_of_a_form(browser):
    page = search(browser, "heart attack").text
    assert 'href="/codes/icd10cm/I21.9"' in page
    assert browser.get("/codes?query=heart+attack").text.count("I21.9") == 0


def test_nothing_found_says_where_it_was_looked_for(browser):
    assert "Nothing found in ICD-10-CM" in search(browser, "zzzzqqqq").text


def test_a_code_shows_its_place_wordings_and_instructions(browser):
    page = browser.get("/codes/icd10cm/E11.22").text
    assert "Billable" in page
    assert 'href="/codes/icd10cm/E11.2"' in page
    assert "Use additional code" in page
    header = browser.get("/codes/icd10cm/E11").text
    assert "Not billable" in header
    assert "Excludes1" in header
    assert 'href="/codes/icd10cm/E11.2"' in header


def test_seventh_characters_are_told_and_notes_from_above_name_where_they_stand(browser):
    page = browser.get("/codes/icd10cm/S72.001").text
    assert "7th characters" in page
    assert "A, B, C, D" in page
    assert '<span class="mut small">from S72</span>' in page


def test_an_unknown_code_or_system_is_not_found(browser):
    assert browser.get("/codes/icd10cm/ZZZ").status_code == 404
    assert browser.get("/codes/nothing/I10").status_code == 404
    assert browser.get("/codes?system=snomed").status_code == 200, "says that it is not installed"


def test_a_code_nobody_of_my_projects_uses_says_so(browser):
    assert "no final answer of your projects" in browser.get("/codes/icd10cm/I10").text


@pytest.fixture
def own_releases(app, person, sign_in, tmp_path):
    """Two releases of a list of one's own, imported by command over the migrated database."""
    person("boss", ServerRole.ADMIN)
    runner = app.test_cli_runner()
    for year, lines in ((2025, "A,Alpha\nB,Beta\n"), (2026, "A,Alpha new\nC,Gamma\n")):
        path = tmp_path / f"own-{year}.csv"
        path.write_text("code,term\n" + lines)
        answer = runner.invoke(args=["terminology", "import", "reactions", str(path), "--release", str(year)])
        assert answer.exit_code == 0, answer.output
    return sign_in("boss")


def test_differences_between_two_releases_come_gravest_first(own_releases):
    page = own_releases.get("/codes/changes?system=reactions&old=2025&new=2026").text
    assert page.index("removed") < page.index("other title") < page.index("new")
    assert "No differences" in own_releases.get("/codes/changes?system=reactions&old=2025&new=2026&used=yes").text


def test_importing_is_on_record_once_and_shown_to_administrators(app, own_releases, tmp_path, person, sign_in):
    again = ["terminology", "import", "reactions", str(tmp_path / "own-2026.csv"), "--release", "2026"]
    assert app.test_cli_runner().invoke(args=again).exit_code == 0
    with app.extensions["database"].reading() as session:
        known = list_installations(session)
    assert [(k.system, k.release) for k in known] == [("reactions", "2025"), ("reactions", "2026")]
    assert all(len(k.digest) == 64 for k in known)
    assert "Recorded as installed" in own_releases.get("/codes/releases").text
    person("ann")
    assert "Recorded as installed" not in sign_in("ann").get("/codes/releases").text


def test_importing_without_a_database_makes_none(tmp_path, monkeypatch):
    from app.factory import create_app
    from app.settings import Settings

    app = create_app(Settings(var=str(tmp_path / "fresh")))
    path = tmp_path / "own.csv"
    path.write_text("code,term\nA,Alpha\n")
    answer = app.test_cli_runner().invoke(args=["terminology", "import", "reactions", str(path), "--release", "1"])
    assert answer.exit_code == 0, answer.output
    assert json.loads(answer.stdout)["release"] == "1"
    assert not list((tmp_path / "fresh").glob("*.db"))
