"""The browser side keeps its arrows: who imports whom, one fetch, no markup strings, one converter of offsets."""

import re
from pathlib import Path

import pytest

JS = Path(__file__).parents[2] / "app" / "web" / "static" / "js"
MODULES = sorted(JS.rglob("*.js"))
# From the outermost to the innermost: a module imports from its own folder or from below.
LAYERS = ["workbench", "adjudication", "controllers", "annotator", "lib"]
IMPORT = re.compile(r"""(?:from|import\()\s*["'](\.{1,2}/[^"']+)["']""")


def named(path):
    return str(path.relative_to(JS))


def layer(path):
    parts = path.relative_to(JS).parts
    return LAYERS.index(parts[0]) if len(parts) > 1 else -1


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_point_down_and_exist(path):
    for target in IMPORT.findall(path.read_text(encoding="utf-8")):
        found = (path.parent / target).resolve()
        assert found.is_file(), target
        assert layer(found) >= layer(path) or layer(path) < 0, target
        siblings = {"workbench", "adjudication"}
        folders = {path.relative_to(JS).parts[0], found.relative_to(JS).parts[0]}
        assert folders != siblings, "the two kinds of page do not know each other"


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_every_module_says_what_it_owns(path):
    assert path.read_text(encoding="utf-8").startswith("// ")


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_markup_is_made_from_strings(path):
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|createPolicy"
    assert not re.search(forbidden, path.read_text(encoding="utf-8"))


def test_only_one_module_fetches():
    assert [named(p) for p in MODULES if re.search(r"\bfetch\(", p.read_text(encoding="utf-8"))] == ["lib/api.js"]


def test_only_one_module_knows_of_surrogates():
    surrogate = re.compile(r"ud[89a-f][0-9a-f]{2}|codePointAt|0xd[89a-f]", re.IGNORECASE)
    aware = {named(path) for path in MODULES if surrogate.search(path.read_text("utf-8"))}
    assert aware <= {"lib/offsets.js", "annotator/noteview.js"}  # the view must not cut a long line inside a pair


def test_templates_hold_no_script_and_no_style():
    for path in (JS.parents[1] / "templates").rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", text), path.name
