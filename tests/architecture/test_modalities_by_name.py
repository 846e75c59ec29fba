"""No module but the table of parts knows a modality by name: what differs between them is asked of them."""

import ast
import re
from pathlib import Path

import pytest

from app.annotation.bodies import BOOKKEEPING, fields_of
from app.factory import compose
from app.review.modality import MODALITIES

compose()
APP = Path(__file__).parents[2] / "app"
# The demonstration shows each of them, the table of parts names them.
KNOWN = ("modalities", "demo", "plugins.py")
# Words that mean something else, and formats that are for notes.
WORDS = {
    *(("terminology", "notes"), ("tagging", "notes"), ("tagging", "reports"), ("release", "notes")),
    ("formats", "notes"),
    ("cli", "notes"),  # an operation qualification reads a note of its own
}


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


# Fields of the kinds there are, as somebody who knows one would read them of a body.
FIELDS = {name for modality in MODALITIES for kind in modality.kinds for name in fields_of(kind)} - {*BOOKKEEPING}
NAMED = "|".join(sorted(FIELDS - {"text"}))
READ = re.compile(rf"""\b(?:body|focused)(?:\.|\?\.|\[["']|\.get\(["'])({NAMED})\b(?!\()""")
# Engines and formats speak of notes by their own model; codes are given to notes.
OF_NOTES = ("modalities/", "demo/", "tagging/", "formats/", "annotation/coding/")
OTHERWISE = {
    "agreement/reading/brat.py": "reads the elements of the exchange model, which are a note's",
    "annotation/schema.py": "the body there is a label schema's",
    "pipelines/proposing.py": "codes are proposed for entities of notes",
    "terminology/proposals/evidence.py": "codes are proposed for entities of notes",
}
SHARED = [
    *sorted((APP / "web" / "static" / "js").rglob("*.js")),
    *(path for path in sorted(APP.rglob("*.py")) if not path.relative_to(APP).as_posix().startswith(OF_NOTES)),
]


@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.relative_to(APP).as_posix())
def test_what_all_share_reads_no_field_of_a_kind(path):
    """What a field of a body is follows from its mark: `app.annotation.forms`, `actions`, `payload`."""
    if path.relative_to(APP).as_posix() not in OTHERWISE:
        assert [match[0] for match in READ.finditer(path.read_text(encoding="utf-8"))] == []
