"""The demo content is complete, true to its own schemas, invented, and holds every trap it promises."""

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.annotation.schema import schema_problems
from app.intake.record import build_record, map_fields
from app.review.modality import own_label_problems
from tests.unit.demo.traps import KINDS, TRAPS

ROOT = Path(__file__).resolve().parents[3]
DATA = ROOT / "app" / "demo" / "data"
GUIDELINES = ROOT / "guidelines"
SHARED = ROOT.parent / "shared" / "data"


def _rows(name: str) -> list[dict]:
    return [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]


NOTES, REPORTS, RECORDS = _rows("notes.jsonl"), _rows("reports.jsonl"), _rows("records.jsonl")
TEXTS = {row["id"]: row["text"] for row in NOTES + REPORTS}
DECISIONS = json.loads((DATA / "decisions.json").read_text("utf-8"))
SCHEMAS = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted((DATA / "schemas").glob("*.json"))}
NOTE_READINGS = [(key, case[who]) for key, case in DECISIONS["notes"].items() for who in ("a", "b")]
REPORT_READINGS = [(key, case[who]) for key, case in DECISIONS["reports"].items() for who in ("a", "b")]


def _name(value: object) -> str:
    return value if isinstance(value, str) else ""


def _nth(text: str, quote: str, occurrence: int) -> int:
    """Where the occurrence-th appearance of the quote starts; -1 if there are fewer."""
    at = -1
    for _ in range(occurrence):
        at = text.find(quote, at + 1)
        if at < 0:
            break
    return at


# --- texts ---------------------------------------------------------------------------------------------


def test_there_are_forty_english_notes_and_one_german_and_one_thai() -> None:
    assert Counter(row["language"] for row in NOTES) == {"en": 40, "de": 1, "th": 1}


def test_every_kind_of_note_appears_at_least_three_times_for_different_patients() -> None:
    english = [row for row in NOTES if row["language"] == "en"]
    assert {row["kind"] for row in english} == set(KINDS)
    for kind in KINDS:
        rows = [row for row in english if row["kind"] == kind]
        assert len(rows) >= 3, kind
        assert len({row["patient_id"] for row in rows}) >= 2, kind


def test_there_are_twelve_reports_and_eight_records() -> None:
    assert (len(REPORTS), len(RECORDS)) == (12, 8)


def test_ids_are_unique() -> None:
    ids = [row["id"] for row in NOTES + REPORTS + RECORDS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("row", NOTES + REPORTS, ids=lambda row: row["id"])
def test_a_text_has_a_readable_length_and_a_whole_record(row: dict) -> None:
    assert 400 <= len(row["text"]) <= 3500
    assert row["text"].replace("\n", "").isprintable()
    assert row["setting"] in {"inpatient", "outpatient", "emergency", "unknown"}
    assert set(row["known"]) == {"names", "ids", "dates", "addresses", "contacts"}
    assert row["birth_date"] in row["known"]["dates"]
    assert row["birth_date"] <= row["date"]


def test_a_patient_has_one_sex_and_birth_date_and_an_encounter_one_patient_and_setting() -> None:
    rows = NOTES + REPORTS + RECORDS
    people = {(row["patient_id"], row["sex"], row["birth_date"]) for row in rows}
    assert len(people) == len({row["patient_id"] for row in rows})
    encounters = {(row["encounter_id"], row["patient_id"], row["setting"]) for row in rows}
    assert len(encounters) == len({encounter for encounter, _, _ in encounters})


@pytest.mark.parametrize("row", NOTES + REPORTS + RECORDS, ids=lambda row: row["id"])
def test_intake_takes_the_row_and_codes_it_by_the_release_the_decisions_use(row: dict) -> None:
    record, problems = build_record(map_fields(row, {}, Counter()), row["id"])
    assert problems == []
    assert record.note_type == row["note_type"][:60]
    facts = record.encounter_facts()
    assert facts["code_release"] == DECISIONS["release"]
    assert facts["setting"] != "unknown"


def test_several_patients_have_several_notes_so_that_consistency_can_be_seen() -> None:
    counts = Counter(row["patient_id"] for row in NOTES + REPORTS)
    assert 22 <= len(counts) <= 28
    assert sum(count >= 3 for count in counts.values()) >= 5


def test_most_of_what_the_patients_record_knows_is_planted_but_not_all_that_is_planted_is_known() -> None:
    planted = [row for row in NOTES + REPORTS if any(value in row["text"] for value in row["known"]["ids"])]
    assert len(planted) >= 45
    known = {value for row in NOTES + REPORTS for values in row["known"].values() for value in values}
    assert "Miriam Thackeray" in TEXTS["demo-n01"]
    assert "Miriam Thackeray" not in known


PHONE = re.compile(r"(?<![\w-])(?:\d{3}[-. ])?(\d{3})[- ](\d{4})(?!\d)")


@pytest.mark.parametrize("row", NOTES + REPORTS, ids=lambda row: row["id"])
def test_telephone_numbers_and_mail_addresses_lie_in_reserved_ranges(row: dict) -> None:
    for exchange, line in PHONE.findall(row["text"]):
        assert exchange == "555"
        assert line.startswith("01")
    for host in re.findall(r"[\w.]+@([\w.]+\w)", row["text"]):
        assert host.endswith(".example")


@pytest.mark.parametrize(("where", "why", "pattern"), TRAPS, ids=lambda value: str(value)[:40])
def test_the_trap_is_there(where: str, why: str, pattern: str) -> None:
    assert re.search(pattern, TEXTS[where]), f"{where}: {why}"


def test_the_trap_table_reaches_every_kind() -> None:
    kinds = {row["id"]: row["kind"] for row in NOTES + REPORTS}
    assert {kinds[where] for where, _, _ in TRAPS} == {*KINDS, "radiology_report"}


def test_the_copied_forward_twin_repeats_most_lines_of_its_original() -> None:
    first, twin = (TEXTS[key].splitlines() for key in ("demo-n09", "demo-n10"))
    assert len(set(first) & set(twin)) >= 18
    assert set(first) != set(twin)


# --- metadata records ----------------------------------------------------------------------------------


def _fields(key: str) -> dict[str, str]:
    return next(row["fields"] for row in RECORDS if row["id"] == key)


FAULTS = (
    (
        "demo-m01",
        "AP although the description says PA",
        lambda f: f["ViewPosition"] == "AP" and "PA" in f["SeriesDescription"],
    ),
    ("demo-m02", "right although the report is of the left hand", lambda f: f["Laterality"] == "R"),
    (
        "demo-m03",
        "a hand without a side",
        lambda f: f["BodyPartExamined"] == "HAND" and "Laterality" not in f,
    ),
    ("demo-m04", "an age above 89", lambda f: f["PatientAge"] == "094Y"),
    ("demo-m05", "MR attributes in a CT", lambda f: f["Modality"] == "CT" and "MagneticFieldStrength" in f),
    ("demo-m06", "abdomen although the report is of the chest", lambda f: f["BodyPartExamined"] == "ABDOMEN"),
    ("demo-m07", "a tube voltage that is not plausible", lambda f: float(f["KVP"]) < 20),
    (
        "demo-m08",
        "identity not removed, text burned in",
        lambda f: f["PatientIdentityRemoved"] == "NO" and f["BurnedInAnnotation"] == "YES",
    ),
)


@pytest.mark.parametrize(("key", "why", "shows"), FAULTS, ids=_name)
def test_the_planted_fault_is_there(key: str, why: str, shows: Callable[[dict], bool]) -> None:
    assert shows(_fields(key)), why


def test_exactly_one_record_must_be_refused_and_the_others_say_how_they_were_deidentified() -> None:
    assert [row["id"] for row in RECORDS if row["expect"] == "refused"] == ["demo-m08"]
    for row in RECORDS:
        if row["expect"] == "accepted":
            assert row["fields"]["PatientIdentityRemoved"] == "YES"
            assert "113100" in row["fields"]["DeidentificationMethodCodeSequence"].split("\\")
            assert not {"PatientName", "PatientID", "PatientBirthDate"} & set(row["fields"])


def test_faults_are_named_by_the_schema_and_records_belong_to_the_patient_of_their_report() -> None:
    named = {fault for label in SCHEMAS["imaging-metadata"]["labels"] for fault in label["faults"]}
    owner = {row["id"]: (row["patient_id"], row["encounter_id"]) for row in REPORTS}
    for row in RECORDS:
        assert set(row["planted_faults"]) <= named
        if row["report_id"]:
            assert owner[row["report_id"]] == (row["patient_id"], row["encounter_id"])


# --- schemas and guidelines ----------------------------------------------------------------------------


def _sections(path: Path) -> set[str]:
    return set(re.findall(r"^## (\d+\.\d+) ", path.read_text("utf-8"), re.MULTILINE))


@pytest.mark.parametrize("key", ["clinical-notes", "radiology-reports", "imaging-metadata"])
def test_a_schema_is_well_formed_and_cites_sections_that_exist(key: str) -> None:
    schema = SCHEMAS[key]
    sections = _sections(ROOT / schema["source"])
    assert schema_problems(schema, own_label_problems) == []
    assert (schema["key"], schema["version"]) == (key, "1.0")
    keys = [label["key"] for label in schema["labels"]]
    assert len(keys) == len(set(keys))
    cited = [*schema["labels"], *schema.get("relations", ()), *schema.get("assertion", ())]
    for entry in cited:
        assert entry["section"] in sections, entry["key"]
        assert entry.get("class", "routine") in {"routine", "significant", "critical"}
    assert {reason["key"] for reason in schema["reasons"]} == {
        "guideline_section",
        "slip",
        "text_ambiguous",
        "guideline_silent",
        "terminology_gap",
    }


@pytest.mark.parametrize("key", ["clinical-notes", "radiology-reports"])
def test_labels_have_distinct_short_tags_and_a_colour(key: str) -> None:
    labels = SCHEMAS[key]["labels"]
    assert len({label["tag"] for label in labels}) == len(labels)
    assert all(len(label["tag"]) == 2 and label["color"] in range(8) for label in labels)


def test_relations_join_labels_that_exist_and_adverse_events_are_critical() -> None:
    schema = SCHEMAS["clinical-notes"]
    labels = {label["key"]: label for label in schema["labels"]}
    assert labels["ADVERSE_EVENT"]["class"] == "critical"
    for relation in schema["relations"]:
        assert {*relation["head"], *relation["tail"]} <= set(labels)
    assert next(r for r in schema["relations"] if r["key"] == "causes")["class"] == "significant"


def test_the_fourteen_observations_stand_in_their_published_order() -> None:
    labels = SCHEMAS["radiology-reports"]["labels"]
    assert [label["key"] for label in labels if label["group"] == "observation"] == [
        "No Finding",
        "Enlarged Cardiomediastinum",
        "Cardiomegaly",
        "Lung Lesion",
        "Lung Opacity",
        "Edema",
        "Consolidation",
        "Pneumonia",
        "Atelectasis",
        "Pneumothorax",
        "Pleural Effusion",
        "Pleural Other",
        "Fracture",
        "Support Devices",
    ]


def test_tags_of_the_metadata_schema_agree_with_the_dicom_dictionary() -> None:
    dictionary = pytest.importorskip("pydicom.datadict")
    for label in SCHEMAS["imaging-metadata"]["labels"]:
        group, element = label["tag"].strip("()").split(",")
        tag = dictionary.tag_for_keyword(label["key"])
        assert tag == int(group + element, 16), label["key"]
        assert dictionary.dictionary_VR(tag) == label["VR"], label["key"]


@pytest.mark.parametrize("path", sorted(GUIDELINES.glob("*-1.0.md")), ids=lambda path: path.stem)
def test_a_guideline_holds_no_identifier_of_the_demo_and_nothing_shaped_like_one(path: Path) -> None:
    text = path.read_text("utf-8")
    for row in NOTES + REPORTS:
        for value in itertools.chain(*row["known"].values()):
            assert value not in text
    assert not re.search(r"\d{5,}|\d{1,2}/\d{1,2}/\d{2,4}|@|\b(?:Dr|Mr|Mrs|Ms)\.? [A-Z]", text)


# --- decisions -----------------------------------------------------------------------------------------


def test_there_are_decisions_for_enough_of_each_modality() -> None:
    assert len(DECISIONS["notes"]) >= 10
    assert len(DECISIONS["reports"]) >= 4
    assert len(DECISIONS["records"]) >= 3


@pytest.mark.parametrize(("key", "reading"), NOTE_READINGS, ids=_name)
def test_every_entity_of_a_reading_quotes_the_note_without_an_identifier(key: str, reading: dict) -> None:
    row = next(row for row in NOTES if row["id"] == key)
    labels = {label["key"] for label in SCHEMAS["clinical-notes"]["labels"]}
    axes = {axis["key"]: axis["values"] for axis in SCHEMAS["clinical-notes"]["assertion"]}
    for entity in reading["entities"]:
        assert _nth(row["text"], entity["quote"], entity["occurrence"]) >= 0, entity
        assert "\n" not in entity["quote"]
        assert entity["label"] in labels
        assert all(value in axes[axis] for axis, value in entity["assertion"].items())
        for value in itertools.chain(*row["known"].values()):
            assert value not in entity["quote"]
    keys = [entity["key"] for entity in reading["entities"]]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(("key", "reading"), NOTE_READINGS, ids=_name)
def test_relations_and_evidence_of_a_reading_point_at_its_own_entities(key: str, reading: dict) -> None:
    labels = {entity["key"]: entity["label"] for entity in reading["entities"]}
    types = {relation["key"]: relation for relation in SCHEMAS["clinical-notes"]["relations"]}
    for relation in reading["relations"]:
        kind = types[relation["type"]]
        assert labels[relation["head"]] in kind["head"], relation
        assert labels[relation["tail"]] in kind["tail"], relation
    assigned = reading["code_assignments"]
    assert [code["sequence"] for code in assigned] == list(range(1, len(assigned) + 1))
    assert not any(code["principal"] for code in assigned[1:])
    for code in assigned:
        assert code["evidence"]
        assert set(code["evidence"]) <= set(labels)
        assert code["poa"] in {"Y", "N", "U", "W", "exempt", None}


def test_present_on_admission_is_answered_for_inpatients_only() -> None:
    setting = {row["id"]: row["setting"] for row in NOTES}
    for key, reading in NOTE_READINGS:
        for code in reading["code_assignments"]:
            assert (code["poa"] is not None) == (setting[key] == "inpatient"), (key, code)


def test_every_code_is_valid_and_billable_in_the_bundled_release() -> None:
    icd = pytest.importorskip("simple_icd_10_cm")
    codes = {code["code"] for _, reading in NOTE_READINGS for code in reading["code_assignments"]}
    codes |= {
        code["code"] for _, reading in NOTE_READINGS for entity in reading["entities"] for code in entity["codes"]
    }
    assert len(codes) > 60
    assert [code for code in sorted(codes) if not (icd.is_valid_item(code) and icd.is_leaf(code))] == []


@pytest.mark.parametrize("key", sorted(DECISIONS["notes"]))
def test_the_two_readings_of_a_note_differ(key: str) -> None:
    case = DECISIONS["notes"][key]
    assert case["disagreements"]
    assert case["a"] != case["b"]


def test_the_differences_cover_every_kind_and_a_critical_label() -> None:
    kinds = set(itertools.chain(*(case["disagreements"] for case in DECISIONS["notes"].values())))
    assert {"boundary", "label", "missing", "assertion", "relation", "code", "label (critical)"} <= kinds
    case = DECISIONS["notes"]["demo-n25"]
    events = [
        {entity["key"] for entity in case[who]["entities"] if entity["label"] == "ADVERSE_EVENT"} for who in ("a", "b")
    ]
    assert events[0] - events[1]


@pytest.mark.parametrize(("key", "reading"), REPORT_READINGS, ids=_name)
def test_a_reading_of_a_report_answers_all_fourteen_and_shows_its_evidence(key: str, reading: dict) -> None:
    schema = SCHEMAS["radiology-reports"]
    known = {label["key"]: label for label in schema["labels"]}
    assert list(reading["observations"]) == [key for key in known if known[key]["group"] == "observation"]
    for title, value in reading["observations"].items():
        assert value in {"positive", "negative", "uncertain", "not_mentioned"}
        needs = value != "not_mentioned" and title != "No Finding"
        assert (title in reading["evidence"]) == needs, title
    body = next(row["body_part"] for row in REPORTS if row["id"] == key)
    for finding in reading["critical"]:
        assert body in known[finding["label"]]["body_parts"]
        assert known[finding["label"]]["class"] == "critical"
        assert finding["evidence"]
    quotes = itertools.chain(*reading["evidence"].values(), *(f["evidence"] for f in reading["critical"]))
    assert all(_nth(TEXTS[key], quote["quote"], quote["occurrence"]) >= 0 for quote in quotes)


@pytest.mark.parametrize("key", sorted(DECISIONS["records"]))
def test_a_reading_of_a_record_gives_a_legal_verdict_for_every_reviewed_field(key: str) -> None:
    labels = {label["key"]: label for label in SCHEMAS["imaging-metadata"]["labels"]}
    case = DECISIONS["records"][key]
    assert case["a"]["fields"] != case["b"]["fields"]
    for who in ("a", "b"):
        fields = case[who]["fields"]
        assert set(fields) >= set(labels) & set(_fields(key))
        for name, answer in fields.items():
            assert ("value" in answer) == (answer["verdict"] == "corrected")
            allowed = labels[name]["allowed"]
            if "value" in answer and allowed:
                assert answer["value"] in allowed


# --- invented, not borrowed ----------------------------------------------------------------------------


def _shingles(text: str, size: int = 60) -> Iterator[str]:
    plain = re.sub(r"\s+", " ", re.sub(r"[=*_.-]{4,}", " ", text)).casefold()  # ruled lines are nobody's
    return (plain[at : at + size] for at in range(len(plain) - size + 1))


def test_no_text_of_the_demo_shares_sixty_characters_with_the_public_data() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"public data not at {SHARED.name}: ../shared/data")
    own = [*TEXTS.values(), *(path.read_text("utf-8") for path in GUIDELINES.glob("*.md"))]
    ours = set(itertools.chain.from_iterable(map(_shingles, own)))
    prose = {".txt", ".csv", ".tsv", ".jsonl", ".json", ".xml", ".conll", ".md"}
    files = [path for path in SHARED.rglob("*") if path.suffix in prose and path.stat().st_size < 3_000_000]
    assert files
    borrowed = {part for path in files for part in _shingles(path.read_text("utf-8", errors="ignore")) if part in ours}
    assert sorted(borrowed) == []
