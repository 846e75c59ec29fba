"""After an erasure and the owner's procedure no file of a PostgreSQL cluster holds a word of the patient."""

import os

import pytest
from sqlalchemy import create_engine, text

from tests.databases import build_schema, opened
from tests.functional.test_erasure import MARK, SOURCE_WORDS, STAYS, World, files_with
from tests.torture.cluster import Server, open_ways_to, postgresql_bin

pytestmark = [pytest.mark.rare, pytest.mark.postgres]


@pytest.fixture
def server(tmp_path):
    if postgresql_bin() is None:
        if os.environ.get("CI") == "true":
            raise FileNotFoundError("initdb")
        pytest.skip("no programs of a PostgreSQL server here")
    open_ways_to(tmp_path)
    server = Server(tmp_path)
    server.make(None)
    with (tmp_path / "server.log").open("wb") as said:
        server.options |= {"stderr": said}
        server.start()
        yield server
        server.stop()


def run_as_owner(server, *statements):
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def test_no_file_of_the_cluster_holds_a_word_after_the_owners_procedure(server, tmp_path):
    folder = tmp_path / "clinic"
    (folder / "var").mkdir(parents=True)
    run_as_owner(server, "ALTER SYSTEM SET wal_recycle = off", "SELECT pg_reload_conf()")
    build_schema(server.url)
    database = opened(server.url, folder / "var")
    world = World(database, folder)
    run_as_owner(server, "CHECKPOINT")
    words = (MARK, *SOURCE_WORDS)
    before = list(files_with(server.data, words))
    assert any(name.startswith("base/") for name in before)
    assert any(name.startswith("pg_wal/") for name in before)
    world.erase()
    assert world.places() == [], "no row holds one"
    assert list(files_with(server.data, words)), "free pages and the write-ahead log still do"
    said = world.run("database", "reclaim")
    assert "UNDONE" not in said
    world.app.extensions["database"].dispose()
    database.dispose()
    assert list(files_with(server.data, words)) == []
    assert list(files_with(server.data, (STAYS,))), "another patient's words stay"
    server.stop()
    assert list(files_with(server.data, words)) == []
