"""CONTRIBUTING.md is true: its worked example works, and each registry has a row that says what a part of it is."""

import ast
import importlib
import json
import re
import shlex
import sys
from pathlib import Path

import pytest

import app.agreement.metrics as package
from app import plugins, surface
from app.agreement.metrics.protocol import METRICS
from app.core.registry import registries
from app.factory import create_app
from tests.contracts import test_metrics as contract

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# ```language path … ```: what stands in the document, by where it says it stands.
FILES = dict(re.findall(r"^```\w+ (\S+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL))
(COMMAND,) = re.findall(r"^```sh\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
(MODULE,) = [Path(path) for path in FILES if path.startswith("app/agreement/")]
(TEST,) = [Path(path) for path in FILES if path.startswith("tests/")]
(TABLE,) = [path for path in FILES if path.endswith(".csv")]
ROWS = [line for line in TEXT.splitlines() if line.startswith("|")]
NAME = ".".join(MODULE.with_suffix("").parts)


@pytest.fixture
def metric(tmp_path, monkeypatch):
    """The example's metric, written where the document says and registered by the document's line."""
    create_app()
    assert not (ROOT / MODULE).exists(), "the example is a part by now: take another"
    (tmp_path / MODULE.name).write_text(FILES[MODULE.as_posix()], encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    importlib.invalidate_caches()
    ((key, path),) = ast.literal_eval("{" + FILES["app/plugins.py"] + "}").items()
    assert path.partition(":")[0] == NAME
    assert key not in METRICS
    METRICS.declare({key: path})
    yield METRICS.get(key)
    METRICS.remove(key)
    sys.modules.pop(NAME, None)


@pytest.mark.usefixtures("metric")
def test_the_examples_own_test_passes():
    space = {}
    exec(compile(FILES[TEST.as_posix()], TEST.name, "exec"), space)
    tests = [thing for name, thing in space.items() if name.startswith("test_")]
    assert tests
    for test in tests:
        test()


def test_the_example_keeps_the_contract_of_its_registry(metric):
    contract.test_it_says_what_it_is_and_where_it_is_from(metric)
    contract.test_no_data_is_a_reason_not_a_crash(metric)
    contract.test_the_published_figure_is_json_without_nan(metric)
    contract.test_swapped_raters_and_shuffled_items_change_nothing(metric)
    contract.test_it_stays_within_its_bounds_or_says_why_there_is_no_value(metric)
    contract.test_perfect_agreement_is_one(metric)
    contract.test_other_names_for_the_categories_change_nothing(metric)


def test_the_example_is_used_as_the_document_says(metric, tmp_path):
    command, _, remark = COMMAND.strip().partition("#")
    words = shlex.split(command)
    assert words[:3] == [".venv/bin/flask", "--app", "wsgi"]
    assert metric.key in words
    (tmp_path / TABLE).write_text(FILES[TABLE], encoding="utf-8")
    arguments = [str(tmp_path / word) if word == TABLE else word for word in words[3:]]
    answer = create_app().test_cli_runner().invoke(args=arguments)
    assert answer.exit_code == 0, answer.output
    figure = json.loads(answer.stdout)["metrics"][metric.key]
    assert f"value {figure['value']}" == remark.strip()


def test_each_registry_has_a_row_and_each_row_a_registry():
    rows = "\n".join(ROWS)
    assert set(re.findall(r'`"([a-z ]+)"`', rows)) == set(plugins.PARTS)
    tables = {name for name in vars(surface) if name.isupper()}
    assert set(re.findall(r"`([A-Z_]+)`", rows)) - {"CHROMIUM"} == tables


WRITTEN = [
    (registry, member)
    for row in ROWS
    for registry in re.findall(r'^\|[^|]+\|[^|]+\| `"([a-z ]+)"`', row)
    for members in re.findall(r"class with ((?:`\w+`(?:, | and )?)+)|with ((?:`\w+`(?:, | and )?)+) in", row)
    for member in re.findall(r"`(\w+)`", " ".join(members))
]


def test_rows_name_what_a_part_must_have():
    assert len(WRITTEN) > 10


@pytest.mark.parametrize(("registry", "member"), WRITTEN)
def test_what_a_row_tells_to_write_is_in_the_protocol(registry, member):
    create_app()
    (protocol,) = [one.protocol for one in registries() if one.name == registry]
    assert hasattr(protocol, member)
