"""Releases on disk: manifests, publishing by rename, the current release of each system."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from app.core.digest import canonical_json, sha256
from app.core.errors import NotFound, Unavailable
from app.terminology.systems import system_key

# Raise it when the files of an artefact change shape: older artefacts are then built anew.
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """What an artefact holds and what it was made from; its digest names the directory."""

    system: str
    release: str
    title: str
    language: str
    valid_from: str  # ISO dates, both inclusive; empty means the source does not say
    valid_to: str
    sources: list[dict[str, str]]  # {"name", "sha256"}
    counts: dict[str, int] = field(default_factory=dict)
    format: int = FORMAT
    digest: str = ""

    def sealed(self) -> Manifest:
        """With its digest: SHA-256 of everything else in it, so equal sources give equal names."""
        body = {k: v for k, v in asdict(self).items() if k != "digest"}
        return Manifest(**(body | {"digest": sha256(canonical_json(body))}))

    def to_dict(self) -> dict:
        return asdict(self)


def read_manifest(folder: Path) -> Manifest:
    return Manifest(**json.loads((folder / "manifest.json").read_text(encoding="utf-8")))


def list_releases(root: Path, system: str | None = None) -> list[Manifest]:
    """Installed releases by system and release id; of a release imported again, the latest import."""
    latest = {(m.system, m.release): m for m in _artefacts(root, system)}
    return [latest[key] for key in sorted(latest)]


def _artefacts(root: Path, system: str | None) -> list[Manifest]:
    """Every finished artefact, oldest import first."""
    paths = [p for p in root.glob("*/manifest.json") if not p.parent.name.startswith(".")]
    manifests = [read_manifest(p.parent) for p in sorted(paths, key=lambda p: p.stat().st_mtime_ns)]
    return [m for m in manifests if m.format == FORMAT and (system is None or m.system == system_key(system))]


def find_release(root: Path, system: str, release: str | None = None) -> Manifest:
    """The named release (by id or digest), or the system's current one. Raises NotFound."""
    key = system_key(system)
    wanted = release or _read_pointer(root, key)
    for manifest in reversed(_artefacts(root, key)):
        if wanted is None or wanted in (manifest.release, manifest.digest):
            return manifest
    known = ", ".join(m.release for m in list_releases(root, key)) or "none"
    raise NotFound("unknown-release", f"no release {wanted or ''} of {key}; installed: {known}")


def folder_of(root: Path, manifest: Manifest) -> Path:
    return root / manifest.digest


def publish(root: Path, staging: Path, manifest: Manifest) -> Manifest:
    """Seal the finished staging directory and move it into place.

    Building the same sources again finds the artefact already there and keeps it.
    """
    sealed = manifest.sealed()
    (staging / "manifest.json").write_text(json.dumps(sealed.to_dict(), indent=1), encoding="utf-8")
    for path in staging.iterdir():
        path.chmod(0o400)
        _to_disk(path)
    _to_disk(staging)
    target = folder_of(root, sealed)
    try:
        staging.rename(target)
    except OSError:
        if not (target / "manifest.json").exists():
            raise
        shutil.rmtree(staging)
    return sealed


def adopt(root: Path, files: Path) -> Manifest:
    """Take over an artefact that was built on another host, as the system's current release.

    Raises Unavailable where its manifest does not name itself rightly, or is of another shape than ours.
    """
    manifest = read_manifest(files)
    if manifest.sealed().digest != manifest.digest or manifest.format != FORMAT:
        raise Unavailable("artefact-damaged", f"the manifest of {manifest.system} is not what its digest says")
    with building(root) as staging:
        for path in files.iterdir():
            shutil.copyfile(path, staging / path.name)
        sealed = publish(root, staging, manifest)
    make_current(root, sealed)
    return sealed


def _to_disk(path: Path) -> None:
    """What is published must survive a power cut: the rename may not overtake the data."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_current_if_newer(root: Path, manifest: Manifest) -> bool:
    """Make it current unless a later release is; importing last year's release changes nobody's search."""
    digest = _read_pointer(root, manifest.system)
    current = next((m for m in _artefacts(root, manifest.system) if m.digest == digest), None)
    if current is not None and current.release > manifest.release:
        return False
    if digest != manifest.digest:
        make_current(root, manifest)
    return True


def make_current(root: Path, manifest: Manifest) -> None:
    """Point the system at this release, atomically."""
    pointer = root / f"{manifest.system}.current"
    aside = root / f".{manifest.system}.{uuid.uuid4().hex}"
    aside.write_text(manifest.digest + "\n", encoding="utf-8")
    aside.replace(pointer)


def _read_pointer(root: Path, system: str) -> str | None:
    # Looked for among those there are: a name that somebody typed may be longer than a file's.
    found = [one for one in root.glob("*.current") if one.name == f"{system}.current"]
    return found[0].read_text(encoding="utf-8").strip() if found else None


@contextmanager
def building(root: Path) -> Iterator[Path]:
    """A directory to build in, removed again unless it was published."""
    root.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(root)
    staging = root / f".building-{os.getpid()}-{uuid.uuid4().hex}"
    staging.mkdir()
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _clear_abandoned(root: Path) -> None:
    """Remove what builders left that were killed on this host."""
    for path in root.glob(".building-*"):
        pid = path.name.split("-")[1]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists():
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def locked(root: Path, name: str) -> Iterator[None]:
    """One process at a time; the lock ends with the process, so a killed builder blocks nobody."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / f".{name}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(handle, fcntl.LOCK_UN)
