"""A real release with signatures, and whoever holds its database, its keys or a bundle of it: what is tampered with.

Two items were read by two people, settled, verified, signed and released; a third was delivered and withdrawn. People
have passwords, one a role on the server, one a credential that was revoked, one a membership that ended.
"""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from app.accounts.actor import ServerRole
from app.accounts.credential import get_credential, list_credentials, revoke_credential
from app.accounts.password import store_hash
from app.accounts.person import get_person
from app.accounts.role import grant_role, revoke_role
from app.audit import verify
from app.audit.bundle_rows import BundleScope, Profile
from app.audit.evidence import declare
from app.audit.export import export
from app.audit.sequencer import sequence
from app.core.db import Database
from app.corpus.batch import Batch
from app.corpus.member import list_members, remove_member
from app.intake.withdraw import withdraw_batch
from tests import signing
from tests.build import OPERATOR
from tests.signing import confirm, settle
from tests.team import T0, Team
from tests.unit.audit.events import signer_in


class World:
    """A folder with the database and, under `keys`, what no database holds; copies of it are tampered with."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.database = Database(f"sqlite:///{self.folder / 'world.db'}")

    def copy(self, folder):
        shutil.copytree(self.folder, folder)
        return World(folder)

    def signer(self):
        return signer_in(self.folder)

    def seal(self):
        sequence(self.database, self.signer(), at=T0 + 5000)

    def run(self, *statements):
        """What the owner of the file can do: drop the seat belts, then write."""
        self.database.dispose()
        with closing(sqlite3.connect(self.folder / "world.db", isolation_level=None)) as connection:
            names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for statement in (*(f"DROP TRIGGER {name}" for (name,) in names), *statements):
                connection.executescript(statement) if ";" in statement else connection.execute(statement)

    def ask(self, query):
        with closing(sqlite3.connect(self.folder / "world.db")) as connection:
            return connection.execute(query).fetchall()

    def hand_out(self, name="bundle", profile=Profile.CONTENT):
        scope = BundleScope(profile=profile, texts=profile == Profile.CONTENT)
        export(self.database, self.signer(), self.folder / name, actor=OPERATOR, scope=scope, at=T0 + 6000)
        self.database.dispose()
        return self.folder / name

    def verify(self, capsys, bundle, *options):
        """(exit code, what was said)"""
        code = verify.main([str(bundle), *map(str, options)])
        return code, capsys.readouterr().out


def tell(world, monkeypatch):
    """The story; the log is sealed at its end, and an auditor has kept the checkpoint (`kept.txt`)."""
    monkeypatch.setitem(signing.AUTH, "signer", world.signer())
    database = world.database
    database.writing(lambda session: declare(session, OPERATOR, at=T0 - 5000))
    team = Team(database)
    for name in ("ann", "ben", "ada", "vera", "priv", "abe"):
        team.person(name)
    for name in ("ann", "vera"):
        number = team.person(name)
        database.writing(lambda s, n=number: store_hash(s, OPERATOR, n, f"$argon2id$v=19$of-{n}", at=T0))
    _accounts(database, team)
    first = team.read_by_two("heads", "tails")
    settle(team, "ada", first)
    second, third = team.read_by_two("heads", "heads"), team.read_by_two("tails", "tails")
    for item in (first, second):
        if team.state(item) == "verification":
            confirm(team, "vera", item)
    release = team.cut("lena")
    with (world.folder / "release.jsonl").open("w+b") as out:
        team.export("lena", release, out)
    batch = team.read(lambda s: s.get(Batch, 3))
    database.writing(lambda s: withdraw_batch(s, OPERATOR, s.get(Batch, batch.id), at=T0))
    world.seal()
    (world.folder / "kept.txt").write_text(world.signer().memory.read_text())
    database.dispose()
    return first, second, third


def _accounts(database, team):
    """A role that ended and one that goes on, a credential that was revoked, a membership that ended."""

    def unit(session):
        for role, ends in ((ServerRole.AUDITOR, True), (ServerRole.MANAGER, False)):
            person = get_person(session, team.person("priv"))
            grant_role(session, OPERATOR, person, role, at=T0)
            if ends:
                session.flush()
                revoke_role(session, OPERATOR, person, role, at=T0)
        (held,) = list_credentials(session, team.person("abe"))
        revoke_credential(session, OPERATOR, get_credential(session, held.id), "licence returned", at=T0)
        (member,) = [m for m in list_members(session, team.project_id) if m.person_id == team.person("abe")]
        remove_member(session, OPERATOR, member, at=T0)

    database.writing(unit)
