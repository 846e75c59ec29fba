"""Imaging metadata: verdicts per field, and doubts a rule can compute."""

import gzip
import json
from pathlib import Path

import pytest
from pydicom.datadict import keyword_for_tag

from app.core.digest import canonical_json
from app.core.errors import Invalid
from app.modalities.imaging.dicom.consistency import flags
from app.modalities.imaging.dicom.values import range_problem, value_problem
from app.modalities.imaging.modality import Imaging
from app.review.modality import Context

IMAGING = Imaging()
HEADERS = Path(__file__).parents[4] / "shared" / "data" / "dicom" / "pydicom_testfiles"
FIELDS = {"Modality": "CT", "KVP": "120", "PatientAge": "045Y", "PixelSpacing": "0.7\\0.7"}
SCHEMA = {
    "key": "i",
    "title": "I",
    "modality": "imaging",
    "version": "1",
    "labels": [
        {"key": "Modality", "VR": "CS", "allowed": ["CT", "MR"]},
        {"key": "KVP", "VR": "DS", "range": [20, 150]},
        {"key": "PatientAge", "VR": "AS"},
        {"key": "PixelSpacing", "VR": "DS"},
        {"key": "Laterality", "VR": "CS", "allowed": ["L", "R"]},
        {"key": "BurnedInAnnotation", "VR": "CS", "required": True},
    ],
}


def context(**fields):
    text = canonical_json({"fields": {**FIELDS, **fields}})
    return Context({"id": "i", "text": text, "meta": {}}, SCHEMA)


def reviewed(**verdicts):
    whole = dict.fromkeys([*FIELDS, "BurnedInAnnotation"], "confirmed") | verdicts
    elements = {"rest": {"kind": "rest", "value": "not_present"}}
    for name, verdict in whole.items():
        if verdict is None:
            continue
        body = {"verdict": verdict} if isinstance(verdict, str) else verdict
        elements[f"f{name}"] = {"kind": "field", "keyword": name, **body}
    return {"elements": elements}


def corrected(value):
    return {"verdict": "corrected", "value": value}


@pytest.mark.parametrize(
    ("why", "whole", "codes"),
    [
        ("all confirmed", reviewed(), []),
        ("a field without a verdict", reviewed(KVP=None), ["unreviewed"]),
        ("a required field the record lacks", reviewed(BurnedInAnnotation=None), ["unreviewed"]),
        ("a field the record lacks, added", reviewed(Laterality=corrected("L")), []),
        ("a correction", reviewed(KVP=corrected("100")), []),
        ("a correction that changes nothing", reviewed(KVP=corrected("120")), ["no-change"]),
        ("a correction without a value", reviewed(KVP="corrected"), ["missing-field"]),
        ("a correction of the wrong form", reviewed(PatientAge=corrected("45")), ["bad-value"]),
        ("a correction the schema does not allow", reviewed(Modality=corrected("XX")), ["not-allowed"]),
        ("a correction out of range", reviewed(KVP=corrected("900")), ["out-of-range"]),
        ("several values", reviewed(PixelSpacing=corrected("0.5\\0.5")), []),
        ("several values, one of them wrong", reviewed(PixelSpacing=corrected("0.5\\x")), ["bad-value"]),
        ("emptied", reviewed(PatientAge=corrected("")), []),
        ("unusable with a reason", reviewed(KVP={"verdict": "unusable", "reason": "lost digit"}), []),
        ("unusable without", reviewed(KVP="unusable"), ["missing-field"]),
        ("confirmed with a value", reviewed(KVP={"verdict": "confirmed", "value": "1"}), ["bad-field"]),
        ("a field of no schema", reviewed(StationName="confirmed"), ["unknown-label"]),
        ("a decimal that is no string", reviewed(KVP=corrected(1.5)), ["bad-field"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_record_with(why, whole, codes):
    assert [problem.code for problem in IMAGING.check(whole, context())] == codes


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"fields": []}', "no json"])
def test_a_document_that_is_no_metadata_is_refused(text):
    broken = Context({"id": "i", "text": text, "meta": {}}, SCHEMA)
    with pytest.raises(Invalid):
        IMAGING.present(broken)


def test_the_workbench_sees_every_field_with_its_doubts():
    shown = IMAGING.present(context(KVP="9", SOPClassUID="1.2.840.10008.5.1.4.1.1.4", PatientName="ROE^JANE"))
    fields = {field["keyword"]: field for field in shown["fields"]}
    assert [flag["rule"] for flag in fields["KVP"]["flags"]] == ["kvp", "out-of-range"]
    assert [flag["rule"] for flag in fields["Modality"]["flags"]] == ["modality-sop-class"]
    assert fields["Laterality"]["present"] is False
    assert [flag["rule"] for flag in shown["flags"]] == ["direct-identifier"]
    assert "ROE" not in json.dumps(shown)


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("modality-sop-class", {"Modality": "CT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.4"}),
        ("foreign-field", {"Modality": "CT", "EchoTime": "90"}),
        ("foreign-field", {"Modality": "MR", "KVP": "120"}),
        ("laterality-missing", {"Modality": "DX", "BodyPartExamined": "HAND"}),
        ("laterality-conflict", {"Laterality": "L", "ImageLaterality": "R"}),
        ("laterality-conflict", {"Laterality": "L", "SeriesDescription": "RIGHT KNEE AP"}),
        ("laterality-conflict", {"ImageLaterality": "R", "StudyDescription": "XR lt knee"}),
        ("view-description", {"ViewPosition": "AP", "SeriesDescription": "Chest PA upright"}),
        ("view-description", {"ViewPosition": "LL", "SeriesDescription": "CHEST_AP"}),
        ("body-part", {"BodyPartExamined": "CHEST 1V"}),
        ("age", {"PatientAge": "094Y"}),
        ("age", {"PatientAge": "45"}),
        ("age", {"PatientAge": "091Y"}),
        ("age-dates", {"PatientAge": "045Y", "PatientBirthDate": "19500101", "StudyDate": "20200101"}),
        ("age-dates", {"PatientAge": "045Y", "PatientBirthDate": "20210101", "StudyDate": "20200101"}),
        ("dates", {"StudyDate": "REDACTED"}),
        ("dates", {"StudyDate": "20201341"}),
        ("kvp", {"Modality": "MG", "KVP": "120"}),
        ("kvp", {"KVP": "9"}),
        ("kvp", {"KVP": "high"}),
        ("slices", {"SliceThickness": "0"}),
        ("slices", {"SliceThickness": "1", "SpacingBetweenSlices": "8"}),
        ("field-strength", {"MagneticFieldStrength": "30"}),
        ("photometric", {"PhotometricInterpretation": "MONOCHROME1"}),
        ("size", {"Rows": "0"}),
        ("burned-in", {"BurnedInAnnotation": "YES"}),
        ("face", {"Modality": "CT", "BodyPartExamined": "HEAD"}),
        ("direct-identifier", {"PatientAddress": "1 Main St"}),
        ("identity", {"PatientIdentityRemoved": "NO"}),
    ],
    ids=lambda value: value if isinstance(value, str) else ",".join(value),
)
def test_a_doubt_is_raised(rule, fields):
    found = flags(fields)
    assert rule in {flag.rule for flag in found}
    for flag in found:
        quoted = [value for value in fields.values() if len(value) > 3 and value in flag.message]
        assert quoted in ([], ["MONOCHROME1"])


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Modality": "CT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2", "KVP": "120", "PatientAge": "090Y"},
        {
            "Modality": "DX",
            "BodyPartExamined": "HAND",
            "Laterality": "L",
            "SeriesDescription": "Left hand PA",
        },
        {"ViewPosition": "PA", "SeriesDescription": "PA and lateral"},
        {"PatientAge": "045Y", "PatientBirthDate": "19750601", "StudyDate": "20210101"},
        {"PatientAge": "", "KVP": None, "Rows": 512},
        {"Modality": "MG", "KVP": "28", "BodyPartExamined": "BREAST", "ImageLaterality": "R"},
        {"PatientName": "SUBJECT 17", "PatientIdentityRemoved": "YES"},
        {"Laterality": "R", "SeriesDescription": "BRIGHT FIELD"},
        {"KVP": ["80", "140"], "PatientAge": {"odd": 1}},
    ],
)
def test_good_or_odd_fields_raise_no_doubt(fields):
    assert flags(fields) == []


@pytest.mark.parametrize(
    ("representation", "value", "good"),
    [
        ("AS", "045Y", True),
        ("AS", "45Y", False),
        ("DA", "20200229", True),
        ("DA", "20201301", False),
        ("DS", "1.5e3", True),
        ("DS", "12345678901234567", False),
        ("DS", "0.7\\0.7", True),
        ("IS", "-12", True),
        ("IS", "1.5", False),
        ("UI", "1.2.840", True),
        ("UI", "1.02", False),
        ("CS", "LOW", True),
        ("CS", "low", False),
        ("TM", "235959.123456", True),
        ("TM", "2460", False),
        ("US", 512, True),
        ("SQ", "anything", True),
        (None, "anything", True),
    ],
)
def test_value_representations(representation, value, good):
    assert (value_problem(representation, value) is None) is good


def test_a_range_is_of_numbers_only():
    assert range_problem([1, 5], "3\\9") is not None
    assert range_problem([1, 5], "high") is None
    assert range_problem(None, "9") is None


@pytest.mark.skipif(not HEADERS.is_dir(), reason="public DICOM headers are not beside the repository")
def test_no_real_header_trips_a_rule_up():
    with gzip.open(HEADERS / "headers.dicomjson.jsonl.gz", "rt", encoding="utf-8") as lines:
        found = [flags(_fields(json.loads(line)["header"])) for line in lines]
    assert len(found) > 50
    assert {"dates", "direct-identifier"} & {flag.rule for each in found for flag in each}


def _fields(header):
    """Keyword → value as intake stores it: several values with backslashes between them."""
    fields = {}
    for tag, element in header.items():
        values = element.get("Value", [])
        plain = all(isinstance(value, (str, int, float)) for value in values)
        keyword = keyword_for_tag(int(tag, 16))
        if keyword:
            fields[keyword] = "\\".join(map(str, values)) if plain else values
    return fields
