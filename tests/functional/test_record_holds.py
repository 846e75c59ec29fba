"""Whoever opens, signs, cuts or exports asks the record first; the worker's check says what nobody asked for."""

import logging
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor
from app.accounts.person import get_person
from app.audit import streams
from app.audit.content import ALTERED
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.audit.rows import WrittenRows
from app.audit.selfcheck import SLICE, check_slice, check_whole, state_of
from app.audit.sequencer import sequence
from app.core.clock import DAY
from app.core.db import Base
from app.core.errors import Conflict
from app.corpus.document import text_of
from app.factory import create_app
from app.review.meaning import Act
from app.review.modality import MODALITIES
from tests.build import OPERATOR, as_if
from tests.databases import build_schema
from tests.record_mutations import ON_THE_DATABASE
from tests.record_world import World, tell
from tests.signing import confirm, end_step
from tests.team import T0, Team
from tests.toy import Toy


@pytest.fixture(scope="module", autouse=True)
def toy_modality():
    create_app()
    MODALITIES._parts["toy"] = Toy()
    yield
    MODALITIES._parts.pop("toy")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("record")
    build_schema(f"sqlite:///{folder / 'world.db'}")
    world = World(folder)
    with pytest.MonkeyPatch.context() as patch:
        tell(world, patch)
    return world


def altered(world, *statements):
    world.run(*statements)
    return world


@pytest.fixture
def world(told, tmp_path):
    return told.copy(tmp_path / "world")


# --- What is refused before it is done, with the place in the error ----------------------------------------------
@pytest.fixture
def team(sqlite_database):
    return Team(sqlite_database)


def tamper(team, *statements):
    team.database.dispose()
    path = team.database.url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def refused_at(act):
    with pytest.raises(Conflict) as caught:
        act()
    assert caught.value.code == ALTERED
    return caught.value.details["at"]


def test_an_altered_text_is_not_opened(team, caplog):
    _, task, _ = team.item("ann", "ben")
    tamper(team, "UPDATE document_body SET text = 'Quite another text.'")
    with caplog.at_level(logging.CRITICAL):
        assert refused_at(lambda: team.open("ann", task)) == "the text of document 1"
    assert "the record was altered: the text of document 1" in caplog.text
    assert "another text" not in caplog.text
    assert team.reload(task).state == "offered"


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE submission_body SET body = replace(body, 'heads', 'tails')", "the body of submission"),
        ("UPDATE document SET characters = 3", "document 1"),
        (
            "UPDATE credential SET tier = 4 WHERE person_id = (SELECT id FROM person WHERE username = 'vera')",
            "credential",
        ),
        ("UPDATE person SET display_name = 'Dr Else' WHERE username = 'vera'", "person"),
        ("UPDATE guideline_version SET body = 'Anything.'", "guideline_version 1"),
        ("UPDATE label_schema SET version = '9'", "label_schema 1"),
        ("UPDATE member SET role = 'verifier', added_at = 1 WHERE role = 'verifier'", "member"),
    ],
)
def test_nobody_signs_on_an_altered_record(team, statement, place):
    item = team.read_by_two("heads", "heads")
    team.take("vera", item)
    tamper(team, statement)
    assert refused_at(lambda: end_step(team, "vera", item, Act.VERIFY)).startswith(place)
    assert team.state(item) == "verification"


def test_no_release_is_cut_nor_handed_out_of_an_altered_record(team, tmp_path):
    item = team.read_by_two("heads", "heads")
    confirm(team, "vera", item)
    tamper(team, "UPDATE submission SET frozen_at = frozen_at - 5 WHERE kind = 'gold'")
    assert refused_at(lambda: team.cut("lena")).startswith("submission")
    tamper(team, "UPDATE submission SET frozen_at = frozen_at + 5 WHERE kind = 'gold'")
    release = team.cut("lena")
    tamper(team, "UPDATE document_body SET text = 'Quite another text.'")
    with (tmp_path / "out.jsonl").open("w+b") as out:
        assert refused_at(lambda: team.export("lena", release, out)) == "the text of document 1"
    assert refused_at(lambda: team.read(lambda s: text_of(s, 1))) == "the text of document 1"


def test_a_row_written_past_its_event_is_refused_at_commit(team):
    def unit(session):
        record(session, Tag.SIGNED_IN, stream="account:1", actor=OPERATOR, subject=Subject("person", 1), at=T0)
        as_if(session, Tag.PERSON_CREATED)
        session.info["written"] = WrittenRows()
        get_person(session, 1).status = "deactivated"
        get_person(session, 1).deactivated_at = T0

    with pytest.raises(RuntimeError, match="records that no event commits to: person/1"):
        team.database.writing(unit)


# --- The seat belts ------------------------------------------------------------------------------------------------
GUARDED = {
    "person": ("UPDATE person SET username = 'e'", "DELETE FROM person", "REPLACE INTO person SELECT * FROM person"),
    "credential": ("UPDATE credential SET tier = 4", "UPDATE credential SET revoked_at = NULL"),
    "password": ("UPDATE password SET hash = 'mine'", "UPDATE password SET person_id = 77"),
    "server_role": ("UPDATE server_role SET role = 'admin'", "UPDATE server_role SET revoked_at = NULL"),
    "member": ("UPDATE member SET role = 'auditor'", "UPDATE member SET ended_at = NULL", "DELETE FROM member"),
    "document": ("UPDATE document SET text_sha256 = ''", "DELETE FROM document"),
    "item": ("UPDATE item SET document_id = 9", "DELETE FROM item"),
}  # fmt: skip


def test_tables_that_state_who_may_do_what_refuse_to_be_rewritten(told):
    """Rows of the story, replaced as well; every guarded table is tried column by column below."""
    with closing(sqlite3.connect(told.folder / "world.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA recursive_triggers = 0")
        for table, statements in GUARDED.items():
            for statement in statements:
                with pytest.raises(sqlite3.IntegrityError, match=f"{table} "):
                    connection.execute(statement)


def invented(table):
    """A row of it, whatever it means."""
    values = {int: 1, bool: 1, str: "x", bytes: b"x"}
    return {column.name: values[column.type.python_type] for column in table.columns}


@pytest.mark.parametrize(
    "table", [table for table in Base.metadata.tables.values() if "guard" in table.info], ids=lambda table: table.name
)
def test_no_column_that_is_fixed_can_be_rewritten_in_any_of_them(database_templates, tmp_path, table):
    with database_templates.fresh("sqlite", tmp_path) as database, database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        for switch in ("foreign_keys = 0", "ignore_check_constraints = 1"):
            raw.execute(f"PRAGMA {switch}")
        row = invented(table)
        places = ", ".join("?" * len(row))
        raw.execute(f"INSERT INTO {table.name} ({', '.join(row)}) VALUES ({places})", [*row.values()])
        statements = [f"UPDATE {table.name} SET {name} = 7" for name in table.info["guard"]["fixed"]]
        if not table.info["guard"].get("delete"):
            statements.append(f"DELETE FROM {table.name}")
        for statement in statements:
            with pytest.raises(sqlite3.IntegrityError, match=f"{table.name} "):
                raw.execute(statement)


@pytest.mark.postgres
def test_they_do_so_on_postgresql(database_templates, tmp_path):
    with database_templates.fresh("postgresql", tmp_path) as database:
        team = Team(database)
        team.person("vera")
        for statement in ("UPDATE credential SET tier = 4", "DELETE FROM member", "TRUNCATE person CASCADE"):
            with pytest.raises(Exception, match="append-only"), database.engine.begin() as connection:
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                connection.exec_driver_sql(statement)


# --- The record checks itself --------------------------------------------------------------------------------------
def test_the_record_as_it_is_is_found_whole_in_slices(world):
    steps, at = 0, T0 + DAY
    while check_slice(world.database, world.signer(), at=at, slice_=20) and steps < 500:
        steps += 1
        with world.database.reading() as session:
            state = state_of(session)
        if state.finished_at is not None:
            break
    assert (state.breaks, state.finished_at) == ([], at)
    assert steps > len(world.ask("SELECT 1 FROM audit_event")) / 20
    assert not check_slice(world.database, world.signer(), at=at + 1)  # it rests, then begins anew
    assert check_slice(world.database, world.signer(), at=at + DAY)
    assert SLICE > 20


# What the log's own tables show the sequencer refuses to seal upon: see the mutations; here it is rows and bodies.
WITHIN = [
    one for one in ON_THE_DATABASE if one.place.partition("/")[0] in Base.metadata.tables or "erasure" in one.place
]


@pytest.mark.parametrize("mutation", WITHIN[::4], ids=lambda one: one.said)
def test_what_sql_did_is_an_alarm_with_its_place(world, caplog, mutation):
    altered(world, *(mutation.does(world) if callable(mutation.does) else mutation.does))
    with caplog.at_level(logging.CRITICAL):
        found = check_whole(world.database, world.signer(), at=T0 + DAY)
    place = mutation.place.split(" ")[0]
    assert any(place in one for one in found), found
    assert any("the record was altered" in one and place in one for one in caplog.messages)
    world.run("DROP TABLE IF EXISTS none")
    with world.database.reading() as session:
        assert state_of(session).breaks == found


STATES = {
    "item/1": "UPDATE item SET state = 'ready' WHERE id = 1",
    "assignment/1": "UPDATE assignment SET state = 'offered' WHERE id = 1",
}


@pytest.mark.parametrize("place", STATES)
def test_a_state_that_no_event_led_to_is_an_alarm(world, place):
    """States are in no digest: the worker replays them."""
    assert check_whole(world.database, world.signer(), at=T0 + DAY) == []
    altered(world, STATES[place])
    found = check_whole(world.database, world.signer(), at=T0 + DAY)
    assert len(found) == 1
    assert found[0].startswith(f"{place} is ")
    assert "by its events it is" in found[0]


def test_who_acts_in_a_role_that_nobody_gave_them_is_an_alarm_whoever_holds_the_keys(world):
    """Written as the application writes, with its key, in the name of somebody real."""
    with world.database.reading() as session:
        person = load_actor(session, 1, at=T0)
    usurper = replace(person, project_roles={1: frozenset({ProjectRole.ADJUDICATOR})})

    def unit(session):
        subject = Subject("project", 1)
        record(
            session, Tag.PROJECT_CHANGED, stream=streams.project(1), actor=usurper, subject=subject, project_id=1,
            data={}, at=T0 + 1000,
        )  # fmt: skip

    world.database.writing(unit)
    sequence(world.database, world.signer(), at=T0 + DAY)
    for slice_ in (10, SLICE):  # what a slice learned of people the next one knows
        found = []
        while check_slice(world.database, world.signer(), at=T0 + DAY, slice_=slice_, rest=0):
            with world.database.reading() as session:
                state = state_of(session)
            if state.finished_at is not None:
                found = state.breaks
                break
        assert [one for one in found if "a role that no event gave them" in one], found
        assert len(found) == 1
