"""One save enters few files: what is on its way is what a reader of the code has to know (issue 10)."""

import sys
import threading
from pathlib import Path

import app
from tests.functional.web.conftest import TEXT, problem

ROOT = Path(app.__file__).parent
#: what every request passes: who asks, from where, in which transaction, and what the log says of it
ROAD = {"http", "accounts", "audit", "core", "settings.py", "factory.py"}
#: files of app/ that a save may enter: on its own account, and with the road
OWN, ALL = 12, 34


def entered(act):
    """The files of app/ in which a function was called while `act` ran."""
    files = set()

    def note(frame, what, _):
        name = frame.f_code.co_filename
        if what == "call" and name.startswith(str(ROOT)):
            files.add(Path(name).relative_to(ROOT).as_posix())

    threading.setprofile(note)
    sys.setprofile(note)
    try:
        act()
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
    return files


def save(team, task, version):
    browser = team.browser("ann")
    actions = [{"element_id": f"e{version}", "body": problem(7, 17), "quote": [TEXT[7:17]]}]
    headers = {"X-CSRF-Token": browser.token, "If-Match": f'"{version}"'}
    answer = browser.patch(f"/api/v1/assignments/{task}/draft", json={"actions": actions}, headers=headers)
    assert answer.status_code == 200, answer.json


def test_one_save_enters_few_files_and_asks_nothing_that_only_a_page_shows(team):
    _, (task,) = team.item("ann")
    shown = team.get("ann", f"/api/v1/assignments/{task}").json
    assert "status" in shown["document"]["meta"]["deid"]
    save(team, task, 0)  # parts are imported when they are first asked for
    files = entered(lambda: save(team, task, 1))
    own = {name for name in files if name.split("/")[0] not in ROAD}
    assert {"api/assignments.py", "review/draft.py"} <= own
    assert {name.split("/")[0] for name in own} == {"api", "annotation", "modalities", "review"}
    assert len(own) <= OWN, sorted(own)
    assert len(files) <= ALL, sorted(files)
