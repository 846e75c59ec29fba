"""docs/formats says what is true of every registered format; the schema of our JSON lines holds for what is written."""

import json
import re
from pathlib import Path

import jsonschema
import pytest

from app.factory import compose
from app.formats.model import ExchangeDocument
from app.formats.protocol import FORMATS
from tests import json_lines_schema
from tests.contracts import marked_fields as marked
from tests.exports import exported

compose()
TABLE = Path(__file__).parents[2] / "docs" / "formats" / "README.md"
ROWS = re.findall(r"^\| `([\w-]+)` \|(.*)\|$", TABLE.read_text(encoding="utf-8"), re.MULTILINE)
SAID = {key: [cell.strip() for cell in cells.split("|")] for key, cells in ROWS}
SCHEMA = json.loads(json_lines_schema.PATH.read_text(encoding="utf-8"))


def test_every_format_has_a_row_in_the_order_of_the_registry():
    assert list(SAID) == [key for key in FORMATS.keys()]  # noqa: C416, SIM118 (a registry)


@pytest.mark.parametrize("one", list(FORMATS), ids=lambda f: f.key)
def test_a_row_says_what_is_written_and_read_and_counted(one):
    _, writes, reads, unit, _ = SAID[one.key]
    assert (writes == "yes", reads == "yes") == (one.writer is not None, one.reader is not None)
    assert re.search("code point|UTF-16|token", unit)


def test_the_shipped_schema_is_that_of_the_kinds():
    assert json_lines_schema.PATH.read_text(encoding="utf-8") == json_lines_schema.text(), json_lines_schema.__doc__


@pytest.mark.parametrize("modality", json_lines_schema.SHIPPED)
def test_lines_are_valid_by_the_schema(modality):
    checker = jsonschema.Draft202012Validator(SCHEMA)
    facts = marked.FACTS["meta"], marked.FACTS["provenance"]
    document = ExchangeDocument("D-1", marked.TEXT, marked.ELEMENTS[modality], modality, *facts)
    files, _ = exported(FORMATS.get("jsonl"), [document])
    line = json.loads(files["items.jsonl"])
    assert [error.message for error in checker.iter_errors(line)] == []
    body = next(iter(line["elements"].values()))
    for wrong in (line | {"offset_unit": "byte"}, line | {"more": 1}, line | {"elements": {"x": body | {"new": 1}}}):
        assert list(checker.iter_errors(wrong))
