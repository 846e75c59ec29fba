"""`security check`: what an administrator should put right on this server before others rely on it."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.engine import make_url

from app.accounts.actor import ServerRole
from app.accounts.credential import Credential
from app.accounts.person import Person, Status
from app.accounts.role import RoleGrant
from app.accounts.session import SignInSession
from app.cli.nouns import Noun
from app.core.clock import DAY, now
from app.core.db import Session
from app.http.access import find_declared
from app.settings import Settings

LOCAL_HOSTS = {"", "localhost", "127.0.0.1", "::1"}
SAFE_SSL = {"require", "verify-ca", "verify-full"}


@dataclass(frozen=True)
class Finding:
    """One thing looked at. `level`: ok, advice, or wrong (the command then exits 1)."""

    check: str
    level: str
    message: str


def _finding(check: str, good: bool, message: str, otherwise: str = "wrong") -> Finding:
    return Finding(check, "ok" if good else otherwise, message)


@click.group(cls=Noun)
def security() -> None:
    """The state of this server's protections."""


@security.command()
@click.option("--local", is_flag=True, help="The server is reached from this machine only: no https needed.")
def check(local: bool) -> None:
    """Look at settings, files, routes and accounts; a JSON line each, exit 1 if anything is wrong."""
    app, settings = current_app._get_current_object(), current_app.extensions["settings"]  # type: ignore[attr-defined]
    found = [*([] if local else _network(settings)), *_limits(settings), *_files(settings), *_edge(app)]
    with app.extensions["database"].reading() as session:
        found += [look(session) for look in PEOPLE]
    for finding in found:
        click.echo(json.dumps(asdict(finding)))
    if any(finding.level == "wrong" for finding in found):
        raise SystemExit(1)


def _network(settings: Settings) -> Iterator[Finding]:
    yield _finding("https", bool(settings.https), "CHARTMARK_HTTPS=1 binds cookies to https (ASVS 3.3.1)")
    yield _finding("hosts", bool(settings.hosts), "CHARTMARK_HOSTS names the hosts this server answers to")
    behind = "behind a reverse proxy CHARTMARK_PROXIES=1, or all people share one address for sign-in brakes"
    yield _finding("proxies", settings.proxies > 0, behind, "advice")
    url = make_url(settings.database)
    sealed = (url.host or "") in LOCAL_HOSTS or url.query.get("sslmode") in SAFE_SSL
    yield _finding("database-transport", sealed, "a database on another host needs sslmode=require or stricter")


def _limits(settings: Settings) -> Iterator[Finding]:
    # NIST SP 800-63B-4, AAL2: idle at most an hour, a day in any case.
    yield _finding("idle-timeout", 0 < settings.idle_minutes <= 60, "at most 60 minutes idle")
    yield _finding("session-length", 0 < settings.session_hours <= 24, "at most 24 hours signed in")


def _files(settings: Settings) -> Iterator[Finding]:
    yield _finding("var-private", _is_private(settings.var_dir), f"chmod 700 {settings.var_dir}")
    for name, path in (("master-key", settings.master_key_path), ("log-key", settings.log_key_path)):
        yield _finding(f"{name}-private", _is_private(path), f"chmod 600 {path}")
    yield _finding("master-key-apart", not _beside_database(settings), "keep the master key away from the database")


def _is_private(path: Path) -> bool:
    """Nobody but the owner may read it; what does not exist yet is made private."""
    return not path.exists() or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def _beside_database(settings: Settings) -> bool:
    url = make_url(settings.database)
    if not url.drivername.startswith("sqlite") or not url.database:
        return False
    return Path(url.database).resolve().parent == settings.master_key_path.resolve().parent


def _edge(app: Flask) -> Iterator[Finding]:
    yield _finding("debug-off", not app.debug, "never run with debugging on: it executes what it is sent")
    rules = list(app.url_map.iter_rules())
    bare = [r.endpoint for r in rules if find_declared(app, r.endpoint, r.rule) is None]
    yield _finding("routes-declared", not bare, f"{len(rules)} routes declare who may come in")


def _admins(session: Session) -> Finding:
    query = (
        select(func.count(func.distinct(RoleGrant.person_id)))
        .join(Person, Person.id == RoleGrant.person_id)
        .where(
            RoleGrant.role == ServerRole.ADMIN.value,
            RoleGrant.revoked_at.is_(None),
            Person.status == Status.ACTIVE.value,
        )
    )
    count = session.scalar(query) or 0
    level = "advice" if count == 1 else "wrong"
    return _finding("admins", count >= 2, f"{count} active; two can stand in for each other", level)


def _closed_accounts(session: Session) -> Finding:
    query = (
        select(func.count())
        .select_from(SignInSession)
        .join(Person, Person.id == SignInSession.person_id)
        .where(Person.status == Status.DEACTIVATED.value, SignInSession.ended_at.is_(None))
    )
    count = session.scalar(query) or 0
    return _finding("closed-accounts", count == 0, f"{count} sessions of closed accounts are open")


def _identities(session: Session) -> Finding:
    query = (
        select(func.count(func.distinct(Credential.person_id)))
        .join(Person, Person.id == Credential.person_id)
        .where(Credential.tier >= 3, Credential.revoked_at.is_(None), Person.identity_verified_at.is_(None))
    )
    count = session.scalar(query) or 0
    message = f"{count} people with T3 or T4 cannot sign: identity not verified (21 CFR 11.100(b))"
    return _finding("identities", count == 0, message, "advice")


def _credentials(session: Session) -> Finding:
    soon = now() + 30 * DAY
    query = select(func.count()).where(
        Credential.revoked_at.is_(None),
        (Credential.next_check_due_at < soon) | Credential.expires_at.between(now(), soon),
    )
    count = session.scalar(query) or 0
    message = f"{count} credentials expire or are due for a check within 30 days"
    return _finding("credentials", count == 0, message, "advice")


PEOPLE: tuple[Callable[[Session], Finding], ...] = (_admins, _closed_accounts, _identities, _credentials)
