"""Installation qualification: what is installed here, against what belongs here."""

from __future__ import annotations

import hashlib
import platform
import re
from pathlib import Path

from sqlalchemy import text

from app.audit.anchoring import script_sha256
from app.audit.triggers import all_triggers
from app.cli.setup.bill import canonical, list_packages
from app.cli.setup.checks.finding import Installation
from app.cli.setup.security import look
from app.cli.validation.protocol import ValidationStep, require
from app.core.db import Base, Database, load_tables
from app.core.revision import HEAD, problem_of

ROOT = Path(__file__).parents[3]
_PINNED = re.compile(r"^([\w.-]+)==([^ \\;]+)", re.MULTILINE)
_TRIGGER = re.compile(r"CREATE (?:CONSTRAINT )?TRIGGER (?:IF NOT EXISTS )?\"?(\w+)\"?", re.IGNORECASE)
_NAMES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'",
}


def installation_steps(here: Installation, expected_code: str = "") -> list[ValidationStep]:
    """The steps, for this installation; `expected_code`: the digest of the code as somebody else has it."""
    return [
        ValidationStep("IQ-1", "Python", ("11.10(a)",), "Python 3.11 or later", _python),
        ValidationStep(
            "IQ-2", "Libraries", ("11.10(a)", "11.10(k)"), "each at the version of requirements.lock", _libraries
        ),
        ValidationStep(
            "IQ-3", "Code", ("11.10(a)", "11.10(k)"),
            f"SHA-256 {expected_code}" if expected_code else "the digest is recorded; compare it with the release note",
            lambda: _code(expected_code),
        ),
        ValidationStep(
            "IQ-4", "Verifier", ("11.10(a)",), "its digest is recorded, to be compared with printed checkpoints",
            lambda: f"verify.py has SHA-256 {script_sha256()}",
        ),
        ValidationStep("IQ-5", "Schema of the database", ("11.10(a)",), f"revision {HEAD}", lambda: _schema(here)),
        ValidationStep(
            "IQ-6", "Guards of the database", ("11.10(c)", "11.10(e)"),
            "each trigger that refuses a change of the record is there and on", lambda: _guards(here.database),
        ),
        ValidationStep(
            "IQ-7", "Settings, files, accounts and record", ("11.10(d)", "11.10(g)", "11.300"),
            "`security check` finds nothing wrong", lambda: _security(here),
        ),
    ]  # fmt: skip


def code_sha256(root: Path = ROOT) -> str:
    """SHA-256 over names and bytes of what is run: the application, its migrations and the files they begin with."""
    whole = hashlib.sha256()
    paths = [*(root / "app").rglob("*"), *(root / "migrations").rglob("*.py"), root / "wsgi.py", root / "alembic.ini"]
    for path in sorted(path for path in paths if path.is_file() and "__pycache__" not in path.parts):
        whole.update(f"{path.relative_to(root).as_posix()}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _python() -> str:
    version = platform.python_version_tuple()
    said = f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"
    return require((int(version[0]), int(version[1])) >= (3, 11), said)


def _libraries() -> str:
    lock = {
        canonical(name): version
        for name, version in _PINNED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    }
    packages = list_packages()
    others = [f"{one.name} {one.version}" for one in packages if lock.get(canonical(one.name)) != one.version]
    return require(not others, f"other versions: {', '.join(others)}" if others else f"{len(packages)} as locked")


def _code(expected: str) -> str:
    found = code_sha256()
    return require(expected in ("", found), f"SHA-256 {found}")


def _schema(here: Installation) -> str:
    problem = problem_of(here.database.url)
    return require(not problem, problem or f"revision {HEAD}")


def _guards(database: Database) -> str:
    """Raises NotAsExpected naming those that are not there."""
    load_tables()
    dialect = database.engine.dialect.name
    wanted = {name for one in all_triggers(Base.metadata, dialect) for name in _TRIGGER.findall(one)}
    with database.reading() as session:
        there = set(session.scalars(text(_NAMES[dialect])))
    missing = sorted(wanted - there)
    said = f"missing: {', '.join(missing)}" if missing else f"{len(wanted)} there"
    return require(bool(wanted) and not missing, said)


def _security(here: Installation) -> str:
    found = look(here)
    wrong = [one.check for one in found if one.level == "wrong"]
    advice = [one.check for one in found if one.level == "advice"]
    said = f"{len(found)} looked at; advice: {', '.join(advice) or 'none'}"
    return require(not wrong, f"wrong: {', '.join(wrong)}; {said}" if wrong else said)
