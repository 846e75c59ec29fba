"""Importing a release makes its terms ready for pre-annotation, and the command on a bare folder works alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.rare

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "ontologies" / "samples"


def flask(var, *arguments, lines=""):
    environment = {**os.environ, "CHARTMARK_VAR": str(var), "CHARTMARK_DATABASE_URL": ""}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=environment, input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done


def compiled(var):
    return {path.parent.name for path in (var / "preannotate").glob("*/seal.json")}


def test_an_import_compiles_what_the_next_command_only_loads(tmp_path):
    flask(tmp_path, "terminology", "import", "icd10cm", SAMPLES / "icd10cm")
    first = compiled(tmp_path)
    own = tmp_path / "own.csv"
    own.write_text("code,term,kind\n1,Grumbling zest,PROBLEM\n")
    flask(tmp_path, "terminology", "import", "site", own, "--release", "7")
    both = compiled(tmp_path)
    assert len(first) == 1
    assert len(both) == 2
    done = flask(tmp_path, "preannotate", "text", lines=json.dumps({"id": 1, "text": "No grumbling zest."}) + "\n")
    (entity,) = json.loads(done.stdout)["entities"]
    assert entity["candidates"] == [{"system": "site", "release": "7", "code": "1", "term": "Grumbling zest"}]
    assert entity["assertion"]["negated"] is True
    assert compiled(tmp_path) == both
    listed = [json.loads(line) for line in flask(tmp_path, "preannotate", "list").stdout.splitlines()]
    assert [s["system"] for s in listed[0]["sources"]] == ["icd10cm", "site"]


def test_without_database_or_import_the_text_command_codes_with_the_icd10cm_that_comes_along(tmp_path):
    done = flask(tmp_path / "new", "preannotate", "text", lines=json.dumps({"id": 1, "text": "Has asthma."}) + "\n")
    (entity,) = json.loads(done.stdout)["entities"]
    assert entity["candidates"][0]["system"] == "icd10cm"
    assert entity["candidates"][0]["code"].startswith("J45")
    assert not (tmp_path / "new" / "chartmark.db").exists()
    assert "Has asthma" not in done.stderr
