"""An identifier reported after release: the copy is held, the text destroyed, the release recalled and made anew."""

import io
import json
import re
import zipfile

import pytest
from sqlalchemy import text as sql

from app.accounts.loading import load_actor
from app.audit import verify
from app.audit.events import Tag
from app.audit.models import Event
from app.corpus.document import Document, get_document
from app.corpus.project import change_settings, get_project
from app.corpus.suggestion import add_suggestion
from app.corpus.vault import Vault
from app.pipelines.register.models import PipelineRefusal
from app.review.item import get_item
from app.review.reporting import report_phi
from tests.build import OPERATOR, as_if, make_document
from tests.functional.web.conftest import Team, problem, words
from tests.unit.audit.story import Bundle
from tests.unit.pipelines.register.office import Toy, installed

PAGE = "/projects/first/releases"
INCIDENTS = "/privacy/projects/first/incidents"
CANARY = "Zephrandine"
LEAKING = f"Canary chest pain. {CANARY} came. No fever. " + "Well since. " * 700  # overflows a page


@pytest.fixture
def team(database, tmp_path):
    """On both databases; two items are signed, one of them with a name in its text."""
    team = Team(tmp_path, database)
    changes = {"workflow": "trainee_verifier"}
    team.write(lambda session, at: change_settings(session, OPERATOR, get_project(session, "first"), changes, at=at))
    team.write(fill)
    team.items = [finish(team, text) for text in (LEAKING, "Canary chest pain. No fever.")]
    yield team
    team.database.dispose()


def fill(session, at):
    """Texts of many lengths around them: rows move between pages when others go."""
    for number in range(60):
        make_document(session, get_project(session, "first"), f"Text {number}. " * (1 + number * 7), at=at)
    change_settings(session, OPERATOR, get_project(session, "first"), {}, at=at)


def finish(team, text):
    item, (task,) = team.item("ann", text=text)
    team.answer("ann", task, e1=problem(7, 17))
    team.settle(item)
    vault = Vault.at(team.settings.master_key_path)

    def key(session, at):
        as_if(session)
        vault.new_key(session, get_document(session, get_item(session, item).document_id).subject_id)
        change_settings(session, OPERATOR, get_project(session, "first"), {}, at=at)

    team.write(key)
    return item


def report(team, item):
    start = LEAKING.index(CANARY)
    fragments = [[start, start + len(CANARY)]]
    return team.write(
        lambda s, at: report_phi(s, load_actor(s, team.people["ann"], at=at), get_item(s, item), fragments, at=at).id
    )


def redact(team, hold):
    place = re.search(r'name="place" value="([\d-]+)"', team.get("pia", f"{INCIDENTS}/{hold}").text)[1]
    return team.post("pia", f"{INCIDENTS}/{hold}/redaction", place=place, type=f"{place}:NAME", cause="missed")


def export(team, number):
    return team.post("lead", f"{PAGE}/{number}/exports", format="jsonl")


def stored(team):
    """Every byte of an SQLite database and its log, or every row of a PostgreSQL one."""
    if team.database.is_sqlite:
        # Closing a file gives up the locks this process holds on it: no connection may rely on them.
        team.database.dispose()
        return b"".join(path.read_bytes() for path in sorted(team.folder.rglob("test.db*")))
    with team.database.engine.connect() as connection:
        names = connection.execute(sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).scalars().all()
        rows = [str(row) for name in names for row in connection.execute(sql(f'SELECT t::text FROM "{name}" t'))]
    return "".join(rows).encode()


def test_what_was_released_with_an_identifier_is_held_recalled_and_made_anew(team):
    leaking, sound = team.items
    assert team.post("lead", PAGE).status_code == 303
    assert CANARY.encode() in stored(team)
    hold = report(team, leaking)
    held = export(team, 1)
    assert held.status_code == 409
    assert "privacy officer has to decide" in words(held)

    assert redact(team, hold).status_code == 303
    page = words(team.get("lead", f"{PAGE}/1"))
    assert "Recalled: do not use or pass on this release" in page
    assert "Make a new release" in page
    assert "Download zip" not in page
    assert "recalled" in words(team.get("lead", PAGE))
    assert "1 sound items go into it" in words(team.get("lead", PAGE))
    refused = export(team, 1)
    assert refused.status_code == 409
    assert CANARY not in refused.text
    cli = team.app.test_cli_runner().invoke(
        args=["release", "export", "1", "--format", "jsonl", str(team.folder / "out.zip")]
    )
    assert cli.exit_code == 1
    assert "recalled" in cli.output
    assert not (team.folder / "out.zip").exists()

    assert team.post("lead", PAGE).status_code == 303
    again = export(team, 2)
    with zipfile.ZipFile(io.BytesIO(again.data)) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        everything = b"".join(archive.read(name) for name in archive.namelist())
    assert [entry["item"] for entry in manifest["items"]] == [sound]
    (replaced,) = manifest["supersedes"]
    assert replaced["release"] == 1
    assert replaced["recalled_items"] == [{"item": leaking, "reason": "identifier-reported"}]
    assert CANARY.encode() not in everything
    assert "Use release 2 in its place" in words(team.get("lead", f"{PAGE}/1"))
    # Nothing is left to be made a third time.
    assert team.post("lead", PAGE).status_code == 409


def test_after_the_redaction_the_old_text_is_in_no_byte_and_the_log_still_verifies(team):
    leaking, _ = team.items
    team.post("lead", PAGE)
    redact(team, report(team, leaking))
    assert CANARY.lower().encode() not in stored(team).lower()
    document = team.read(lambda s: get_document(s, get_item(s, leaking).document_id))
    assert (document.characters, len(document.text_sha256)) == (len(LEAKING), 64)
    # It is gone for its reader too, and nothing breaks.
    gone = team.get("ann", f"/api/v1/assignments/{team.read(task_of(leaking))}")
    assert gone.status_code == 404
    assert CANARY not in gone.text
    recalled = team.read(lambda s: s.query(Event).filter_by(tag=Tag.RELEASE_RECALLED).one())
    assert json.loads(recalled.body)["data"] == {
        "recall_id": f"1/{leaking}",
        "release_id": 1,
        "number": 1,
        "item": leaking,
        "reason": "identifier-reported",
    }
    commands = team.app.test_cli_runner()
    assert commands.invoke(args=["audit", "export", str(team.folder / "bundle")]).exit_code == 0
    verified = commands.invoke(args=["audit", "verify", str(team.folder / "bundle")])
    assert verified.exit_code == 0, verified.output
    assert f"RECALLED release 1, for item {leaking}" in verified.output


def test_an_auditor_finds_a_recall_or_a_replacement_that_the_database_tells_otherwise(team):
    team.post("lead", PAGE)
    redact(team, report(team, team.items[0]))
    team.post("lead", PAGE)
    folder = team.folder / "bundle"
    assert team.app.test_cli_runner().invoke(args=["audit", "export", str(folder)]).exit_code == 0
    recall = f"recall 1/{team.items[0]}"

    def messages(name, change):
        """What is found with the rows of one file changed."""
        kept = (folder / name).read_text()
        bundle = Bundle(folder)
        bundle.edit_rows(name, change)
        found = verify.verify(folder, [], [], [])
        (folder / name).write_text(kept)
        return [one["message"] for one in found["breaks"]]

    assert messages("recalls.jsonl", lambda rows: None) == []
    assert messages("recalls.jsonl", lambda rows: rows.clear()) == [
        f"{recall} is in the log and no longer in the database"
    ]
    extra = {"recall_id": "2/9", "release_id": 2, "item": 9, "reason": "identifier-reported"}
    assert messages("recalls.jsonl", lambda rows: rows.append(extra)) == ["recall 2/9: it is in no event"]
    assert messages("recalls.jsonl", lambda rows: rows[0].update(reason="other")) == [
        f"{recall}: its reason is not the one in the log"
    ]
    assert messages("releases.jsonl", lambda rows: rows[1].update(supersedes=[])) == [
        "release 2: its supersedes is not the one in the log"
    ]


def test_a_dismissed_report_lets_the_release_out_again(team):
    team.post("lead", PAGE)
    hold = report(team, team.items[0])
    assert export(team, 1).status_code == 409
    assert team.post("pia", f"{INCIDENTS}/{hold}/dismissal").status_code == 303
    assert export(team, 1).status_code == 200


def test_a_withdrawn_delivery_recalls_what_holds_it(team):
    team.post("lead", PAGE)
    batch = team.read(lambda s: s.execute(sql("SELECT batch_id FROM source ORDER BY id DESC LIMIT 1")).scalar())
    done = team.app.test_cli_runner().invoke(args=["intake", "withdraw", str(batch)])
    assert json.loads(done.output)["releases_recalled"] == 1
    assert "its text was withdrawn" in words(team.get("lead", f"{PAGE}/1"))
    assert export(team, 1).status_code == 409


def test_a_withdrawal_leaves_no_word_of_what_pipelines_said_and_nothing_without_its_document(team):
    """A suggestion that was judged, a refusal and the count of what readers made of it: places and labels only."""
    item, (task,) = team.item("ann", text="Wollimbrane chest pain.")
    document = team.read(lambda s: get_item(s, item).document_id)

    def said(session, at):
        names = {"pipeline": "toy", "version": "1", "digest": "d"}
        found = {"start": 12, "end": 22, "label": "problem", "assertion": {}, "codes": [], "because": []}
        change_settings(session, OPERATOR, get_project(session, "first"), {"pipeline": "toy"}, at=at)
        as_if(session)
        add_suggestion(session, document, names, {"entities": [found], "relations": []}, at=at)
        refused = {"pipeline": "other", "basis": "1", "rule": "out-of-scope:language"}
        session.add(PipelineRefusal(project_id=team.project_id, document_id=document, at=at, **refused))

    with installed(Toy()):
        team.write(said)
        team.answer("ann", task, s1=problem(12, 22))
    assert rows_of(team, "suggestion", "pipeline_refusal", "suggestion_use") == [1, 1, 1]
    assert b"wollimbrane" in stored(team).lower()
    batch = team.read(lambda s: s.execute(sql("SELECT batch_id FROM source ORDER BY id DESC LIMIT 1")).scalar())
    done = team.app.test_cli_runner().invoke(args=["intake", "withdraw", str(batch)])
    assert json.loads(done.output)["items"] >= 1
    assert b"wollimbrane" not in stored(team).lower()
    # What was said stays as the record of it, each row with the tombstone of its document.
    assert rows_of(team, "suggestion", "pipeline_refusal", "suggestion_use") == [1, 1, 1]
    orphans = "SELECT count(*) FROM {0} LEFT JOIN document ON document.id = {0}.document_id WHERE document.id IS NULL"
    for table in ("suggestion", "pipeline_refusal"):
        assert team.read(lambda s, t=table: s.execute(sql(orphans.format(t))).scalar()) == 0
    assert team.app.test_cli_runner().invoke(args=["preannotate", "rates", "first", "--rebuild"]).exit_code == 0


def rows_of(team, *tables):
    return [team.read(lambda s, t=t: s.execute(sql(f"SELECT count(*) FROM {t}")).scalar()) for t in tables]


def test_a_later_text_is_tagged_although_one_was_destroyed(team):
    """The job that tags texts passes over those that are gone."""
    redact(team, report(team, team.items[0]))
    job = team.read(lambda s: s.execute(sql("SELECT max(id) FROM job WHERE kind = 'preannotate.run'")).scalar())
    team.work(job)
    states = sql("SELECT state FROM job WHERE kind = 'preannotate.run'")
    assert team.read(lambda s: s.execute(states).scalars().all()) == ["done"]
    newest = team.read(lambda s: s.query(Document).order_by(Document.id.desc()).first())
    assert newest.version == 2


def task_of(item):
    return lambda s: s.execute(sql("SELECT id FROM assignment WHERE item_id = :i ORDER BY id"), {"i": item}).scalar()
