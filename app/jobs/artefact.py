"""Artefacts: what hosts must have alike besides the database, announced by digest, fetched from a shared folder."""

from __future__ import annotations

import hashlib
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Text, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import OPERATIONAL, Base, Session
from app.core.errors import Unavailable
from app.core.registry import Registry
from app.jobs.job import Job, Services

#: for so long a host trusts what it found when it last looked
CHECK_SECONDS = 30.0
FOLDER = "artefacts"
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Installed:
    """One artefact as this host has it. `digest`: what it is; `copy`: puts its files into an empty folder, where
    they can be copied to another host."""

    digest: str
    copy: Callable[[Path], object] | None = None


class ArtefactKind(Protocol):
    """One kind of artefact."""

    key: str
    #: kinds of jobs that work with it
    kinds: tuple[str, ...]

    def installed(self, settings: Any) -> Mapping[str, Installed]:
        """Name → what this host has."""
        ...

    def adopt(self, settings: Any, name: str, digest: str, files: Path) -> None:
        """Put files that were fetched and proved right to their place. Raises Unavailable where they cannot be."""
        ...


ARTEFACTS: Registry[ArtefactKind] = Registry("artefact", ArtefactKind)


class AnnouncedArtefact(Base):
    """What hosts of this installation are to work with; without rows nothing is compared."""

    __tablename__ = "artefact"
    __table_args__ = ({"info": {"kind": OPERATIONAL}},)

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(Text)
    #: digest over names and bytes of its files, under which the shared folder holds them; "" where it does not
    files_sha256: Mapped[str] = mapped_column(Text)
    announced_at: Mapped[int]


def announce(session: Session, settings: Any, *, at: int) -> list[AnnouncedArtefact]:
    """Say that what this host has is what all are to have; files go to the shared folder where there is one.

    What was announced before and is not here any more is asked for no longer.
    """
    for row in session.scalars(select(AnnouncedArtefact)):
        session.delete(row)
    session.flush()
    rows = [
        AnnouncedArtefact(
            kind=kind.key, name=name, digest=one.digest, files_sha256=_share(settings.shared_dir, one), announced_at=at
        )
        for kind in ARTEFACTS
        for name, one in sorted(kind.installed(settings).items())
    ]
    session.add_all(rows)
    return rows


def missing(session: Session, settings: Any) -> list[AnnouncedArtefact]:
    """What this host has not, or has otherwise than it was announced."""
    rows = list(session.scalars(select(AnnouncedArtefact).order_by(AnnouncedArtefact.kind, AnnouncedArtefact.name)))
    here = {kind: ARTEFACTS.get(kind).installed(settings) for kind in {row.kind for row in rows} if kind in ARTEFACTS}
    return [row for row in rows if _digest_of(here.get(row.kind, {}).get(row.name)) != row.digest]


def _digest_of(one: Installed | None) -> str:
    return one.digest if one else ""


def fetch(settings: Any, row: AnnouncedArtefact) -> bool:
    """Copy an artefact from the shared folder and adopt it; False where it holds none of it.

    Raises Unavailable("artefact-damaged") where the bytes are not those announced: nothing of them is used.
    """
    shared = settings.shared_dir
    if not (shared and row.files_sha256 and (shared / FOLDER / row.files_sha256).is_dir()):
        return False
    settings.var_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=settings.var_dir, prefix=".fetching-") as folder:
        files = Path(folder) / "files"
        shutil.copytree(shared / FOLDER / row.files_sha256, files)
        if digest_of_files(files) != row.files_sha256:
            raise Unavailable("artefact-damaged", f"the shared folder's copy of {row.kind} {row.name} was changed")
        ARTEFACTS.get(row.kind).adopt(settings, row.name, row.digest, files)
    log.warning("artefact fetched", extra={"artefact": f"{row.kind}: {row.name}", "digest": row.digest})
    return True


def digest_of_files(folder: Path) -> str:
    """Hex SHA-256 over the names and bytes of all files below a folder."""
    whole = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(str(path.relative_to(folder)).encode() + b"\0")
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _share(shared: Path | None, one: Installed) -> str:
    """Copy an artefact's files into the shared folder under their digest, whole or not at all."""
    if shared is None or one.copy is None:
        return ""
    root = shared / FOLDER
    root.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=root, prefix=".copying-") as folder:
        files = Path(folder) / "files"
        files.mkdir()
        one.copy(files)
        digest = digest_of_files(files)
        if not (root / digest).exists():
            files.rename(root / digest)
    return digest


class Announced:
    """A host does a job only with the artefacts announced for its kind, which it fetches where it can."""

    key = "artefacts"

    def __init__(self) -> None:
        self._looked, self._missing = 0.0, dict[str, str]()

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(job for kind in ARTEFACTS for job in kind.kinds)

    def lacks(self, services: Services, session: Session, job: Job) -> str:
        if not self._looked or time.monotonic() - self._looked > CHECK_SECONDS:
            self._missing = _after_fetching(session, services.settings)
            self._looked = time.monotonic()
        codes = (code for kind, code in self._missing.items() if job.kind in ARTEFACTS.get(kind).kinds)
        return next(codes, "")


def _after_fetching(session: Session, settings: Any) -> dict[str, str]:
    """Kind → code of what this host still lacks once it fetched what it could."""
    lacking = {}
    for row in missing(session, settings):
        try:
            if row.kind in ARTEFACTS and fetch(settings, row):
                continue
            code = "artefact-missing" if row.kind in ARTEFACTS else "artefact-unknown"
        except Unavailable as error:
            code = error.code
        lacking[row.kind] = code
        log.warning("artefact lacking", extra={"artefact": f"{row.kind}: {row.name}", "code": code})
    return {kind: code for kind, code in lacking.items() if kind in ARTEFACTS}
