"""No module but the table of parts knows a modality by name: what differs between them is asked of them."""

import ast
import re
from pathlib import Path

import pytest

from app.factory import compose
from app.review.modality import MODALITIES

compose()
APP = Path(__file__).parents[2] / "app"
# The demonstration shows each of them, the table of parts names them.
KNOWN = ("modalities", "demo", "plugins.py")
# Words that mean something else, and formats that are for notes.
WORDS = {("terminology", "notes"), ("tagging", "reports"), ("release", "notes"), ("formats", "notes")}


def named(path):
    """String constants of a module that are the key of a modality."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in MODALITIES:
            yield node.lineno, node.value


@pytest.mark.parametrize("path", sorted(APP.rglob("*.py")), ids=lambda path: str(path.relative_to(APP)))
def test_a_module_asks_the_registry(path):
    package = path.relative_to(APP).parts[0]
    if package in KNOWN:
        return
    assert [(line, key) for line, key in named(path) if (package, key) not in WORDS] == []


@pytest.mark.parametrize("path", sorted((APP / "web" / "static" / "js").rglob("*.js")), ids=lambda path: path.name)
def test_a_script_shared_by_modalities_knows_none(path):
    if path.stem in MODALITIES:
        return
    keys = "|".join(MODALITIES.keys())
    assert re.findall(rf"""["']({keys})["']""", path.read_text(encoding="utf-8")) == []
