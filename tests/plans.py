"""How the databases go about the questions asked most: `python -m tests.plans docs/plans.md` writes it down.

A server with many projects, people and finished jobs is made by the database itself; then the services are asked as
pages and workers ask them, and each statement that reads a large table is explained.
"""

import re
import sys
import tempfile
from pathlib import Path

from sqlalchemy import event, text

from app.accounts.loading import load_actor
from app.core.db import Base, Database
from app.corpus.document import count_by_verdict
from app.corpus.source import count_sources, refused_sources
from app.jobs.free import list_free
from app.jobs.job import claim_one, enqueue
from app.privacy.stage.review import list_undecided
from app.review.assignment import next_task
from app.review.item import count_by_state
from app.review.queries import UNFINISHED, count_unfinished, own_tasks, queue
from app.review.settled import settled_answers
from app.review.submission import submit
from app.review.workflows import Step
from tests.build import SCHEMA
from tests.databases import build_schema, create_postgresql, drop_postgresql, sqlite_url
from tests.team import Team

ROWS = 20_000
BASE = 1_000_000
# Of ROWS items each twentieth is in the project asked about, each hundredth task is the person's.
PROJECTS, PEOPLE = 20, 100
STATES = ["imported", "ready", "in_annotation", "verification", *["verified"] * 8, *["signed"] * 4, *["released"] * 4]
LARGE = ("subject", "encounter", "source", "document", "item", "round", "assignment", "submission", "submission_body",
         "settled_answer", "state_count_delta", "job", "hold", "document_reason", "source_reason")  # fmt: skip
OWN = "{base} + n"


def hot(team, name="vera"):
    """Question → how a page or worker asks it."""
    person, reader = team.person(name), team.person("ann")
    project = team.project_id

    def as_person(ask, who=reader):
        return lambda s: ask(s, load_actor(s, who, at=team.at))

    return {
        "worklist": as_person(lambda s, a: own_tasks(s, a, UNFINISHED)),
        "worklist, how much waits": as_person(count_unfinished),
        "queue of verification": as_person(lambda s, a: queue(s, a, project, Step.VERIFY, at=team.at), person),
        "next task": lambda s: next_task(s, reader),
        "overview, items by state": lambda s: count_by_state(s, project),
        "overview, documents by verdict": lambda s: count_by_verdict(s, project),
        "overview, records by state": lambda s: count_sources(s, project),
        "settled answers": lambda s: settled_answers(s, project),
        "texts to decide on": lambda s: list_undecided(s, team.project(s)),
        "records refused at the gate": lambda s: refused_sources(s, project),
        "a worker takes a job": lambda s: claim_one(s, BASE, "tests:1", at=team.at),
        "a worker looks for work": lambda s: list_free(s, at=team.at, limit=20),
    }


class Filling:
    """Copies of rows, made by the database."""

    def __init__(self, connection, project_id, person_id):
        self.connection = connection
        self.spread = {
            "project_id": f"CASE WHEN n % {PROJECTS} = 0 THEN {project_id} ELSE {BASE} + n % {PROJECTS} END",
            "person_id": f"CASE WHEN n % {PEOPLE} = 0 THEN {person_id} ELSE {BASE} + n % {PEOPLE} END",
        }

    def copy(self, table, row, count=ROWS, **changed):
        """`count` copies of a row; `changed`: column → SQL over n, the number of the copy."""
        columns = [column.name for column in Base.metadata.tables[table].columns]
        chosen = {name: f"t.{name}" for name in columns}
        chosen |= {name: sql for name, sql in self.spread.items() if name in columns}
        chosen |= {name: sql.format(base=BASE) for name, sql in changed.items()}
        key = "submission_id" if table == "submission_body" else "id"
        numbers = f"SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}"
        series = f"(WITH RECURSIVE s(n) AS ({numbers}) SELECT n FROM s) c"
        names = ", ".join(f'"{name}"' for name in chosen)
        values = ", ".join(chosen.values())
        self.run(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} t, {series} WHERE t.{key} = {row}")

    def run(self, sql):
        self.connection.execute(text(sql))


def fill(database):
    """A team with one item that was read, and a server around it that holds ROWS more."""
    team = Team(database, schema=SCHEMA)
    item, task, _ = team.item("ann", "ben")
    team.open("ann", task)
    team.act("ann", submit, task)
    team.person("vera")
    queued = database.writing(lambda s: enqueue(s, "deid.run", {}, project_id=None, person_id=None, at=team.at))
    with database.engine.begin() as connection:
        (document,) = connection.execute(text(f"SELECT * FROM document WHERE id = {item.document_id}"))
        (answer,) = connection.execute(text("SELECT id FROM submission")).scalars()
        filling = Filling(connection, team.project_id, team.person("ann"))
        filling.copy("project", team.project_id, PROJECTS, id=OWN, key="'p' || n")
        filling.copy("person", team.person("ben"), PEOPLE, id=OWN, username="'p' || n")
        _copy_texts(filling, document)
        _copy_work(filling, item, task, answer)
        filling.copy("job", queued.id, id=OWN, state="'done'", finished_at=str(team.at))
        deltas = f"{filling.spread['project_id']}, 'item', 'ready', 1 FROM job, (SELECT 1) c"
        deltas = deltas.replace("n %", "(id - 1) %")
        filling.run(f"INSERT INTO state_count_delta (project_id, table_name, state, change) SELECT {deltas}")
    if not database.is_sqlite:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))
    return team


def _copy_texts(filling, document):
    place = {"subject_id": OWN, "encounter_id": OWN}
    filling.copy("subject", document.subject_id, id=OWN, pseudonym="'p' || n", reference="'r' || n")
    filling.copy("encounter", document.encounter_id, id=OWN, subject_id=OWN, reference="'r' || n", label="'e' || n")
    doubted = f"n / {PROJECTS} % {len(STATES)} = 0"
    state = f"CASE WHEN {doubted} THEN 'refused' ELSE 'deidentified' END"
    own = {"reference": "'r' || n", "text_sha256": "'s' || n"}
    filling.copy("source", document.source_id, id=OWN, state=state, **own, **place)
    verdict = f"CASE WHEN {doubted} THEN 'needs_review' ELSE 'accepted' END"
    filling.copy("document", document.id, id=OWN, label="'d' || n", source_id=OWN, verdict=verdict, **place)
    for table in ("source", "document"):
        three = "(SELECT 0 n UNION ALL SELECT 1 UNION ALL SELECT 2) c"
        filling.run(f"INSERT INTO {table}_reason SELECT id, n, 'name-left' FROM {table}, {three} WHERE id > {BASE}")


def _copy_work(filling, item, task, answer):
    names = " ".join(f"WHEN {number} THEN '{state}'" for number, state in enumerate(STATES))
    state = f"CASE n / {PROJECTS} % {len(STATES)} {names} END"
    filling.copy("item", item.id, id=OWN, document_id=OWN, label="'d' || n", state=state)
    filling.copy("round", task.round_id, id=OWN, item_id=OWN)
    links = {"item_id": OWN, "round_id": OWN}
    filling.copy("assignment", task.id, id=OWN, **links)
    links["assignment_id"] = OWN
    filling.copy("submission", answer, id=OWN, kind="'gold'", **links)
    filling.copy("submission_body", answer, submission_id=OWN)
    filling.run(
        "INSERT INTO hold (item_id, project_id, kind, opened_by, opened_at, closed_by, closed_at) "
        f"SELECT id, project_id, 'question', {task.person_id}, 1, {task.person_id}, 2 FROM item WHERE id > {BASE}"
    )
    filling.run(
        "INSERT INTO settled_answer (item_id, submission_id, project_id) "
        f"SELECT id, id, project_id FROM item WHERE id > {BASE} AND state IN ('verified', 'signed', 'released')"
    )


def plans(database, ask):
    """(statement, lines of its plan) of each statement of a question that reads a large table."""
    asked = []

    def note(_connection, _cursor, statement, values, *_):
        asked.append((statement, values))

    with database.reading() as session:
        session.connection()
        event.listen(database.engine, "before_cursor_execute", note)
        try:
            ask(session)
        finally:
            event.remove(database.engine, "before_cursor_execute", note)
    with database.engine.connect() as connection:
        explain = _sqlite_plan if database.is_sqlite else _postgresql_plan
        chosen = [one for one in asked if re.search(rf"^SELECT.*\b({'|'.join(LARGE)})\b", one[0], re.DOTALL)]
        return [(statement, explain(connection, statement, values)) for statement, values in chosen]


def _sqlite_plan(connection, statement, values):
    depth, lines = {0: -1}, []
    for number, parent, _, line in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values):
        depth[number] = depth.get(parent, -1) + 1
        lines.append("  " * depth[number] + line)
    return lines


def _postgresql_plan(connection, statement, values):
    rows = connection.exec_driver_sql(f"EXPLAIN (COSTS OFF) {statement}", values)
    return [re.sub(r"(\{'?\d+,)[\d,]{40,}", r"\1…", row[0]) for row in rows]


def large_scans(lines):
    """Lines of a plan that read a large table from end to end, in its own order or in that of an index."""
    found = []
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        scanned = re.search(r"(?:\bSCAN|Seq Scan on) (\w+)", line)
        whole = re.search(r"Index (?:Only )?Scan (?:Backward )?using \w+ on (\w+)", line)
        if whole and "Index Cond" in after:
            continue
        hit = scanned or whole
        if hit and re.sub(r"_\d+$", "", hit[1]) in LARGE:
            found.append(line.strip())
    return found


HEAD = f"""# Plans

Written by `make plans`: how SQLite and PostgreSQL go about the questions asked most, on a server with {ROWS:,} items in
{PROJECTS} projects, {PEOPLE} people, {ROWS:,} closed holds and {ROWS:,} finished jobs. `tests/functional/test_plans.py`
holds that none reads a large table from end to end. Statements that read small tables only are left out.
"""


def write(path):
    with tempfile.TemporaryDirectory() as folder:
        url = create_postgresql()
        try:
            parts = [HEAD, *_sections(Path(folder), url)]
        finally:
            drop_postgresql(url)
    path.write_text("\n".join(parts), encoding="utf-8")


def _sections(folder, url):
    databases = {"SQLite": Database(sqlite_url(folder / "plans.db")), "PostgreSQL": Database(url)}
    teams = {}
    for name, database in databases.items():
        build_schema(database.url)
        teams[name] = fill(database)
    for question in hot(teams["SQLite"]):
        yield f"## {question}\n"
        for name, database in databases.items():
            for _, lines in plans(database, hot(teams[name])[question]):
                yield "\n".join([f"{name}:\n", "```", *lines, "```", ""])
    for database in databases.values():
        database.dispose()


if __name__ == "__main__":
    write(Path(sys.argv[1]))
