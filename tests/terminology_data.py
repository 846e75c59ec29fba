"""The bundled ICD-10-CM and the invented samples, built once for all tests that search them."""

import csv
import functools
import tempfile
from pathlib import Path

import pytest

from app.factory import compose
from app.terminology.releases import ensure_builtin, import_release
from app.terminology.search import open_release

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "ontologies" / "samples"
SHARED = ROOT.parent / "shared" / "data" / "ontologies"


@functools.lru_cache(maxsize=1)
def store() -> Path:
    """A terminology directory with the bundled release, kept for the test process."""
    compose()
    folder = tempfile.TemporaryDirectory(prefix="terminology-")
    store.folder = folder  # type: ignore[attr-defined] (removed when the process ends)
    ensure_builtin(Path(folder.name))
    return Path(folder.name)


@functools.lru_cache(maxsize=1)
def compiled() -> Path:
    """A directory for what is compiled from `store()`, kept for the test process."""
    folder = tempfile.TemporaryDirectory(prefix="compiled-")
    compiled.folder = folder  # type: ignore[attr-defined] (removed when the process ends)
    return Path(folder.name)


def stocked(var: Path) -> Path:
    """`var` with links to the code systems and compiled terms of this test process: building them takes seconds."""
    var.mkdir(parents=True, exist_ok=True)
    for name, target in (("terminology", store()), ("preannotate", compiled())):
        if not (var / name).exists():
            (var / name).symlink_to(target, target_is_directory=True)
    return var


def icd10cm():
    manifest = ensure_builtin(store())
    return open_release(store(), "icd10cm", manifest.digest)


def sample(root: Path, system: str):
    compose()
    manifest = import_release(root, system, SAMPLES / system)
    return open_release(root, system, manifest.digest)


def shared(*parts: str) -> Path:
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path.name} is not beside the repository")
    return path


def coder_queries(half: str | None = None) -> list[dict[str, str]]:
    path = ROOT / "tests" / "data" / "coder_queries.tsv"
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    rows = list(csv.DictReader(lines, delimiter="\t"))
    return [row for row in rows if half in (None, row["half"])]
