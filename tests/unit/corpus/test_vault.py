"""What identifies a patient opens with that patient's key, in that patient's row, and nowhere else."""

import pytest
from sqlalchemy import select

from app.core.errors import Conflict, Unavailable
from app.corpus.project import create_project
from app.corpus.subject import Patient
from app.corpus.vault import SubjectKey, Vault, open_json, seal_json
from tests.build import OPERATOR, make_document

T0 = 1_700_000_000_000
MASTER = b"m" * 32


def test_one_outside_id_has_another_reference_in_each_project_and_kind():
    vault = Vault(MASTER)
    assert vault.reference("patient", 1, "4711") == vault.reference("patient", 1, "4711")
    said = {vault.reference(*one) for one in (("patient", 1, "4711"), ("patient", 2, "4711"), ("encounter", 1, "4711"))}
    assert len(said) == 3
    assert Vault(b"n" * 32).reference("patient", 1, "4711") not in said


def test_what_is_sealed_for_one_row_does_not_open_in_another():
    sealed = seal_json(MASTER, {"names": ["Ann"]}, "source:1")
    assert open_json(MASTER, sealed, "source:1") == {"names": ["Ann"]}
    with pytest.raises(Unavailable):
        open_json(MASTER, sealed, "source:2")


def test_a_wrapped_key_that_was_copied_to_another_subject_opens_nothing(sqlite_database):
    vault = Vault(MASTER)

    def unit(session):
        project = create_project(session, OPERATOR, "pp", "P", at=T0)
        for text in ("one", "two"):
            make_document(session, project, text, at=T0)
        first, second = session.scalars(select(Patient.id).order_by(Patient.id)).all()
        key = vault.new_key(session, first)
        session.flush()
        session.add(SubjectKey(subject_id=second, wrapped=session.get(SubjectKey, first).wrapped))
        session.flush()
        assert vault.key_of(session, first) == key
        with pytest.raises(Unavailable):
            vault.key_of(session, second)
        raise Conflict("enough", "nothing of this is kept")

    with pytest.raises(Conflict, match="enough"):
        sqlite_database.writing(unit)
