"""R36, INV-12: where a project asks for an agreement, no record comes in before one is in force."""

from types import SimpleNamespace

import pytest

from app.accounts.actor import OperatorActor
from app.core.errors import Conflict
from app.corpus.batch import Batch
from app.corpus.paper import PaperKind, file_paper
from app.corpus.project import change_settings, create_project
from app.corpus.vault import Vault
from app.factory import create_app
from app.intake.load import Delivery, start_batch

create_app()
OPERATOR = OperatorActor("tests")
AT = 1_700_000_000_000
DAY = 86_400_000


@pytest.fixture
def clinic(database, tmp_path):
    """A project that asks for an agreement, and a note at its door."""

    def unit(session):
        project = create_project(session, OPERATOR, "pp", "P", at=AT)
        change_settings(session, OPERATOR, project, {"agreement_required": True}, at=AT)
        return project

    project = database.writing(unit)
    (tmp_path / "a.txt").write_text("No fever.")

    def file(kind, expires_at=None):
        terms = {"sha256": "0" * 64, "expires_at": expires_at, "at": AT}
        database.writing(lambda s: file_paper(s, OPERATOR, project, kind, "a paper", **terms))

    def load(at=AT):
        delivery = Delivery([tmp_path / "a.txt"])
        return database.writing(lambda s: start_batch(s, OPERATOR, Vault(b"k" * 32), project, delivery, at=at))

    def batches():
        with database.reading() as session:
            return session.query(Batch).count()

    return SimpleNamespace(file=file, load=load, batches=batches)


def test_no_record_comes_in_without_an_agreement_in_force(clinic):
    for paper, day in ((None, 0), (PaperKind.ETHICS, 0), (PaperKind.AGREEMENT, 2)):
        if paper:
            clinic.file(paper, expires_at=AT + DAY)
        with pytest.raises(Conflict, match="nothing was stored") as refused:
            clinic.load(at=AT + day * DAY)
        assert refused.value.code == "agreement-missing"
    assert clinic.batches() == 0


def test_with_an_agreement_in_force_it_does(clinic):
    clinic.file(PaperKind.AGREEMENT, expires_at=AT + DAY)
    clinic.load()
    assert clinic.batches() == 1
