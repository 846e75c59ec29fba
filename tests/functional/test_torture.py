"""The bounded form of `make torture`: six kills on each database, and whether the harness itself can fail."""


import pytest
from sqlalchemy import text

from app.audit.events import Tag
from app.core.errors import Conflict
from app.factory import compose
from app.review.draft import DraftElement
from tests.build import as_if
from tests.torture.cluster import open_ways_to, postgresql_bin
from tests.torture.disasters import DISASTERS, Skipped, suffer
from tests.torture.kills import hit_enough, run
from tests.torture.ledger import Act, Ledger, check, half_saved
from tests.torture.seeding import make_template

KILLS, ITEMS = 6, 10
#: with this seed each kind of process is among the six
SEED = "0"
#: the others take as long and are tried by `make torture DISASTERS=1`
TRIED = ["disk full: var, with the database"]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def template(request, tmp_path_factory):
    """(kind, folder, work) of a seeded installation on a database server of its own."""
    if request.param == "postgresql" and postgresql_bin() is None:
        pytest.skip("no programs of a PostgreSQL server (initdb) here")
    folder = tmp_path_factory.mktemp(request.param)
    open_ways_to(folder)
    return request.param, folder, make_template(request.param, folder, ITEMS)


@pytest.mark.rare
def test_what_was_acknowledged_before_six_kills_is_there_after_each(template, tmp_path_factory):
    kind, folder, work = template
    rows, here = [], tmp_path_factory.mktemp("killed")
    here.chmod(0o755)
    wrong = run(kind, here, (folder, work), SEED, range(KILLS), rows.append)
    assert (wrong, [row["found"] for row in rows if row["found"]]) == (0, [])
    assert hit_enough(rows)
    assert rows[-1]["save"] > 0


@pytest.mark.rare
@pytest.mark.parametrize("name", TRIED)
def test_a_disaster_under_load_loses_nothing_and_ends_without_repair(template, name, tmp_path_factory):
    kind, folder, work = template
    if DISASTERS[name][0] != kind:
        pytest.skip(f"{name} is about {DISASTERS[name][0]}")
    here = tmp_path_factory.mktemp("disaster")
    here.chmod(0o755)
    try:
        assert suffer(name, here, (folder, work)) == []
    except Skipped as why:
        pytest.skip(str(why))


def kill(running=0, acknowledged=0):
    return {"victim": "web", "hit": bool(running or acknowledged), "found": []}


@pytest.mark.parametrize(
    ("rows", "enough"),
    [
        ([], False),
        ([{"found": [], "end": 10}], False),
        ([kill(running=1)] * 8 + [kill()] * 2, True),
        ([kill(running=1)] * 7 + [kill()] * 3, False),
        ([kill(acknowledged=3)], True),
    ],
    ids=["nothing was killed", "only the end was looked at", "eight of ten", "seven of ten", "after its work"],
)
def test_a_run_that_hit_too_little_fails(rows, enough):
    assert hit_enough(rows) is enough


def test_the_harness_names_what_was_acknowledged_and_is_not_there(sqlite_database, tmp_path):
    compose()
    ledger = Ledger(tmp_path / "acknowledged.jsonl")
    ledger.tried = {"t1s0": 1, "t1s1": 1}
    for kind, key in (("save", "t1s0"), ("submission", 7), ("signature", 8), ("ruling", 9), ("withdrawal", 10)):
        ledger.acknowledged(Act(kind, key))
    assert check(ledger, sqlite_database) == [
        "submission 7 was acknowledged and is not there",
        "signature 8 was acknowledged and is not there",
        "ruling 9 was acknowledged and is not there",
        "withdrawal 10 was acknowledged and is not there",
        "save t1s0 was acknowledged and is not there",
    ]


def test_the_harness_names_a_save_that_is_there_by_half(sqlite_database, tmp_path):
    compose()
    ledger = Ledger(tmp_path / "acknowledged.jsonl")
    ledger.tried = {"t1s0": 1}

    def half(session):
        """One of the three elements of a save, and no event."""
        as_if(session, Tag.ELEMENT_ADDED)
        session.execute(text("PRAGMA defer_foreign_keys=ON"))
        session.add(DraftElement(assignment_id=1, element_id="t1s0-0", body="{}", started=None, version=1))
        session.flush()
        return half_saved(session, [], ledger.tried)

    found = []
    with pytest.raises(Conflict):  # the task is not there; what matters was looked at before
        sqlite_database.writing(lambda session: found.extend(half(session)))
    assert "save t1s0 is there by 1 of 3" in found
    assert "0 events of added elements, 1 elements" in found
