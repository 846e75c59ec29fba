"""The demo goes through every workflow to signed and released items, each step signed by whoever ended it."""

from sqlalchemy import select

from app.corpus.project import Project
from app.factory import create_app
from app.release.release import Release
from app.review.item import Item
from app.review.signature import Signature
from app.review.workflows import WORKFLOWS
from app.settings import Settings

SIGNED = {
    ("demo", "two_readers_adjudicator"): [
        ("adjudicate", "adjudication", False),
        ("verify", "verification", True),
        ("adjudicate", "escalation", False),
        ("verify", "verification", True),
    ],
    ("demo-team-of-three", "team_of_three"): [("adjudicate", "escalation", True)],
    ("demo-trainee", "trainee_verifier"): [("verify", "rejection", False), ("verify", "verification", True)],
}


def test_the_demo_signs_and_releases_in_every_workflow_and_its_log_holds(database_templates, tmp_path):
    with database_templates.fresh("sqlite", tmp_path) as database:
        app = create_app(Settings(var=str(tmp_path / "var"), database_url=database.url))
        runner = app.test_cli_runner()
        with app.app_context():
            done = runner.invoke(args=["demo"])
        assert done.exit_code == 0, done.output

        with database.reading() as session:
            projects = {row.id: row for row in session.scalars(select(Project))}
            made = {(row.key, row.setting("workflow")): [] for row in projects.values()}
            for row in session.scalars(select(Signature).order_by(Signature.id)):
                key = (projects[row.project_id].key, row.workflow)
                made[key].append((row.step, row.meaning, row.ends_workflow))
            released = select(Item.project_id).where(Item.state == "released")
            counts = [projects[project].key for project in session.scalars(released)]
            releases = session.scalars(select(Release.items).order_by(Release.project_id)).all()
        assert made == SIGNED
        # Those that draw items go each item's own way: one note cannot show them.
        assert {workflow for _, workflow in made} == {one.key for one in WORKFLOWS if not one.varies}
        assert sorted(counts) == ["demo", "demo", "demo-team-of-three", "demo-trainee"]
        assert releases == [2, 1, 1]

        for arguments in (["audit", "export", str(tmp_path / "bundle")], ["audit", "verify", str(tmp_path / "bundle")]):
            checked = runner.invoke(args=arguments)
            assert checked.exit_code == 0, checked.output
        # Nobody typed a password for invented people, and each manifest says so.
        assert '\\"invented\\":true' in (tmp_path / "bundle" / "signatures.jsonl").read_text()
