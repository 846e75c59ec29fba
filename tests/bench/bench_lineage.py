"""From a row of a release back to its delivery, and a bundle of one item: milliseconds in a project of many notes.

`python -m tests.bench.bench_lineage [NOTES] [--postgresql]`. The page may take 200 ms. One item of the project has its
events; the log is then filled with as many others as a project of that size has.
"""

import io
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from sqlalchemy import insert, select

from app.audit import streams
from app.audit.checkpoint import Signer
from app.audit.events import Tag
from app.audit.log import Subject, SystemActor, record
from app.audit.sequencer import sequence
from app.core.db import Database
from app.factory import compose
from app.release.cutting import cut
from app.release.inspection import InspectionOrder, Making, OutgoingInspection
from app.release.lineage import Wanted, get_lineage
from app.release.release import ReleaseItem
from app.review.item import Item
from app.review.submission import Submission, SubmissionKind
from tests.bench.release_sized import SPANS, seed
from tests.build import OPERATOR
from tests.databases import build_schema, create_postgresql, drop_postgresql, sqlite_url
from tests.team import T0

ASKED = 200
EVENTS_A_NOTE = 20


def say(metric, value, unit, size):
    row = {"bench": "lineage", "metric": metric, "value": round(value, 2), "unit": unit, "size": size}
    print(json.dumps(row | {"baseline": "", "ratio": None}), flush=True)


def traced(database, labels):
    """Milliseconds of each, a session of its own as a request has it; sorted."""
    took = []
    for label in labels:
        began = time.perf_counter()
        with database.reading() as session:
            json.dumps(get_lineage(session, OPERATOR, "toys", Wanted(label, release=1), at=T0))
        took.append(1000 * (time.perf_counter() - began))
    return sorted(took)


def copy(database, notes):
    """The item again and again, rows without events: what a lineage reads is there, and in the release."""
    from tests.bench import release_sized

    with database.reading() as session:
        item = session.scalars(select(Item)).one()
    with database.engine.begin() as connection:
        release_sized._copy(connection, None, item, notes - 1)
        held = select(Submission.item_id, Submission.id).where(Submission.kind == SubmissionKind.SETTLED)
        rows = [{"release_id": 1, "item_id": one, "submission_id": answer} for one, answer in connection.execute(held)]
        connection.execute(insert(ReleaseItem), [row for row in rows if row["item_id"] != item.id])


def fill(database, notes):
    """Events of other items, as many as reading them would have made."""

    def unit(session, first):
        for number in range(first, first + 1000):
            record(session, Tag.ELEMENT_ADDED, stream=streams.assignment(10**9 + number % 500),
                   actor=SystemActor("bench"), subject=Subject("assignment", number), data={"element": "e"},
                   project_id=1, at=T0)  # fmt: skip

    for first in range(0, notes * EVENTS_A_NOTE, 1000):
        database.writing(lambda session, first=first: unit(session, first))


def main():
    notes = next((int(one) for one in sys.argv[1:] if one.isdecimal()), int(os.environ.get("NOTES", "2000")))
    size = f"{notes} notes, {SPANS} spans each"
    compose()
    with tempfile.TemporaryDirectory(prefix="chartmark-bench-") as name:
        folder = Path(name)
        postgresql = "--postgresql" in sys.argv
        url = create_postgresql() if postgresql else sqlite_url(folder / "bench.db")
        try:
            build_schema(url)
            measure(Database(url), folder, notes, size)
        finally:
            if postgresql:
                drop_postgresql(url)


def measure(database, folder, notes, size):
    seed(database, 1)
    cut(database, OPERATOR, "toys", at=T0)
    copy(database, notes)
    with database.reading() as session:
        labels = list(session.scalars(select(Item.label).order_by(Item.id)))
    took = traced(database, Random(7).sample(labels, min(ASKED, len(labels))))
    for share in (50, 95, 99):
        say(f"p{share}_ms", took[min(len(took) - 1, len(took) * share // 100)], "ms", size)
    fill(database, notes)
    signer = Signer(folder / "log.key", "bench.example.org/log")
    sequence(database, signer, at=T0)
    order = InspectionOrder("toys", label=labels[0], release=1)
    began, out = time.perf_counter(), io.BytesIO()
    OutgoingInspection(database, signer, OPERATOR, order, Making(folder), at=T0).write(out)
    say("bundle_of_an_item_ms", 1000 * (time.perf_counter() - began), "ms", f"{size}, {notes * EVENTS_A_NOTE} events")
    say("bundle_of_an_item_kb", len(out.getvalue()) / 1024, "kB", size)


if __name__ == "__main__":
    main()
