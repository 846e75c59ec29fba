"""`python -m tests.earlier.old_code VERSION COMMIT`: does that version's web code go on while the schema is upgraded?

Its installation, its code in a folder of its own, one process that was started before; after each migration: a page, a
task, a save.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.earlier.installations import FILES, Earlier
from tests.earlier.make import Checkout

READER = "ben"
# The old process: for each line it is sent, it answers with what a page, a task and a save were answered.
OLD = """
import re, sys
from app.factory import create_app
app = create_app()
app.config["PROPAGATE_EXCEPTIONS"] = False
client, (person, word, task) = app.test_client(), {who!r}
token = lambda path: re.search(r'name="csrf-token" content="([0-9a-f]{{64}})"', client.get(path).text)[1]
client.post("/sign-in", data={{"username": person, "password": word, "csrf_token": token("/sign-in")}})
client.environ_base["HTTP_X_CSRF_TOKEN"] = token("/account")
for nth, _ in enumerate(sys.stdin):
    page, shown = client.get("/work"), client.get(f"/api/v1/assignments/{{task}}")
    said = [page.status_code, shown.status_code]
    if shown.status_code == 200:
        key, body = next((k, b) for k, b in shown.json["elements"].items() if b["kind"] == "entity")
        change = {{"actions": [{{"element_id": key, "body": body | {{"status": ("rejected", "confirmed")[nth % 2]}}}}]}}
        marks = {{"If-Match": '"%s"' % shown.json["version"], "Idempotency-Key": f"old-code-{{nth}}"}}
        said.append(client.patch(f"/api/v1/assignments/{{task}}/draft", json=change, headers=marks).status_code)
    print(*said, flush=True)
"""


def revisions() -> list[str]:
    """Every migration, in order."""
    return sorted(path.name[:4] for path in Path("migrations/versions").glob("0*.py"))


def open_task(here: Earlier) -> int:
    rows = here.rows()
    person = next(row["id"] for row in rows["person"] if row["username"] == READER)
    open_items = {row["id"] for row in rows["item"] if row["state"] == "in_annotation"}
    open_items -= {row["item_id"] for row in rows["hold"] if row["closed_at"] is None}
    mine = [row for row in rows["assignment"] if row["person_id"] == person and row["item_id"] in open_items]
    return next(row["id"] for row in mine if row["state"] in ("offered", "open"))


def main(version: str, commit: str) -> None:
    file = next(path for path in FILES if f"-{version}." in path.name)
    with tempfile.TemporaryDirectory(prefix="old-code-") as folder:
        code, here = Checkout(commit, Path(folder)).code, Earlier(file, Path(folder) / "old")
        environment = os.environ | {"CHARTMARK_VAR": str(here.var), "CHARTMARK_DATABASE_URL": here.url}
        script = OLD.format(who=(READER, here.password_of(READER), open_task(here)))
        old = subprocess.Popen(
            [sys.executable, "-c", script], cwd=code, env=environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        for revision in (here.revision, *(one for one in revisions()[1:] if one > here.revision)):
            if revision != here.revision:
                here.upgrade(revision)
            old.stdin.write("try\n")
            old.stdin.flush()
            print(version, revision, old.stdout.readline().strip() or "the process died", flush=True)
        old.stdin.close()
        old.wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
