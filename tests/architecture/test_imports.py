"""No file imports, by whatever way round, a file that imports it; nobody takes another's private name."""

import ast
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "app").rglob("*.py"))


def name_of(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


NAMES = {name_of(path) for path in MODULES}


@cache
def tree_of(path):
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(tree, known):
    """Modules of `known` that a module imports anywhere: at its top, in a function, for its types only."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            yield from whole & known or {node.module} & known
        elif isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names} & known


def with_packages(name, importer):
    """Whose code runs when a module is imported: its own, and that of the packages above it."""
    parts = name.split(".")
    above = {".".join(parts[:n]) for n in range(2, len(parts))}
    return {name} | {package for package in above if package in NAMES and not importer.startswith(package)}


def test_a_cycle_is_seen():
    trees = {"p.a": "from p.b import x", "p.b": "def f():\n    from p import c", "p.c": "import p.a"}
    graph = {name: set(imported(ast.parse(text), set(trees))) for name, text in trees.items()}
    with pytest.raises(CycleError):
        TopologicalSorter(graph).prepare()


def test_no_file_is_imported_by_what_it_imports():
    graph = {}
    for path in MODULES:
        name = name_of(path)
        graph[name] = {one for other in imported(tree_of(path), NAMES) for one in with_packages(other, name)} - {name}
    assert sum(map(len, graph.values())) > 1000
    TopologicalSorter(graph).prepare()


def is_private(name):
    return name.startswith("_") and not name.startswith("__")


def private_names(tree):
    """Names with an underscore that a module takes from another: imported, or as an attribute of an imported module."""
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if is_private(alias.name))
            yield from filter(is_private, (node.module or "").split("."))
            modules |= {alias.asname or alias.name for alias in node.names if f"{node.module}.{alias.name}" in NAMES}
        elif isinstance(node, ast.Import):
            modules |= {alias.asname or alias.name.split(".")[0] for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield from filter(is_private, [node.attr])


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("from app.core.db import _commit", ["_commit"]),
        ("from app.core import db\ndb._commit()", ["_commit"]),
        ("import hashlib\nx: hashlib._Hash", ["_Hash"]),
        ("from app._hidden import name", ["_hidden"]),
        ("from __future__ import annotations\nself._own()", []),
    ],
)
def test_a_private_name_is_seen(text, taken):
    assert list(private_names(ast.parse(text))) == taken


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_private_name_stays_in_its_module(path):
    assert list(private_names(tree_of(path))) == []
