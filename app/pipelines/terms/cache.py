"""The gazetteer of the installed releases: compiled once, kept under its digest, checked when it is read."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from app.core.digest import canonical_json, sha256
from app.pipelines.terms.sources import current_releases, terms_of
from app.tagging.terms import gazetteer as compiled
from app.tagging.terms.gazetteer import FILES, Gazetteer
from app.tagging.valuesets import valuesets_digest
from app.terminology.artefacts import Manifest, building, locked

KEPT = 3  # folders; older ones belong to releases and rules of the past
_SEAL = "seal.json"

Progress = Callable[[str], None]


class Terms:
    """The gazetteer of some releases, with what it was made from."""

    def __init__(self, gazetteer: Gazetteer, digest: str, manifests: list[Manifest]) -> None:
        self.gazetteer = gazetteer
        self.digest = digest
        self.sources = [{"system": m.system, "release": m.release, "digest": m.digest} for m in manifests]


def terms_digest(manifests: list[Manifest]) -> str:
    """Changes with the releases, the chosen types, the vocabulary and the rules that compile terms."""
    made_from = [[manifest.system, manifest.digest] for manifest in manifests]
    return sha256(canonical_json([made_from, valuesets_digest(), _code_digest()]))


@cache
def _code_digest() -> str:
    """Hex SHA-256 of the files that decide what is compiled from a release."""
    tagging = Path(compiled.__file__).parents[1]
    files = [*sorted(Path(__file__).parent.glob("*.py")), *sorted((tagging / "terms").glob("*.py"))]
    files += [tagging / "reading" / f"{name}.py" for name in ("phrases", "tokens", "words")]
    return sha256(b"\0".join(file.read_bytes() for file in files))


def load_terms(terminology: Path, root: Path, progress: Progress = lambda _: None, known: Terms | None = None) -> Terms:
    """The terms of the releases now current below `terminology`; `known` itself if it is of these.

    Read from the cache below `root`; compiled where they are missing or damaged, by one process or
    thread while the others wait.
    """
    manifests = current_releases(terminology, progress)
    digest = terms_digest(manifests)
    if known is not None and known.digest == digest:
        return known
    folder = root / digest
    found = _read(folder)
    if found is None:
        with locked(root, "gazetteer"):
            found = _read(folder) or _compile(terminology, manifests, folder, progress)
    return Terms(found, digest, manifests)


def _read(folder: Path) -> Gazetteer | None:
    """The gazetteer of a folder whose files are what was written, else None."""
    try:
        seal = json.loads((folder / _SEAL).read_text(encoding="utf-8"))
        if seal != {name: _sha256_of(folder / name) for name in FILES}:
            return None
        return Gazetteer.load(folder)
    except (OSError, ValueError):
        return None


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _compile(terminology: Path, manifests: list[Manifest], folder: Path, progress: Progress) -> Gazetteer:
    names = ", ".join(f"{manifest.system} {manifest.release}" for manifest in manifests)
    progress(f"compiling the terms of {names} for pre-annotation")
    root = folder.parent
    with building(root) as staging:
        made = Gazetteer.of(terms_of(terminology, manifests))
        made.save(staging)
        seal = {name: _sha256_of(staging / name) for name in FILES}
        (staging / _SEAL).write_text(json.dumps(seal), encoding="utf-8")
        shutil.rmtree(folder, ignore_errors=True)  # what is there could not be read
        staging.rename(folder)
    progress(f"{len(made):,} phrases")
    _forget_old(root)
    return Gazetteer.load(folder)


def _forget_old(root: Path) -> None:
    """Who still uses an old folder has its files open and loses nothing."""
    folders = [path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")]
    for path in sorted(folders, key=lambda path: path.stat().st_mtime_ns)[:-KEPT]:
        shutil.rmtree(path, ignore_errors=True)
