"""An installation of each version from 0.2.0 on, with its data, is upgraded and goes on: all is there and verifies."""

import hashlib
import json
import re
import zipfile
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from app.core.db import Base, Database
from app.core.digest import salted_sha256
from app.core.revision import HEAD, stamp_of
from app.factory import create_app
from tests.conftest import csrf
from tests.databases import KINDS, create_postgresql, drop_postgresql, require_postgresql
from tests.earlier.installations import FILES, Earlier

# Columns whose content a migration turned into rows of a table (0004); everything else must stand as it stood.
MOVED = {
    "batch": {"problems_json", "passed_json"},
    "source": {"reason"},
    "document": {"reasons"},
    "job": {"set_aside_json"},
    "alembic_version": {"version_num"},
}
# What somebody of each role opens first; the demo's people have these functions.
PAGES = {
    "ana": ["/", "/work", "/work/finished", "/work/feedback", "/work/questions"],
    "quinn": ["/projects", "/projects/demo", "/projects/demo/progress", "/projects/demo/releases"],
    "pia": ["/privacy", "/privacy/projects/demo"],
    "olu": ["/audit"],
}


@pytest.fixture(params=FILES, ids=lambda path: path.name.split("-")[1].removesuffix(".tar.xz"), scope="module")
def file(request):
    return request.param


@pytest.fixture(params=KINDS, scope="module")
def upgraded(request, file, tmp_path_factory):
    """The installation after `alembic upgrade head`, the rows it had before, and those it had then."""
    folder = tmp_path_factory.mktemp("earlier")
    url = ""
    if request.param == "postgresql":
        require_postgresql()
        url = create_postgresql()
    here = Earlier(file, folder, url)
    before = here.rows()
    here.upgrade()
    yield here, before, here.rows()
    if url:
        drop_postgresql(url)


@pytest.fixture
def app(upgraded):
    app = create_app(upgraded[0].settings)
    yield app
    app.extensions["database"].dispose()


def run(app, *arguments, code=0):
    done = app.test_cli_runner().invoke(args=[str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done.output


def test_every_version_that_was_published_has_an_installation_here():
    published = [path.name for path in FILES]
    assert published[0] == "installation-0.2.0.tar.xz"
    assert len(published) >= 2
    assert sum(path.stat().st_size for path in FILES) < 1_000_000


@pytest.mark.rare
def test_the_schema_is_the_one_of_today(upgraded):
    here, _, _ = upgraded
    assert stamp_of(here.url) == HEAD
    database = Database(here.url)
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    database.dispose()


def moved(before, after):
    """Tables of which a row, or what stood in a row, is not as it was."""
    wrong = []
    for name, rows in before.items():
        kept = [{column: row[column] for column in row.keys() - MOVED.get(name, set())} for row in rows]
        now = [{column: row.get(column) for column in then} for then, row in zip(kept, after[name], strict=False)]
        if now != kept or len(after[name]) != len(rows):
            wrong.append(name)
    return wrong


@pytest.mark.rare
def test_every_row_stands_as_it_stood(upgraded):
    _, before, after = upgraded
    filled = {name for name, rows in before.items() if rows}
    assert {"submission", "ruling", "signature", "release", "subject_key", "audit_leaf", "audit_erasure"} <= filled
    assert moved(before, after) == []


@pytest.mark.rare
def test_texts_and_answers_have_the_digests_they_were_recorded_with(upgraded):
    rows = upgraded[2]
    for owner, body, column, digest in (
        ("submission", "submission_body", "body", "body_sha256"),
        ("document", "document_body", "text", "text_sha256"),
    ):
        recorded = {row["id"]: row[digest] for row in rows[owner]}
        assert rows[body]
        for row in rows[body]:
            assert salted_sha256(row["salt"], row[column]) == recorded[row[f"{owner}_id"]]


@pytest.mark.rare
def test_the_log_goes_on_and_verifies(app, upgraded, tmp_path):
    _, before, _ = upgraded
    old = max(before["audit_checkpoint"], key=lambda row: row["size"])
    (tmp_path / "kept.checkpoint").write_text(old["note"])
    run(app, "audit", "export", tmp_path / "bundle")
    said = run(app, "audit", "verify", tmp_path / "bundle", "--checkpoint", tmp_path / "kept.checkpoint")
    assert "ok" in said.lower()
    assert len((tmp_path / "bundle" / "events.jsonl").read_text().splitlines()) > old["size"]


@pytest.mark.rare
def test_a_release_cut_before_is_exported_with_what_was_signed(app, upgraded, tmp_path):
    _, before, _ = upgraded
    for release in before["release"]:
        out = tmp_path / f"{release['id']}.zip"
        run(app, "release", "export", release["id"], "--format", "jsonl", out)
        with zipfile.ZipFile(out) as archive:
            assert archive.testzip() is None
            manifest = archive.read("manifest.json").decode()
        assert hashlib.sha256(release["manifest"].encode()).hexdigest() == release["manifest_sha256"]
        assert json.loads(manifest) == json.loads(release["manifest"])


@pytest.mark.rare
@pytest.mark.parametrize("username", PAGES)
def test_people_of_before_sign_in_and_open_their_pages(app, upgraded, username):
    here, _, _ = upgraded
    browser = app.test_client()
    form = {"username": username, "password": here.password_of(username), "csrf_token": csrf(browser, "/sign-in")}
    assert browser.post("/sign-in", data=form).status_code == 303
    for page in PAGES[username]:
        assert browser.get(page, follow_redirects=True).status_code == 200, page


@pytest.mark.rare
def test_a_reader_goes_on_with_the_task_left_open(app, upgraded):
    here, before, _ = upgraded
    person = next(row["id"] for row in before["person"] if row["username"] == "ben")
    open_items = {row["id"] for row in before["item"] if row["state"] == "in_annotation"}
    open_items -= {row["item_id"] for row in before["hold"] if row["closed_at"] is None}
    task = next(
        row
        for row in before["assignment"]
        if row["person_id"] == person and row["item_id"] in open_items and row["state"] in ("offered", "open")
    )
    browser = app.test_client()
    form = {"username": "ben", "password": here.password_of("ben"), "csrf_token": csrf(browser, "/sign-in")}
    browser.post("/sign-in", data=form)
    address = f"/api/v1/assignments/{task['id']}"
    shown = browser.get(address).json
    key, body = next((key, body) for key, body in shown["elements"].items() if body["kind"] != "relation")
    saved = browser.patch(
        f"{address}/draft",
        json={"actions": [{"element_id": key, "body": body | {"status": "rejected"}}]},
        headers={
            "X-CSRF-Token": csrf(browser, "/account"),
            "If-Match": f'"{shown["version"]}"',
            "Idempotency-Key": f"after-the-upgrade-{shown['version']}",
        },
    )
    assert saved.status_code == 200, saved.json
    assert browser.get(address).json["elements"][key]["status"] == "rejected"


def test_the_guide_says_of_each_migration_whether_old_code_may_go_on():
    said = re.findall(r"^\| (\d{4}) \| (yes|reading|no) \|", Path("docs/upgrade.md").read_text(), re.MULTILINE)
    later = sorted(path.name[:4] for path in Path("migrations/versions").glob("0*.py"))[1:]
    assert [number for number, _ in said] == later


class BrokenOff(Exception):
    pass


def break_off(*_):
    raise BrokenOff


@pytest.mark.rare
@pytest.mark.parametrize("kind", KINDS)
def test_an_upgrade_that_breaks_off_stands_between_two_versions_and_goes_on(kind, tmp_path, monkeypatch):
    """In its last migration, after tables were made and filled: a migration is there as a whole or not at all."""
    url = ""
    if kind == "postgresql":
        require_postgresql()
        url = create_postgresql()
    try:
        here = Earlier(FILES[0], tmp_path, url)
        before = here.rows()
        with monkeypatch.context() as patch, pytest.raises(BrokenOff):
            patch.setattr("alembic.op.drop_column", break_off)  # the fourth drops columns
            here.upgrade("0004")
        assert stamp_of(here.url) == (here.revision if url else "0003")
        assert "job_aside" not in here.rows()
        assert moved(before, here.rows()) == []
        here.upgrade()
        assert stamp_of(here.url) == HEAD
        assert moved(before, here.rows()) == []
    finally:
        if url:
            drop_postgresql(url)
