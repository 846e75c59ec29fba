"""`python -m tests.earlier.make VERSION COMMIT`: a small installation made by that commit's own code.

Its demo (our own sentences, fewer of them) through every stage, a delivery that was withdrawn, a report of an
identifier, an export of a release, all sealed. Written once, when a version is published, to `tests/data/earlier/`.
"""

import io
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[2]
EARLIER = ROOT / "tests" / "data" / "earlier"
KEPT = {
    "notes": {"demo-n01", "demo-n05", "demo-n09", "demo-n14", "demo-n18", "demo-n25", "demo-n02", "demo-n36"},
    "reports": {"demo-r01", "demo-r02", "demo-r04"},
    "records": {"demo-m01", "demo-m02"},
}
# `jobs work` up to 0.3.0 could stand still for ever, its threads waiting for each other: without the one that seals.
WORK = """
from app.factory import create_app
app = create_app()
with app.app_context():
    from app.cli.machine import machine
    from app.jobs.worker import work
    work(machine(), until_empty=True)
"""
BRIEF = {"id": "w{}", "patient_id": "w{}", "text": "Seen on the ward. No cough, no fever. Discharged home."}
# What the commands of that version cannot do: a reader reports words on her open task.
REPORT = """
import re
from app.factory import create_app
from app.core.db import Database
app = create_app()
person, word = {person!r}
client = app.test_client()
token = lambda path: re.search(r'name="csrf-token" content="([0-9a-f]{{64}})"', client.get(path).text)[1]
form = {{"username": person, "password": word, "csrf_token": token("/sign-in")}}
assert client.post("/sign-in", data=form).status_code == 303
item = {item}
headers = {{"X-CSRF-Token": token("/account")}}
answer = client.post(f"/api/v1/items/{{item}}/phi-reports", json={{"fragments": [[0, 5]]}}, headers=headers)
assert answer.status_code in (200, 201), answer.text
"""
OPEN_TASK = """
SELECT i.id FROM item i JOIN assignment a ON a.item_id = i.id JOIN person p ON p.id = a.person_id
WHERE p.username = 'ana' AND i.state = 'in_annotation' AND a.state NOT IN ('submitted', 'withdrawn') ORDER BY i.id
"""


class Checkout:
    """That commit's code in a folder of its own, and an installation that it makes."""

    def __init__(self, commit: str, folder: Path) -> None:
        self.code, self.var = folder / "code", folder / "var"
        self.code.mkdir()
        made = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True)
        with tarfile.open(fileobj=io.BytesIO(made.stdout)) as archive:
            archive.extractall(self.code, filter="data")

    def python(self, *arguments: str) -> None:
        environment = os.environ | {"CHARTMARK_VAR": str(self.var)}
        subprocess.run([sys.executable, *arguments], cwd=self.code, env=environment, check=True)

    def flask(self, *arguments: str) -> None:
        self.python("-m", "flask", "--app", "wsgi", *arguments)

    def ask(self, query: str) -> int:
        with closing(sqlite3.connect(self.var / "chartmark.db")) as connection:
            return int(connection.execute(query).fetchone()[0])


def shorten(code: Path) -> None:
    """Leave the demo the texts that are decided on, and few besides."""
    data = code / "app" / "demo" / "data"
    for kind, kept in KEPT.items():
        lines = (data / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        few = [line for line in lines if json.loads(line)["id"] in kept]
        (data / f"{kind}.jsonl").write_text("".join(few), encoding="utf-8")


def live(here: Checkout) -> None:
    """What happens in that installation."""
    here.python("-m", "alembic", "upgrade", "head")
    here.flask("demo")
    notes = here.var / "brief.jsonl"
    lines = [json.dumps({key: value.format(n) for key, value in BRIEF.items()}) + "\n" for n in range(2)]
    notes.write_text("".join(lines), encoding="utf-8")
    here.flask("intake", "load", "demo", str(notes))
    here.python("-c", WORK)
    here.flask("intake", "withdraw", str(here.ask("SELECT max(id) FROM batch")))
    word = next(line for line in (here.var / "demo-sign-in.txt").read_text().splitlines() if line.startswith("ana "))
    signed_in = ("ana", " ".join(word.split()[1:6]))
    here.python("-c", REPORT.format(person=signed_in, item=here.ask(OPEN_TASK)))
    here.python("-c", WORK)
    here.flask("release", "export", "1", "--format", "jsonl", str(here.var / "release.zip"))
    here.flask("audit", "seal")


def pack(here: Checkout, target: Path) -> None:
    """The statements that make the database again, with the keys and sign-ins that belong to it."""
    with closing(sqlite3.connect(here.var / "chartmark.db")) as connection:
        (here.var / "dump.sql").write_text("\n".join(connection.iterdump()), encoding="utf-8")
    for path in (*here.var.glob("chartmark.db*"), here.var / "brief.jsonl", *here.var.glob("*.zip")):
        path.unlink()
    for name in ("terminology", "preannotate", "tmp"):
        shutil.rmtree(here.var / name)
    with tarfile.open(target, "w:xz", preset=9) as archive:
        archive.add(here.var, ".")


def main(version: str, commit: str) -> None:
    with tempfile.TemporaryDirectory(prefix="earlier-") as folder:
        here = Checkout(commit, Path(folder))
        shorten(here.code)
        live(here)
        target = EARLIER / f"installation-{version}.tar.xz"
        pack(here, target)
        print(target.name, target.stat().st_size, "bytes")


if __name__ == "__main__":
    main(*sys.argv[1:])
