"""The browser side keeps its arrows: who imports whom, one fetch, no markup strings, one converter of offsets."""

import posixpath
import re
from pathlib import Path

import pytest

APP = Path(__file__).parents[2] / "app"
JS = APP / "web" / "static" / "js"
FOLDERS = {"js": JS, "modalities": APP / "modalities"}
# As they are served, `js/…` and `modalities/…` beside each other: scripts of modalities import shared ones.
MODULES = {
    f"{area}/{path.relative_to(folder).as_posix()}": path
    for area, folder in FOLDERS.items()
    for path in sorted(folder.rglob("*.js"))
}
# From the outermost to the innermost: a module imports from its own folder or from below.
LAYERS = ["modalities", "workbench", "adjudication", "controllers", "annotator", "lib"]
IMPORT = re.compile(r"""(?:from|import\()\s*["'](\.{1,2}/[^"']+)["']""")


def folder(name):
    area, _, rest = name.partition("/")
    return area if area == "modalities" else rest.split("/")[0] if "/" in rest else ""


def layer(name):
    return LAYERS.index(folder(name)) if folder(name) else -1


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down_and_exist(name):
    for target in IMPORT.findall(MODULES[name].read_text(encoding="utf-8")):
        found = posixpath.normpath(posixpath.join(posixpath.dirname(name), target))
        assert found in MODULES, target
        assert layer(found) >= layer(name) or layer(name) < 0, target
        both = {folder(name), folder(found)}
        assert both != {"workbench", "adjudication"}, "the two kinds of page do not know each other"
        if folder(name) == folder(found) == "modalities":
            assert name.split("/")[1] == found.split("/")[1], "modalities do not know each other"


@pytest.mark.parametrize("path", MODULES.values(), ids=MODULES)
def test_every_module_says_what_it_owns(path):
    assert path.read_text(encoding="utf-8").startswith("// ")


@pytest.mark.parametrize("path", MODULES.values(), ids=MODULES)
def test_no_markup_is_made_from_strings(path):
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|createPolicy"
    assert not re.search(forbidden, path.read_text(encoding="utf-8"))


def test_only_one_module_fetches():
    fetching = [name for name, path in MODULES.items() if re.search(r"\bfetch\(", path.read_text(encoding="utf-8"))]
    assert fetching == ["js/lib/api.js"]


def test_only_one_module_knows_of_surrogates():
    surrogate = re.compile(r"ud[89a-f][0-9a-f]{2}|codePointAt|0xd[89a-f]", re.IGNORECASE)
    aware = {name for name, path in MODULES.items() if surrogate.search(path.read_text("utf-8"))}
    assert aware <= {"js/lib/offsets.js", "js/annotator/noteview.js"}  # the view must not cut a long line inside a pair


def test_templates_hold_no_script_and_no_style():
    """Data is no script: what a page begins with may stand in it, as `tojson` writes it, and the policy runs none."""
    for path in APP.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        text = re.sub(r'<script type="application/json" data-\w+>\{\{ \w+ \| tojson \}\}</script>', "", text)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)", text), path.name
