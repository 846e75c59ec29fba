"""What earlier versions wrote still verifies and is still read: bundles of the log, and frozen answers."""

import json
import subprocess
import sys
import tarfile
from itertools import groupby
from pathlib import Path

import pytest

from app.audit import verify
from app.core.digest import canonical_json, salted_sha256
from app.factory import compose
from app.review.modality import MODALITIES, Context

EARLIER = Path(__file__).parents[1] / "data" / "earlier"
BUNDLES = sorted(EARLIER.glob("bundle-*.tar.xz"))
PAYLOADS = sorted(EARLIER.glob("payloads-*.jsonl"))


@pytest.fixture(params=BUNDLES, ids=lambda path: path.name)
def bundle(request, tmp_path):
    with tarfile.open(request.param) as archive:
        archive.extractall(tmp_path, filter="data")
    return tmp_path


def test_a_bundle_is_verified_by_the_script_it_came_with(bundle):
    done = subprocess.run([sys.executable, bundle / "verify.py", bundle], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_bundle_is_verified_by_the_script_of_today(bundle, capsys):
    assert verify.main([str(bundle)]) == 3, capsys.readouterr().out  # holds, and has no anchor


@pytest.fixture(params=PAYLOADS, ids=lambda path: path.name)
def answers(request):
    """Frozen answers with their schema, grouped by item."""
    compose()
    schemas = json.loads(
        (EARLIER / request.param.name.replace("payloads", "schemas").replace("jsonl", "json")).read_text()
    )
    rows = [json.loads(line) for line in request.param.read_text(encoding="utf-8").splitlines()]
    for row in rows:
        row["payload"] = json.loads(row["body"])
        row["context"] = Context({"id": str(row["item"]), "text": row["text"], "meta": {}}, schemas[row["schema"]])
    rows.sort(key=lambda row: row["item"])
    return [list(group) for _, group in groupby(rows, key=lambda row: row["item"])]


def test_a_frozen_answer_has_the_digest_it_was_signed_with(answers):
    for row in (row for group in answers for row in group):
        assert canonical_json(row["payload"]) == row["body"]
        assert salted_sha256(bytes.fromhex(row["salt"]), row["body"]) == row["sha256"]


def test_a_frozen_answer_is_read_compared_and_agrees_with_itself(answers):
    for row in (row for group in answers for row in group):
        modality = MODALITIES.get(row["modality"])
        assert modality.differences([row["payload"], row["payload"]], row["context"]) == []
        assert len(modality.units(row["payload"], row["context"])) > 0 or not row["payload"]["elements"]


def test_answers_of_one_item_are_compared(answers):
    for group in answers:
        payloads = [row["payload"] for row in group if row["kind"] == "reading"]
        if len(payloads) > 1:
            MODALITIES.get(group[0]["modality"]).differences(payloads, group[0]["context"])
