"""Route × role × relation × state, asked of the running application: `python -m tests.access docs/access.md` writes it.

A world is built once: somebody of each role in the first project (all T4, so that a tier decides nothing here), of each
role on the server, somebody who has every role in another project, somebody without any, and nobody. Each route is then
asked by each of them, about tasks, items and texts that are their own, another's, held, or of the other project.
What an act changed is put back before the next one.
"""

import hashlib
import hmac
import re
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.policy import TABLE
from app.accounts.session import Lifetime, new_token, open_session
from app.core import clock
from app.factory import create_app
from app.http.access import JSON, UPLOAD
from app.review import states
from app.review.hold import HoldKind, open_hold
from app.review.states import AssignmentState
from app.settings import Settings
from tests.build import OPERATOR, make_project, make_task
from tests.contracts.test_every_route import BODIES, path_of, routes
from tests.unit.accounts.people import give_credential, make_person

NOBODY = "nobody"
WHO = (
    NOBODY, "no role", *(f"P {role.value}" for role in ProjectRole), *(f"S {role.value}" for role in ServerRole),
    "other project",
)  # fmt: skip
SHORT = {
    NOBODY: "–", "no role": "0", "P manager": "Lead", "P annotator": "Ann", "P verifier": "Ver", "P adjudicator": "Adj",
    "P pv_reviewer": "PV", "P privacy_officer": "Priv", "P auditor": "Aud", "S admin": "S:Adm", "S manager": "S:Man",
    "S auditor": "S:Aud", "S privacy_officer": "S:Priv", "S credentialing": "S:Cred", "other project": "Other",
}  # fmt: skip
READERS = ("P annotator", "P verifier", "P adjudicator")
#: relation and state of what a route is about, where it is about a task, an item or a text
PLACES = ("own, open", "own, submitted", "another's, open", "held", "of another project")
ABOUT = re.compile(r"<int:(?:assignment|item|document)_id>")
PROJECT = re.compile(r"<key>")


class AccessWorld:
    """The people, their sessions, and what they are asked about; `ask` says what came of a request."""

    def __init__(self, folder, database):
        self.folder = folder
        self.app = create_app(Settings(var=str(folder), database_url=database.url, idle_minutes=600))
        self.database = self.app.extensions["database"]
        self.file = Path(database.url.removeprefix("sqlite:///"))
        self.people, self.tokens, self.places = {}, {}, {}
        for name in WHO[1:]:
            roles = [ServerRole(name[2:])] if name.startswith("S ") else []
            self.people[name] = make_person(self.database, re.sub(r"\W", "-", name.lower()), *roles)
        self.other = make_person(self.database, "somebody")
        for name in (*READERS, "P pv_reviewer", "other project"):
            give_credential(self.database, self.people[name], self.people["S admin"], tier=4)
        give_credential(self.database, self.other, self.people["S admin"], tier=4)
        at = clock.now()
        self.database.writing(lambda session: self._build(session, at))
        for name, person in self.people.items():
            token = self.tokens[name] = new_token()
            self.database.writing(lambda s, p=person, t=token: open_session(s, p, t, Lifetime.of(600, 12), at=at).id)
        self.kept, self.renewed_at = folder / "kept.sqlite", at
        self._copy(self.file, self.kept)

    def _build(self, session, at):
        members = {self.people[name]: [ProjectRole(name[2:])] for name in WHO if name.startswith("P ")}
        readers = [ProjectRole.ANNOTATOR, ProjectRole.VERIFIER, ProjectRole.ADJUDICATOR]
        project, schema = make_project(session, "first", members | {self.other: readers}, at=at)
        members = {self.people["other project"]: list(ProjectRole)}
        second, theirs = make_project(session, "second", members, at=at)
        self.shared = {"project": "first", "key": "first", "project_id": project.id, "batch_id": 1}
        for name in READERS:
            pair = [self.people[name], self.other]
            self.places[name, "own, open"] = self._ids(make_task(session, project, schema, pair, at=at))
            done = make_task(session, project, schema, pair, at=at)
            for task in done[1]:
                task.state, task.opened_at = AssignmentState.OPEN, at
                states.advance(session, OPERATOR, task, "submitted", data={"submission_sha256": "0" * 64}, at=at)
            self.places[name, "own, submitted"] = self._ids(done)
        pair = [self.other, self.people["P annotator"]]
        self.places[None, "another's, open"] = self._ids(make_task(session, project, schema, [self.other], at=at))
        held = make_task(session, project, schema, pair, at=at)
        open_hold(session, OPERATOR, held[0].id, project.id, HoldKind.PHI, at=at)
        self.places[None, "held"] = self._ids((held[0], held[1][1:]))
        theirs_too = make_task(session, second, theirs, [self.people["other project"]], at=at)
        self.places[None, "of another project"] = self._ids(theirs_too) | {"key": "second", "project_id": second.id}

    def _ids(self, made):
        item, tasks = made
        return {"item_id": item.id, "assignment_id": tasks[0].id, "document_id": item.document_id}

    def _copy(self, source, target):
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
            read.backup(written)

    def _renew(self):
        """However slow the machine, everybody has just typed their password."""
        now = clock.now()
        if now - self.renewed_at > 3 * clock.MINUTE:
            self.renewed_at = now
            for path in (self.kept, self.file):
                with closing(sqlite3.connect(path)) as connection, connection:
                    connection.execute("UPDATE sign_in_session SET created_at = ?, last_seen_at = ?", (now, now))

    def _forget_tries(self):
        """How often somebody typed a wrong password is not what is asked here."""
        with closing(sqlite3.connect(self.file, timeout=30)) as connection, connection:
            connection.execute("DELETE FROM sign_in_throttle")

    def places_of(self, route):
        """Of what a route is asked: relation and state, or the project, or the server."""
        if ABOUT.search(route[1]):
            return PLACES
        return ("first", "of another project") if PROJECT.search(route[1]) else ("",)

    def ask(self, route, place, who):
        """`y` let in, `r` refused (403), `h` as if there were nothing (404), `f` a form that says nothing of anything
        (400, 422), `-` sent to sign in, ` ` no such task."""
        method, rule, declared = route
        ids = self.places.get((who, place)) or self.places.get((None, place)) or {}
        if place.startswith("own") and not ids:
            return " "
        self._renew()
        self._forget_tries()
        client, path = self.app.test_client(), path_of(rule, self.shared | ids)
        headers, sent = {"If-Match": '"0"'}, {}
        token = self.tokens.get(who)
        if token:
            client.set_cookie("chartmark", token)
            headers["X-CSRF-Token"] = hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()
        if method != "GET" and declared.accepts == JSON:
            sent["json"] = next((body for end, body in BODIES.items() if rule.endswith(end)), {})
        elif method != "GET":
            sent["data"] = {"a": "b"}
            sent |= {"content_type": "multipart/form-data"} if declared.accepts == UPLOAD else {}
        with client.open(path, method=method, headers=headers, **sent) as answer:
            answer.get_data()
            status, leads = answer.status_code, answer.headers.get("Location", "")
        if method != "GET" and status < 400:
            self._copy(self.kept, self.file)
        assert status < 500, (method, path, who, status)
        if status == 401 or (leads.startswith("/sign-in?next=") and declared.rule.signed_in):
            return "-"
        return {403: "r", 404: "h", 400: "f", 422: "f"}.get(status, "y")

    def rows(self, wanted):
        """(route, place, one letter a person) of these routes."""
        for route in wanted:
            for place in self.places_of(route):
                yield route, place, "".join(self.ask(route, place, who) for who in WHO)


def every_route():
    """All routes but files and the log's tiles, which know nobody."""
    known = routes(lambda method, rule, declared: not rule.startswith(("/static", "/log/", "/assets")))
    return sorted(known, key=lambda route: (route[1], route[0]))


def row_of(route, place, letters):
    """A line of the table."""
    method, rule, declared = route
    shown = " | ".join(letters.replace(" ", "·"))
    return f"| `{method} {rule}` | {declared.rule.key} | {place} | {shown} |"


HEAD = """# Who may do what, and who reaches what

Made by `python -m tests.access docs/access.md`; `tests/contracts/test_access_matrix.py` asks the running application
again and compares. The first table is the policy itself (`app/accounts/policy.py`), the second what routes answered.

## The policy

An act is allowed to whoever has one of the roles (`S:` on the whole server), all of "needs" and none of "never", in the
tier, which one valid credential must have. "also" act without roles: the shell, and services that prepare work.

"""
MATRIX = """
## Every route, as everybody

`y` let in, `f` what was sent was no such form or body, which is said to everybody, `r` refused (403: role, relation,
state, or factors that were not sent), `h` answered as if there were nothing (404), `-` sent to sign in, `·` nobody
of this role has such a task.
People: – nobody, 0 without a role; in the first project its lead, annotator, verifier, adjudicator, safety scientist,
privacy officer, auditor, all in tier T4 where they judge; on the server administrator, manager, auditor, privacy
officer; and somebody with every role in another project. A submitted task has no answer in this world, so pages of
its answer are `h`; "held" is somebody's open task for the annotator, and nobody's for the others.

"""


def policy_table():
    """The first table."""
    lines = ["| Act | Roles | Tier | Needs | Never | Identity | Also |", "|---|---|---|---|---|---|---|"]
    for action, rule in TABLE.items():
        roles = [role.value for role in ProjectRole if role in rule.roles]
        roles += [f"S:{role.value}" for role in ServerRole if role in rule.server]
        also = sorted(kind.value for kind in rule.kinds if kind.value != "person")
        cells = [action.value, ", ".join(roles), f"T{rule.tier}" if rule.tier else "", ", ".join(rule.needs)]
        cells += [", ".join(rule.never), "verified" if rule.identity else "", ", ".join(also)]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def matrix_head():
    return [
        f"| Route | Rule | About | {' | '.join(SHORT[who] for who in WHO)} |",
        f"|---|---|---|{'---|' * len(WHO)}",
    ]


def page(world):
    """The whole document."""
    made = [row_of(*row) for row in world.rows(every_route())]
    return HEAD + "\n".join(policy_table()) + "\n" + MATRIX + "\n".join([*matrix_head(), *made]) + "\n"


def main(target):
    from tests.databases import Templates

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        templates = Templates(folder)
        (folder / "world").mkdir()
        with templates.fresh("sqlite", folder / "world") as database:
            Path(target).write_text(page(AccessWorld(folder / "world", database)), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
