"""Which package may import which: the picture of the design, held."""

import ast
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "app"

# Highest first. A package imports only from lines below its own; packages on one line never meet.
LAYERS = [
    ["web", "api", "cli"],
    ["http", "demo"],
    ["factory", "plugins", "surface", "tables", "pipeline"],
    ["modalities"],
    ["intake", "privacy", "pipelines", "projection", "quality", "release"],
    ["annotation", "review"],
    ["agreement"],
    ["corpus", "terminology", "guidelines"],
    ["accounts", "jobs"],
    ["audit"],
    ["deidentify", "tagging", "formats"],
    ["core", "settings"],
]
# Packages that compose the application may know each other.
COMPOSERS = {"factory", "plugins", "surface", "tables", "pipeline"}

# Library → the only packages (or files) that may import it.
FENCES = {
    "flask": {"web", "api", "cli", "http", "factory"},
    "flask_login": {"web", "api", "cli", "http", "factory"},
    # formats: spaCy's own file format is written by spaCy's own code; loaded only when one is written or read
    "spacy": {"tagging", "deidentify", "formats"},
    "pyarrow": {"formats"},
    "medspacy": {"tagging", "deidentify"},
    "presidio_anonymizer": {"deidentify"},
    "rapidfuzz": {"terminology", "deidentify", "tagging"},
    "numpy": {"agreement", "annotation", "terminology", "tagging", "pipelines", "quality"},
    "pydicom": {"intake", "deidentify", "privacy"},
    "celery": {"jobs"},
    "pyotp": {"accounts"},
    "webauthn": {"accounts"},
    "authlib": {"accounts"},
    "joserfc": {"accounts"},
    "zxcvbn": {"accounts"},
    "segno": {"audit"},
    "altair": {"quality"},
    "vl_convert": {"quality"},
}
NO_SQLALCHEMY = {"agreement", "annotation", "modalities", "web", "api", "audit/verify.py"}


def modules():
    return sorted(APP.rglob("*.py"))


def imports(path, *, top_level_only=False):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    nodes = tree.body if top_level_only else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module
            if node.module == "app":
                yield from (f"app.{alias.name}" for alias in node.names)


def package_of(path):
    return path.relative_to(APP).parts[0].removesuffix(".py")


def layer_of(package):
    return next((i for i, names in enumerate(LAYERS) if package in names), None)


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(APP)))
def test_a_package_imports_only_from_below(path):
    own = package_of(path)
    if own == "__init__":
        return
    assert layer_of(own) is not None, f"{own} has no place in the layers"
    for name in imports(path):
        parts = name.split(".")
        if parts[0] != "app" or len(parts) == 1 or parts[1] == own:
            continue
        other = parts[1]
        if own in COMPOSERS and other in COMPOSERS:
            continue
        assert layer_of(own) < layer_of(other), f"{own} may not import {other}"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(APP)))
def test_each_big_library_has_one_home(path):
    own = package_of(path)
    relative = str(path.relative_to(APP))
    for name in imports(path):
        library = name.split(".")[0]
        if library in FENCES:
            assert own in FENCES[library], f"{library} is not for {own}"
        if library == "sqlalchemy":
            assert own not in NO_SQLALCHEMY, f"{own} takes its session types from app.core.db"
            assert relative not in NO_SQLALCHEMY


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(APP)))
def test_spacy_is_loaded_only_when_a_pipeline_is_built(path):
    heavy = set(imports(path, top_level_only=True)) & {"spacy", "medspacy"}
    assert not heavy, f"import {heavy} inside the function that builds the pipeline"


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(APP)))
def test_only_core_db_commits(path):
    if path.relative_to(APP).as_posix() == "core/db.py":
        return
    assert ".commit()" not in path.read_text(encoding="utf-8")


def test_the_verifier_needs_only_the_standard_library():
    import sys

    path = APP / "audit" / "verify.py"
    names = {name.split(".")[0] for name in imports(path)} if path.exists() else set()
    assert names <= set(sys.stdlib_module_names)
