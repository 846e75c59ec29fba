"""Settings and files that are safe on a server others reach."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.engine import make_url

from app.accounts.factors.desk import Demand
from app.cli.setup.checks.finding import Installation, SecurityFinding, finding
from app.settings import Settings

LOCAL_HOSTS = {"", "localhost", "127.0.0.1", "::1"}
SAFE_SSL = {"require", "verify-ca", "verify-full"}


def check_network(installation: Installation) -> Iterator[SecurityFinding]:
    settings = installation.settings
    if installation.local:
        return
    yield finding("https", bool(settings.https), "CHARTMARK_HTTPS=1 binds cookies to https (ASVS 3.3.1)")
    yield finding("hosts", bool(settings.hosts), "CHARTMARK_HOSTS names the hosts this server answers to")
    behind = "behind a reverse proxy CHARTMARK_PROXIES=1, or all people share one address for sign-in brakes"
    yield finding("proxies", settings.proxies > 0, behind, "advice")
    url = make_url(settings.database)
    sealed = (url.host or "") in LOCAL_HOSTS or url.query.get("sslmode") in SAFE_SSL
    yield finding("database-transport", sealed, "a database on another host needs sslmode=require or stricter")


def check_limits(installation: Installation) -> Iterator[SecurityFinding]:
    settings = installation.settings
    # NIST SP 800-63B-4, AAL2: idle at most an hour, a day in any case.
    yield finding("idle-timeout", 0 < settings.idle_minutes <= 60, "at most 60 minutes idle")
    demanded = f"CHARTMARK_SECOND_FACTOR={Demand.EVERYBODY} asks everybody for a second factor (ASVS 6.3.3)"
    yield finding("second-factor", settings.second_factor == Demand.EVERYBODY, demanded, "advice")
    yield finding("session-length", 0 < settings.session_hours <= 24, "at most 24 hours signed in")


def check_files(installation: Installation) -> Iterator[SecurityFinding]:
    settings = installation.settings
    yield finding("var-private", _is_private(settings.var_dir), f"chmod 700 {settings.var_dir}")
    for name, path in (("master-key", settings.master_key_path), ("log-key", settings.log_key_path)):
        yield finding(f"{name}-private", _is_private(path), f"chmod 600 {path}")
    loose = _loose_file(settings.var_dir)
    yield finding("files-private", loose is None, f"chmod -R go= {settings.var_dir}" + (f" ({loose})" if loose else ""))
    yield finding("master-key-apart", not _beside_database(settings), "keep the master key away from the database")


def _is_private(path: Path) -> bool:
    """Nobody but the owner may read it; what does not exist yet is made private."""
    return not path.exists() or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def _loose_file(folder: Path) -> Path | None:
    """The first file below that somebody else could read if the folder above it did not keep them out."""
    if not folder.is_dir():
        return None
    return next((path for path in sorted(folder.rglob("*")) if path.is_file() and not _is_private(path)), None)


def _beside_database(settings: Settings) -> bool:
    url = make_url(settings.database)
    if not url.drivername.startswith("sqlite") or not url.database:
        return False
    return Path(url.database).resolve().parent == settings.master_key_path.resolve().parent
