"""What a registry holds stands in `app/plugins.py` and nowhere else: a new part needs no second line."""

import ast
from pathlib import Path

import pytest

from app.agreement.metrics.names import ALIASES
from app.agreement.metrics.protocol import METRICS
from app.core.registry import registries
from app.factory import create_app
from app.terminology.importers.protocol import CODE_SYSTEMS
from app.terminology.systems import system_key

APP = Path(__file__).parents[2] / "app"
create_app()
# Registries whose keys are words of every day: items, assignments, holds.
WORDS = {"state machine", "evidence"}
KEYS = {registry.name: set(registry.keys()) for registry in registries() if registry.name not in WORDS}

# (file, registry) → why it names some of its parts.
ALLOWED = {
    ("accounts/policy.py", "relation"): "the table of acts speaks of relations that upper packages know how to tell",
    ("pipeline.py", "job"): "which stage follows which is what this file is for",
    ("pipelines/register/shipped.py", "pipeline"): "what we state and sign of our own; of others their owners do",
    ("pipelines/terms/wording.py", "code system"): "how the terms of some are worded in notes; the rest are names",
    ("terminology/systems.py", "code system"): "spellings people use; test_every_system_has_a_spelling",
    ("terminology/importers/rf2.py", "code system"): "SNOMED CT's identifiers of the systems it maps to",
    ("agreement/metrics/names.py", "metric"): "other names of some: test_another_name_leads_to_a_metric",
    ("deidentify/evidence.py", "recogniser"): "which finds rest on looks or lists alone, and weigh less than a place",
    ("deidentify/second_look/addresses.py", "recogniser"): "two whose finds are looked at again",
    ("formats/fhir/resources.py", "code system"): "the URIs that HL7 gives to some of them",
    ("release/readings.py", "format"): "readings go out so that agreement can be computed from them: in these two",
    ("quality/agreement/slices.py", "metric"): "which figures a project has of what; all of them would say too much",
    ("demo/load.py", "modality"): "the folders of the demonstration's own data",
}


def lists(tree):
    """Strings that stand together: of a list, a tuple or a set, the keys of a dictionary, its values."""
    for node in ast.walk(tree):
        groups = []
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            groups = [node.elts]
        elif isinstance(node, ast.Dict):
            groups = [node.keys, node.values]
        for group in groups:
            found = {item.value for item in group if isinstance(item, ast.Constant) and isinstance(item.value, str)}
            if found:
                yield node.lineno, found


def seconds(tree):
    """(line, registry) where at least two parts of a registry are named, and little else."""
    for line, found in lists(tree):
        for name, keys in KEYS.items():
            if len(found & keys) >= 2 and 2 * len(found & keys) > len(found):
                yield line, name


@pytest.mark.parametrize(
    ("text", "registry"),
    [
        ('FORMATS = ["brat", "jsonl"]', "format"),
        ('TITLES = {"brat": "Brat", "conll": "CoNLL"}', "format"),
        ('KINDS = {"a": "notes", "b": "reports"}', "modality"),
    ],
)
def test_a_second_list_is_seen(text, registry):
    assert registry in [name for _, name in seconds(ast.parse(text))]


@pytest.mark.parametrize("path", sorted(APP.rglob("*.py")), ids=lambda p: p.relative_to(APP).as_posix())
def test_parts_are_listed_once(path):
    own = path.relative_to(APP).as_posix()
    if own == "plugins.py":
        return
    assert [one for one in seconds(ast.parse(path.read_text(encoding="utf-8"))) if (own, one[1]) not in ALLOWED] == []


@pytest.mark.parametrize(("own", "registry"), ALLOWED)
def test_an_exception_is_still_needed(own, registry):
    assert registry in [name for _, name in seconds(ast.parse((APP / own).read_text(encoding="utf-8")))]


@pytest.mark.parametrize("key", CODE_SYSTEMS.keys())
def test_every_system_has_a_spelling(key):
    assert system_key(CODE_SYSTEMS.get(key).title) == key or key in {"own", "icd10cm-index"}
    assert system_key(key) == key


def test_another_name_leads_to_a_metric():
    assert set(ALIASES.values()) <= set(METRICS.keys())
    assert not set(ALIASES) & set(METRICS.keys())
