"""Texts in quarantine are stored sealed, others where it is set so; reading them works as before."""

import pytest

from app.audit.content import ALTERED
from app.core.db import Database
from app.core.errors import Conflict, Unavailable
from app.corpus import vault
from app.corpus.document import DocumentBody, Verdict, add_document, text_of
from app.corpus.vault import VaultFile
from tests.build import OPERATOR, as_if, create_project, make_document
from tests.unit.accounts.people import T0

WORDS = "She called it zorvexlim."


@pytest.fixture
def stored(sqlite_database, tmp_path):
    """`stored(verdict, seal_all=False)` is the row of a text of this verdict, and a database that can open it."""
    file = VaultFile(tmp_path / "master.key")

    def make(verdict, *, seal_all=False):
        info = {vault.INFO: file, vault.SEAL_ALL: seal_all}
        database = Database(sqlite_database.url, info=info)

        def before(session):
            first = make_document(session, create_project(session, OPERATOR, "pp", "P", at=T0), "First.", at=T0)
            file.open().new_key(session, first.subject_id)
            return first

        first = sqlite_database.writing(before)

        def unit(session):
            fields = {c.name: getattr(first, c.name) for c in first.__table__.columns if c.name != "id"}
            fields |= {"label": "second", "verdict": verdict}
            as_if(session)
            return add_document(session, type(first)(**fields), WORDS).id

        number = database.writing(unit)
        with database.reading() as session:
            return database, session.get(DocumentBody, number)

    return make


@pytest.mark.parametrize(
    ("verdict", "seal_all", "is_sealed"),
    [(Verdict.NEEDS_REVIEW, False, True), (Verdict.MACHINE_PASSED, False, False), (Verdict.ACCEPTED, True, True)],
)
def test_what_waits_in_quarantine_is_sealed_and_the_rest_by_setting(stored, tmp_path, verdict, seal_all, is_sealed):
    database, body = stored(verdict, seal_all=seal_all)
    assert (body.sealed is not None) is is_sealed
    assert (body.text == "") is is_sealed
    with database.reading() as session:
        assert text_of(session, body.document_id) == WORDS
    database.dispose()
    files = b"".join(path.read_bytes() for path in tmp_path.glob("test.db*"))
    assert (b"zorvexlim" in files) is not is_sealed


def test_without_the_key_it_is_not_shown_and_with_another_it_is_an_error(stored, sqlite_database, tmp_path):
    _, body = stored(Verdict.NEEDS_REVIEW)
    other = Database(sqlite_database.url, info={vault.INFO: VaultFile(tmp_path / "other.key")})
    for database in (Database(sqlite_database.url), other):
        with database.reading() as session, pytest.raises(Unavailable):
            text_of(session, body.document_id)


def test_a_sealed_text_that_was_moved_from_another_row_is_refused(stored):
    database, body = stored(Verdict.NEEDS_REVIEW)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER document_body_no_update")
        connection.exec_driver_sql(f"UPDATE document_body SET sealed = (SELECT sealed FROM document_body WHERE document_id = {body.document_id}) WHERE document_id = 1")  # noqa: E501
    with database.reading() as session, pytest.raises((Unavailable, Conflict)):
        text_of(session, 1)


def test_a_clear_text_put_beside_is_no_way_round(stored):
    """Whoever empties `sealed` and writes a text of their own is found by the digest."""
    database, body = stored(Verdict.NEEDS_REVIEW)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER document_body_no_update")
        connection.exec_driver_sql(f"UPDATE document_body SET sealed = NULL, text = 'x' WHERE document_id = {body.document_id}")  # noqa: E501
    with database.reading() as session, pytest.raises(Conflict) as refused:
        text_of(session, body.document_id)
    assert refused.value.code == ALTERED
