"""The questions asked most are answered through indexes, on both databases, however much else is there."""

from pathlib import Path

import pytest
from sqlalchemy import text

from tests.databases import KINDS
from tests.plans import fill, hot, large_scans, plans

pytestmark = pytest.mark.rare

COMMITTED = Path(__file__).parents[2] / "docs" / "plans.md"


@pytest.fixture(scope="module", params=KINDS)
def server(request, tmp_path_factory):
    """A database with much in it, filled once for all questions."""
    templates, folder = request.getfixturevalue("database_templates"), tmp_path_factory.mktemp("plans")
    with templates.fresh(request.param, folder) as database:
        yield database, fill(database)


def test_no_question_reads_a_large_table_from_end_to_end(server):
    database, team = server
    seen = {question: plans(database, ask) for question, ask in hot(team).items()}
    assert all(seen.values()), "each question reads a large table"
    scans = {question: [scan for _, lines in found for scan in large_scans(lines)] for question, found in seen.items()}
    assert {question: found for question, found in scans.items() if found} == {}
    said = "\n".join(line for found in seen.values() for _, lines in found for line in lines)
    assert "ix_assignment_person_state" in said
    assert "ix_job_state" in said


def test_a_question_without_an_index_is_noticed(server):
    """The check can fail: nothing is indexed by the digest of a text, and a primary key may be walked whole."""
    database, _ = server
    for query in ("SELECT id FROM document WHERE text_sha256 = 'x'", "SELECT note_type FROM document ORDER BY id"):
        ((_, lines),) = plans(database, lambda session, query=query: session.execute(text(query)))
        assert large_scans(lines), lines


def test_the_page_of_plans_has_a_section_for_each_question(server):
    """`make plans` writes it; the plans themselves may differ by the database's version."""
    _, team = server
    written = [line[3:] for line in COMMITTED.read_text(encoding="utf-8").splitlines() if line.startswith("## ")]
    assert written == list(hot(team)), "run `make plans`"
