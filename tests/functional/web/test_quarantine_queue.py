"""Through the job and the pages: names learnt later hold earlier texts, and a language without recognisers waits."""

import hashlib
import json

import pytest
from sqlalchemy import select

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor
from app.corpus.document import Document, text_of, with_reasons
from app.corpus.member import add_member
from app.corpus.paper import file_paper
from app.corpus.project import change_settings, get_project
from app.corpus.schema import load_schema
from app.guidelines.version import publish
from app.review.hold import open_holds
from app.review.item import Item
from tests.build import OPERATOR, SCHEMA
from tests.functional.web.conftest import Team, words

INCIDENTS = "/privacy/projects/first/incidents"
EASY = {"pipeline": "chartmark_rules", "machine_passed_may_be_assigned": True,
        "workflow": "trainee_verifier"}  # fmt: skip


@pytest.fixture
def team(database, tmp_path):
    team = Team(tmp_path, database)
    team.write(lambda session, at: change_settings(session, OPERATOR, get_project(session, "first"), EASY, at=at))
    yield team
    team.database.dispose()


def run(team, *arguments, code=0):
    done = team.app.test_cli_runner().invoke(args=[str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done.output


def load(team, name, project="first", code=0, **row):
    path = team.folder / f"{name}.jsonl"
    path.write_text(json.dumps({"id": name, "patient_id": "p1"} | row) + "\n")
    said = run(team, "intake", "load", project, path, code=code)
    run(team, "jobs", "work", "--until-empty")
    return said


def documents(team, project="first"):
    def look(session):
        query = select(Document).options(with_reasons())
        query = query.where(Document.project_id == get_project(session, project).id).order_by(Document.id)
        return [(row, text_of(session, row.id)) for row in session.scalars(query)]

    return team.read(look)


def items(team):
    return team.read(lambda s: s.scalars(select(Item).order_by(Item.id)).all())


def test_a_name_the_record_of_a_later_note_tells_holds_the_earlier_note_and_rewrites_nothing(team):
    load(team, "n1", text="Seen in clinic. We told quilbrandt to rest. No fever.")
    load(team, "other", patient_id="p2", text="Seen in clinic. We told quilbrandt to rest. No cough.")
    before = documents(team)
    assert ["quilbrandt" in text for _, text in before] == [True, True]
    load(team, "n2", text="Quilbrandt was seen again. Rash.", known={"names": ["Quilbrandt"]})
    after = documents(team)
    assert [text for _, text in after[:2]] == [text for _, text in before]
    assert "quilbrandt" not in after[2][1].lower()
    holds = [team.read(lambda s, i=item.id: open_holds(s, i)) for item in items(team)]
    assert [[hold.kind for hold in found] for found in holds] == [["quarantine"], [], []]
    # Whoever is to read it waits; the officer sees the very place.
    assert assigned(team, "first") == 2
    (hold,) = holds[0]
    assert f"{INCIDENTS}/{hold.id}" in team.get("pia", INCIDENTS).text
    assert "<mark>quilbrandt</mark>" in team.get("pia", f"{INCIDENTS}/{hold.id}").text
    # Dismissed once, it is not asked about again when a third note comes.
    assert team.post("pia", f"{INCIDENTS}/{hold.id}/dismissal").status_code == 303
    load(team, "n3", text="Quilbrandt is well.", known={"names": ["Quilbrandt"]})
    assert "Nothing waits" in team.get("pia", INCIDENTS).text
    assert assigned(team, "first") == 2


def assigned(team, project):
    return json.loads(run(team, "project", "assign", project))["assigned"]


SPANISH = "El paciente acude a consulta por dolor torácico de dos días. No tiene fiebre. Se pauta paracetamol."


def spanish(team):
    run(team, "project", "create", "es", "--language", "es", "--set", "machine_passed_may_be_assigned=true",
        "--set", "pipeline=chartmark_rules",
        "--set", "workflow=trainee_verifier")  # fmt: skip

    def join(session, at):
        project = get_project(session, "es")
        load_schema(session, OPERATOR, project, SCHEMA, at=at)
        for name, role in (("pia", "privacy_officer"), ("ann", "annotator"), ("lead", "manager")):
            add_member(session, OPERATOR, project, team.people[name], ProjectRole(role), at=at)
        session.flush()
        named = {"key": SCHEMA["key"], "modality": SCHEMA["modality"], "version": "1.0", "body": "# 1 Problems"}
        publish(session, load_actor(session, team.people["lead"], at=at), project.id, named, at=at)

    team.write(join)


def evidence(team):
    digest = hashlib.sha256(b"report").hexdigest()
    team.write(
        lambda session, at: file_paper(
            session, OPERATOR, get_project(session, "es"), "deidentification", "Report", sha256=digest, at=at
        )
    )


def test_texts_in_another_language_need_evidence_and_wait_for_a_persons_check(team):
    spanish(team)
    said = load(team, "e1", project="es", code=1, text=SPANISH)
    assert "with a paper of evidence on file" in said
    evidence(team)
    load(team, "e2", project="es", text=SPANISH)
    load(team, "e3", project="es", text=f"{SPANISH} Contacto: ana@example.org, Sr. Quilbrandt.",
         known={"names": ["Quilbrandt"]})  # fmt: skip
    (first, text), (second, _) = documents(team, "es")
    assert text == SPANISH  # kept as it came: rules for another language would only harm it
    assert (first.verdict, first.reasons) == ("needs_review", ("language-not-covered",))
    assert second.reasons == ("language-not-covered", "known-identifier-left", "suspected-email")
    assert json.loads(first.deid_json)["engine"] == "none"
    assert [item.state for item in items(team)] == ["imported", "imported"]
    assert assigned(team, "es") == 0
    queue = words(team.get("pia", "/privacy/projects/es"))
    assert "language not covered, known identifier left, suspected email" in queue
    assert team.post("pia", f"/privacy/documents/{first.id}/acceptance").status_code == 303
    assert team.post("pia", f"/privacy/documents/{second.id}/refusal", reason="identifiers-left").status_code == 303
    run(team, "jobs", "work", "--until-empty")
    assert [item.state for item in items(team)] == ["ready", "withdrawn"]
    assert assigned(team, "es") == 1
