"""Without a broker one `jobs work` uses the cores of its machine: a large delivery is shared out among processes."""

import json

import pytest
from sqlalchemy import select

from app.core.db import Database
from app.corpus.document import Document
from app.jobs.job import Job
from app.jobs.parts import TEXTS_PER_PART
from app.review.item import Item
from tests.functional.test_crash import installation, prepare  # noqa: F401 (a fixture)

pytestmark = pytest.mark.rare
NOTES = 3 * TEXTS_PER_PART


def test_a_large_delivery_is_cleaned_by_several_processes_and_each_text_once(installation):  # noqa: F811
    prepare(installation)
    lines = ({"id": f"n{n}", "patient_id": f"p{n}", "text": f"Note {n}: no fever."} for n in range(NOTES))
    (installation.folder / "many.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    installation.run("intake", "load", "pp", installation.folder / "many.jsonl")
    installation.run("jobs", "work", "--until-empty", "--processes", "3")
    assert installation.count(Document) == installation.count(Item, Item.state == "ready") == NOTES
    assert installation.count(Job, Job.state != "done") == 0
    database = Database(installation.url)
    with database.reading() as session:
        parts = list(session.scalars(select(Job).where(Job.kind == "deid.run", Job.family.is_not(None))))
    database.dispose()
    assert len(parts) == 3
    assert len({job.lease_owner.rpartition(":")[0] for job in parts}) > 1
    installation.verify()
