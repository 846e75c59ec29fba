"""Facts that stood in the log alone become rows: what a database in use has in its log is brought over."""

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.accounts.actor import OperatorActor
from app.audit import streams
from app.audit.events import Tag
from app.audit.log import Subject, record
from app.core.digest import canonical_json
from app.corpus.code_release import note_installed
from app.release.release import Release, ReleaseExport
from tests.build import as_if
from tests.migrations.test_0001_initial import alembic
from tests.unit.accounts.people import T0
from tests.unit.privacy.test_incidents import Case

pytestmark = pytest.mark.rare

OPERATOR = OperatorActor("tests")
LOSSES = [{"format": "conll", "kind": "entity", "field": "codes", "count": 2, "why": "BIO has no codes"}]
FACTS = {
    "hold_place": "SELECT hold_id, position, start, stop FROM hold_place ORDER BY 1, 2",
    "code_installation": "SELECT digest, system, release, at FROM code_installation ORDER BY 1",
    "release_export": "SELECT release_id, format, sha256, losses_json, left_out_json, exported_at FROM release_export",
}


def facts(database):
    with database.engine.connect() as connection:
        return {name: [tuple(row) for row in connection.execute(text(query))] for name, query in FACTS.items()}


def exported(session, project_id, person):
    """A release that somebody took away in a format, as the service writes it."""
    as_if(session, Tag.RELEASE_CUT)
    shared = {"manifest": "{}", "manifest_sha256": "0" * 64, "cut_by": person, "cut_at": T0}
    release = Release(project_id=project_id, number=1, items=1, **shared)
    session.add(release)
    session.flush()
    row = {"format": "conll", "sha256": "a" * 64, "exported_by": None, "exported_at": T0 + 5}
    row |= {"losses_json": canonical_json(LOSSES), "left_out_json": '[[7,"bad"]]'}
    session.add(ReleaseExport(release_id=release.id, **row))
    data = {"release_id": release.id, "format": "conll", "sha256": "a" * 64, "losses": LOSSES}
    data |= {"left_out": [[7, "bad"]]}
    about, where = Subject("release", release.id), streams.project(project_id)
    record(session, Tag.RELEASE_EXPORTED, stream=where, actor=OPERATOR, subject=about, data=data, at=T0 + 5)


def test_a_database_in_use_keeps_its_facts(database):
    case = Case(database)
    case.redact(case.report())
    for release in ("2025-10", "2026-04", "2026-04"):
        database.writing(lambda s, r=release: note_installed(s, OPERATOR, "icd10cm", r, f"digest-{r}", at=T0))
    database.writing(lambda session: exported(session, case.project_id, case.ids["lead"]))
    before = facts(database)
    assert {name: len(rows) for name, rows in before.items()} == {
        "hold_place": 2,  # what the reader saw, and the patient's other text in which it stands too
        "code_installation": 2,
        "release_export": 1,
    }
    database.dispose()
    command.stamp(alembic(database.url), "head")
    command.downgrade(alembic(database.url), "0001_v02")
    command.upgrade(alembic(database.url), "head")
    assert facts(database) == before
    for name in FACTS:
        with pytest.raises(DBAPIError, match="append-only"), database.engine.begin() as connection:
            connection.execute(text(f"DELETE FROM {name}"))
