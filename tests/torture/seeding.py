"""What every round begins with: people who can sign in, and items given to pairs of readers who will differ."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from app.accounts.actor import ProjectRole
from app.accounts.loading import load_actor
from app.accounts.person import get_person, verify_identity
from app.core import clock
from app.core.db import Session
from app.corpus.project import change_settings, get_project
from app.corpus.schema import current_schema
from app.factory import compose, create_app
from tests.build import OPERATOR, make_project, make_task
from tests.torture.cluster import Cluster
from tests.unit.accounts.people import give_credential, make_person

TEXT = "Canary chest pain since Monday. No fever. Seen on the ward and sent home."
READERS = ("ann", "ben", "cal", "dee")
LEAD, ADJUDICATOR, VERIFIER, SECOND_LEAD = "lena", "ada", "vera", "lars"
OTHERS = {LEAD: 2, ADJUDICATOR: 4, VERIFIER: 3, SECOND_LEAD: 2}
CHUNK = 25


@dataclass(frozen=True)
class Work:
    """A reader's task: `first` says whose turn it is to mark the shorter span."""

    task: int
    item: int
    first: bool


def seed(cluster: Cluster, items: int, readers: Sequence[str] = READERS) -> dict[str, list[Work]]:
    """Fill an empty installation: every reader has a partner, and both read the same; tasks by user name."""
    create_app(cluster.settings)
    cluster.run("-m", "alembic", "upgrade", "head")
    database, at = cluster.database(), clock.now()
    tiers = dict.fromkeys(readers, 1) | OTHERS
    ids = {name: make_person(database, name) for name in tiers}
    for name, tier in tiers.items():
        give_credential(database, ids[name], ids[ADJUDICATOR if name == LEAD else LEAD], tier=tier)
    roles = dict.fromkeys(readers, ProjectRole.ANNOTATOR) | {
        LEAD: ProjectRole.MANAGER,
        SECOND_LEAD: ProjectRole.MANAGER,
        ADJUDICATOR: ProjectRole.ADJUDICATOR,
        VERIFIER: ProjectRole.VERIFIER,
    }
    members = {ids[name]: [role] for name, role in roles.items()}
    project_id = database.writing(lambda session: _begin(session, ids, members, at))
    pairs = list(zip(readers[::2], readers[1::2], strict=True))
    work: dict[str, list[Work]] = {name: [] for name in readers}
    for start in range(0, items, CHUNK):
        chosen = [pairs[number % len(pairs)] for number in range(start, min(start + CHUNK, items))]
        for name, task in database.writing(lambda session, c=chosen: _items(session, project_id, ids, c, at)):
            work[name].append(task)
    database.dispose()
    return work


def _begin(session: Session, ids: dict[str, int], members: dict[int, list[ProjectRole]], at: int) -> int:
    for name, person in ids.items():
        by = ids[LEAD] if name != LEAD else ids[ADJUDICATOR]
        verify_identity(session, OPERATOR, get_person(session, person), by, "passport seen", at=at)
    project, _ = make_project(session, "pp", members, at=at)
    session.flush()
    lead = load_actor(session, ids[LEAD], at=at)
    change_settings(session, lead, project, {"machine_passed_may_be_assigned": True}, at=at)
    return project.id


def _items(
    session: Session, project_id: int, ids: dict[str, int], pairs: list[tuple[str, str]], at: int
) -> list[tuple[str, Work]]:
    project = get_project(session, project_id)
    schema, made = current_schema(session, project_id, "notes"), []
    for pair in pairs:
        item, tasks = make_task(session, project, schema, [ids[name] for name in pair], at=at, text=TEXT)
        made += [(name, Work(task.id, item.id, name == pair[0])) for name, task in zip(pair, tasks, strict=True)]
    return made


def _warm(cluster: Cluster) -> None:
    """One note through the whole pipeline: what it compiles once is then in the template."""
    path = cluster.folder / "first.jsonl"
    path.write_text(json.dumps({"id": "first", "patient_id": "first", "text": TEXT}) + "\n")
    cluster.run("-m", "flask", "--app", "wsgi", "intake", "load", "pp", str(path))
    cluster.run("-m", "flask", "--app", "wsgi", "jobs", "work", "--until-empty")


def _keep_stock(var: Path) -> None:
    """Code systems of its own, so that the template outlives the process that made it."""
    for path in (var / "terminology", var / "preannotate"):
        target = path.resolve()
        path.unlink()
        shutil.copytree(target, path)


def make_template(kind: str, folder: Path, items: int) -> dict[str, list[Work]]:
    """A seeded installation that rounds copy; whose tasks there are is written beside it."""
    compose()  # verifying asks the registries, whoever made the template
    listed = folder / "work.json"
    if not listed.exists():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # the server of the database is somebody else
        cluster = Cluster(kind, folder)
        cluster.start("database")
        work = seed(cluster, items)
        _warm(cluster)
        cluster.stop()
        _keep_stock(cluster.var)
        listed.write_text(json.dumps({name: [asdict(one) for one in tasks] for name, tasks in work.items()}))
    read = json.loads(listed.read_text())
    return {name: [Work(**one) for one in tasks] for name, tasks in read.items()}
