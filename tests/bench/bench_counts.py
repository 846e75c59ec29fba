"""What a project's pages ask of 200,000 items: counts by state, all that the overview and the page of releases ask,
and the newest final answer of each.

On PostgreSQL, in a database made for it and dropped. One item goes through review; the database itself makes the
others after it, so this measures reading. `python -m tests.bench.bench_counts --plans` shows the plans on stderr.
"""

import json
import statistics
import sys
import time

from sqlalchemy import event, text

from app.core.counts import FOLD_AT, StateCountDelta, recount
from app.core.db import Base, Database
from app.corpus.document import Document, claim_of, count_by_verdict
from app.corpus.source import Source, count_sources
from app.jobs.job import list_jobs
from app.pipelines.register.lookup import unsuggested_texts
from app.privacy.removal.counts import count_mistakes
from app.release.recall import items_to_carry
from app.release.release import list_releases
from app.review.distribution import find_readers
from app.review.item import Item, count_by_state
from app.review.queries import visible_holds
from app.review.settled import rebuild, settled_answers
from app.review.submission import submit
from app.review.waiting import ahead, load_team, stopped_items
from tests.build import SCHEMA
from tests.databases import build_schema, create_postgresql, drop_postgresql
from tests.team import Team

ITEMS = 200_000
ROUNDS = 7
BASE = 1_000_000
# Of twenty items one each waits at these steps; the others are settled and have a final answer.
STATES = ["imported", "ready", "in_annotation", "verification", *["verified"] * 8, *["signed"] * 4, *["released"] * 4]
SETTLED = "n % 20 >= 4"


def say(metric, value):
    row = {"bench": "counts", "metric": metric, "value": round(value, 3), "unit": "ms", "size": f"{ITEMS} items"}
    print(json.dumps(row | {"baseline": "", "ratio": None}), flush=True)


def multiply(connection, table, row, only="true", **changed):
    """ITEMS copies of a row; `changed`: column → SQL over n, the number of the copy."""
    chosen = {column.name: f"t.{column.name}" for column in Base.metadata.tables[table].columns}
    chosen |= {name: sql.format(base=BASE) for name, sql in changed.items()}
    key = "submission_id" if table == "submission_body" else "id"
    connection.execute(
        text(
            f"INSERT INTO {table} ({', '.join(chosen)}) SELECT {', '.join(chosen.values())} "
            f"FROM {table} t, generate_series(1, {ITEMS}) n WHERE t.{key} = {row} AND {only}"
        )
    )


def fill(database):
    """A project in which one item was read, and ITEMS more that look like it."""
    team = Team(database, schema=SCHEMA)
    item, task, _ = team.item("ann", "ben")
    team.open("ann", task)
    team.act("ann", submit, task)
    own, states = "{base} + n", ", ".join(f"'{state}'" for state in STATES)
    with database.engine.begin() as connection:
        (document,) = connection.execute(text(f"SELECT * FROM document WHERE id = {item.document_id}"))
        (answer,) = connection.execute(text("SELECT id FROM submission")).scalars()
        subject = {"subject_id": own}
        place = subject | {"encounter_id": own, "source_id": own}
        multiply(connection, "subject", document.subject_id, id=own, pseudonym="'p' || n", reference="'r' || n")
        multiply(connection, "encounter", document.encounter_id, id=own, reference="'r' || n", label="'e' || n", **subject)
        del place["source_id"]
        multiply(connection, "source", document.source_id, id=own, reference="'r' || n", text_sha256="'s' || n", **place)
        multiply(connection, "document", document.id, id=own, label="'d' || n", source_id=own, **place)
        multiply(
            connection, "item", item.id,
            id=own, document_id=own, label="'d' || n", state=f"(ARRAY[{states}])[1 + n % 20]",
        )  # fmt: skip
        multiply(connection, "round", task.round_id, id=own, item_id=own)
        multiply(connection, "assignment", task.id, id=own, item_id=own, round_id=own)
        links = {"assignment_id": own, "item_id": own, "round_id": own}
        multiply(connection, "submission", answer, id=own, **links)
        multiply(connection, "submission_body", answer, submission_id=own)
        gold = "3 * {base} + n"
        multiply(connection, "submission", answer, SETTLED, id=gold, ordinal="2", kind="'gold'", **links)
        multiply(connection, "submission_body", answer, SETTLED, submission_id=gold)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    return team


def asked_by_pages(team):
    """Name → the question that the overview, or the page of releases, puts to the database."""
    lead = team.do("lena", lambda _session, actor: actor)
    at = team.at

    def of(ask):
        return lambda session: ask(session, team.project(session))

    return {
        "claim": of(claim_of),
        "mistakes": of(lambda s, project: count_mistakes(s, project.id)),
        "holds": of(lambda s, project: visible_holds(s, lead, project.id)),
        "stopped": of(lambda s, project: stopped_items(s, load_team(s, project, at=at), count_by_state(s, project.id))),
        "unsuggested": of(unsuggested_texts),
        "ahead": of(lambda s, project: ahead(load_team(s, project, at=at))),
        "readers": of(lambda s, project: find_readers(s, project, at=at)),
        "jobs": of(lambda s, project: list_jobs(s, project.id, limit=10)),
        "releases": of(lambda s, project: list_releases(s, project.id)),
        "to_carry": of(lambda s, project: items_to_carry(s, project.id)),
    }


def fold(database, project):
    """Sums as the worker leaves them, and as many deltas on top as it lets gather."""

    def unit(session):
        for model in (Item, Document, Source):
            recount(session, model, project)
        rebuild(session, project)
        names = {"project_id": project, "table_name": "item", "state": "ready"}
        session.add_all(StateCountDelta(**names, change=(-1) ** n) for n in range(FOLD_AT))

    database.writing(unit)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def measure(database, metric, ask, *, plans):
    """The median time of a question, each time in a session of its own."""
    walls = []
    for _ in range(ROUNDS):
        with database.reading() as session:
            session.connection()
            began = time.perf_counter()
            ask(session)
            walls.append((time.perf_counter() - began) * 1000)
    say(metric, statistics.median(walls))
    if plans:
        _explain(database, metric, ask)


def _explain(database, metric, ask):
    asked = []

    def note(_connection, _cursor, statement, values, *_):
        asked.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.reading() as session:
        ask(session)
        event.remove(database.engine, "before_cursor_execute", note)
        for statement, values in asked:
            rows = session.connection().exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS) {statement}", values)
            print(f"-- {metric}\n" + "\n".join(row[0] for row in rows), file=sys.stderr)


def main():
    plans = "--plans" in sys.argv
    url = create_postgresql()
    try:
        build_schema(url)
        database = Database(url)
        team = fill(database)
        project = team.project_id
        fold(database, project)
        measure(database, "item_states_ms", lambda s: count_by_state(s, project), plans=plans)
        measure(database, "verdicts_ms", lambda s: count_by_verdict(s, project), plans=plans)
        measure(database, "sources_ms", lambda s: count_sources(s, project), plans=plans)
        measure(database, "settled_answers_ms", lambda s: list(settled_answers(s, project)), plans=plans)
        for name, ask in asked_by_pages(team).items():
            measure(database, f"page_{name}_ms", ask, plans=plans)
        database.dispose()
    finally:
        drop_postgresql(url)


if __name__ == "__main__":
    main()
