"""The demo annotators' answers become payloads that the modalities accept, and that really differ."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.annotation.check import blocking
from app.demo.reading import find_quote, note_payload, record_payload, report_payload
from app.modalities.imaging.dicom.consistency import flags
from app.modalities.imaging.modality import Imaging
from app.modalities.notes.modality import Notes
from app.modalities.reports.modality import Reports
from app.review.modality import Context

DATA = Path(__file__).resolve().parents[3] / "app" / "demo" / "data"


def _rows(name: str) -> dict[str, dict]:
    rows = map(json.loads, (DATA / name).read_text("utf-8").splitlines())
    return {row["id"]: row for row in rows}


NOTES, REPORTS, RECORDS = _rows("notes.jsonl"), _rows("reports.jsonl"), _rows("records.jsonl")
DECISIONS = json.loads((DATA / "decisions.json").read_text("utf-8"))
RELEASE = DECISIONS["release"]


def _billable(system: str, release: str, code: str) -> dict:
    return {"code": code, "term": code, "billable": True, "active": True}


def _context(text: str, schema: str) -> Context:
    body = json.loads((DATA / "schemas" / f"{schema}.json").read_text("utf-8"))
    return Context({"id": "demo", "text": text, "meta": {}}, body, _billable)


def _note(key: str) -> tuple[Notes, Context, list[dict]]:
    case, text = DECISIONS["notes"][key], NOTES[key]["text"]
    payloads = [note_payload(text, case[who], RELEASE)[0] for who in ("a", "b")]
    return Notes(), _context(text, "clinical-notes"), payloads


def _report(key: str) -> tuple[Reports, Context, list[dict]]:
    case, text = DECISIONS["reports"][key], REPORTS[key]["text"]
    payloads = [report_payload(text, case[who]) for who in ("a", "b")]
    return Reports(), _context(text, "radiology-reports"), payloads


def _record(key: str) -> tuple[Imaging, Context, list[dict]]:
    case, text = DECISIONS["records"][key], json.dumps({"fields": RECORDS[key]["fields"]})
    return Imaging(), _context(text, "imaging-metadata"), [record_payload(case[who]) for who in ("a", "b")]


CASES = [
    *[(_note, key) for key in DECISIONS["notes"]],
    *[(_report, key) for key in DECISIONS["reports"]],
    *[(_record, key) for key in DECISIONS["records"]],
]


@pytest.mark.parametrize(("build", "key"), CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_both_readings_may_be_submitted_and_leave_something_to_settle(build: object, key: str) -> None:
    modality, context, payloads = build(key)
    for payload in payloads:
        assert blocking(modality.check(payload, context)) == []
    assert modality.differences(payloads, context)


@pytest.mark.parametrize("key", sorted(DECISIONS["notes"]))
def test_no_quote_of_the_readings_is_lost_in_the_text_as_written(key: str) -> None:
    for who in ("a", "b"):
        assert note_payload(NOTES[key]["text"], DECISIONS["notes"][key][who], RELEASE)[1] == []


def test_an_entity_whose_words_were_replaced_takes_its_relations_and_lone_codes_with_it() -> None:
    reading = DECISIONS["notes"]["demo-n25"]["a"]
    text = NOTES["demo-n25"]["text"].replace("bleeding duodenal ulcer", "REMOVED")
    payload, lost = note_payload(text, reading, RELEASE)
    assert lost == ["ulc"]
    assert "ulc" not in json.dumps(payload)
    codes = [body for body in payload["elements"].values() if body["kind"] == "code_assignment"]
    assert "K26.4" not in {code["code"] for code in codes}
    assert [code["sequence"] for code in codes] == list(range(1, len(codes) + 1))
    assert [code["principal"] for code in codes].count(True) == 1
    assert blocking(Notes().check(payload, _context(text, "clinical-notes"))) == []


def test_the_effusion_read_three_ways_ends_uncertain_with_three_pieces_of_evidence() -> None:
    _, _, (first, second) = _report("demo-r01")
    effusions = [
        body for payload in (first, second) for body in payload["elements"].values()
        if body.get("label") == "Pleural Effusion"
    ]  # fmt: skip
    assert [(body["value"], len(body["evidence"])) for body in effusions] == [("uncertain", 3), ("positive", 1)]


@given(st.text(alphabet="ab 😀é", max_size=40), st.text(alphabet="ab😀", min_size=1, max_size=3), st.integers(1, 4))
def test_a_found_quote_stands_where_it_is_said_to_stand(text: str, quote: str, occurrence: int) -> None:
    place = find_quote(text, quote, occurrence)
    appearances = [at for at in range(len(text)) if text.startswith(quote, at)]
    if len(appearances) < occurrence:
        assert place is None
    else:
        assert place == (appearances[occurrence - 1], appearances[occurrence - 1] + len(quote))


SEEN_BY_RULES = (
    ("demo-m01", "view-description"),
    ("demo-m03", "laterality-missing"),
    ("demo-m04", "age"),
    ("demo-m05", "foreign-field"),
    ("demo-m05", "slices"),
    ("demo-m07", "kvp"),
    ("demo-m07", "body-part"),
    ("demo-m08", "burned-in"),
    ("demo-m08", "identity"),
)


@pytest.mark.parametrize(("key", "rule"), SEEN_BY_RULES)
def test_a_planted_fault_that_a_rule_can_compute_is_flagged(key: str, rule: str) -> None:
    assert rule in {flag.rule for flag in flags(RECORDS[key]["fields"])}


@pytest.mark.parametrize("key", ["demo-m02", "demo-m06"])
def test_a_fault_that_only_the_report_shows_is_left_for_the_reader(key: str) -> None:
    assert flags(RECORDS[key]["fields"]) == []
