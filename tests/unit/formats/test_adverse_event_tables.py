"""Adverse-event tables: what counts, what does not and why, what was entered, and numbers that add up."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.annotation.vocabulary import AXES, SERIOUSNESS
from app.formats.model import ExchangeDocument
from app.formats.safety import AdverseEventsFormat
from app.formats.safety.columns import SafetyColumns
from app.release.vocabulary import vocabulary
from tests.exports import exported

COLUMNS = SafetyColumns(vocabulary()).tables

META = {"patient": "S-1", "encounter": "E-1", "note_type": "discharge"}
PROVENANCE = {"guideline": "1.0", "submission_sha256": "0" * 64}
TEXT = "rash on Monday. No rash on Tuesday, the rash after amoxicillin 500 mg came again; fever."
PLACES = {
    "rash1": "rash on M",
    "rash2": "rash on T",
    "rash3": "rash after",
    "fever": "fever",
    "rx": "amox",
    "dose": "500",
}
LENGTHS = {"rx": 11, "dose": 6, "fever": 5}


def entity(name, label="ADVERSE_EVENT", **more):
    start = TEXT.index(PLACES[name])
    return {"kind": "entity", "fragments": [[start, start + LENGTHS.get(name, 4)]], "label": label, **more}


RX = entity("rx", "MEDICATION")


def relation(head, tail, kind="causes", **more):
    return {"kind": "relation", "type": kind, "head": head, "tail": tail, **more}


def in_cell(cell):
    """The list a cell holds; an empty one is an empty cell."""
    return json.loads(cell or "[]")


class Tables:
    """The files of answers, as a reader gets them."""

    def __init__(self, *answers):
        documents = [
            ExchangeDocument(f"D-{n}", TEXT, elements, "notes", META | {"patient": f"S-{n}"}, PROVENANCE)
            for n, elements in enumerate(answers, start=1)
        ]
        self.files, self.losses = exported(AdverseEventsFormat(), documents)
        self.counts = json.loads(self.files["counts.json"])

    def rows(self, name):
        return list(csv.DictReader(io.StringIO(self.files[f"{name}.csv"])))

    def one(self, name):
        (row,) = self.rows(name)
        return row


# The golden sentences of pharmacovigilance: what a mention says, and what becomes of the event.
GOLDEN = [
    ("rash, likely due to amoxicillin", {}, "included"),
    ("dyspnoea on exertion", {"conditional": True}, "included"),
    ("fetal bradycardia under labetalol", {"experiencer": "fetus"}, "included"),
    ("chronic cough from lisinopril", {"course": "chronic"}, "included"),
    ("allergy: amoxicillin (rash)", {"temporality": "past"}, "past_reaction"),
    ("rash is possible", {"certainty": "possible"}, "uncertain"),
    ("perhaps a rash years ago", {"certainty": "possible", "temporality": "past"}, "uncertain"),
    ("if rash develops stop amoxicillin", {"hypothetical": True}, "hypothetical"),
    ("neutropenia expected next week", {"temporality": "future"}, "future"),
    ("no rash after amoxicillin", {"polarity": "negated"}, "negated"),
    ("mother had a rash from amoxicillin", {"experiencer": "mother"}, "not_the_patient"),
    ("no family history of rash", {"experiencer": "family", "polarity": "negated"}, "not_the_patient"),
]


@pytest.mark.parametrize(("sentence", "assertion", "verdict"), GOLDEN, ids=[g[0] for g in GOLDEN])
def test_what_becomes_of_an_event(sentence, assertion, verdict):
    tables = Tables({"ae": entity("rash1", assertion=assertion), "rx": RX, "r": relation("rx", "ae")})
    if verdict in ("included", "past_reaction"):
        assert tables.one("events")["class"] == tables.one("assessments")["event_class"] == verdict
        assert tables.rows("excluded") == tables.rows("excluded_pairs") == []
    else:
        assert tables.one("excluded")["reason"] == tables.one("excluded_pairs")["reason"] == verdict
        assert tables.rows("events") == tables.rows("assessments") == []


MENTIONS = {
    "first": entity("rash1", assertion={"polarity": "negated"}, codes=[{"system": "M", "release": "1", "code": "10"}]),
    "second": entity("rash2", assertion={"certainty": "possible"}),
    "third": entity("rash3", codes=[{"system": "M", "release": "1", "code": "30"}]),
}


class TestTheRowAndItsVerdict:
    def grouped(self, *mentions):
        event = {"kind": "event", "mentions": list(mentions), "subtype": "drug_reaction"}
        return Tables({key: MENTIONS[key] for key in mentions} | {"e": event})

    def test_come_from_the_same_mention(self):
        row = self.grouped("first", "second", "third").one("events")
        assert (row["class"], row["mention"], row["polarity"], row["certainty"]) == (
            "included", "third", "affirmed", "certain",
        )  # fmt: skip
        assert row["start"] == str(TEXT.index("rash after"))
        assert json.loads(row["codes"]) == ["M|1|30"]
        assert json.loads(row["other_codes"]) == ["M|1|10"]

    def test_come_from_the_same_mention_where_the_event_is_excluded(self):
        row = self.grouped("first", "second").one("excluded")
        assert (row["reason"], row["mention"], row["polarity"], row["certainty"]) == (
            "uncertain", "second", "affirmed", "possible",
        )  # fmt: skip

    def test_agree_with_the_verdicts_own_rule_for_each_mention(self):
        rows = {row["mention"]: row for row in self.grouped("first", "second", "third").rows("mentions")}
        assert [rows[m]["polarity"] for m in ("first", "second", "third")] == ["negated", "affirmed", "affirmed"]
        assert [rows[m]["decides"] for m in ("first", "second", "third")] == ["false", "false", "true"]

    def test_an_event_without_any_mention_left_is_listed_as_such(self):
        row = Tables({"e": {"kind": "event", "mentions": ["gone"], "subtype": "device"}}).one("excluded")
        assert (row["reason"], row["event"], row["term"], row["subtype"]) == ("no_mention", "e", "", "device")


ANSWERS = ["unknown", "yes", "yes", "unknown", "no", "unknown", "unknown", "unknown", "unknown", "yes"]


ELEMENTS = {
    "ae": entity("rash1", origin={"by": "model", "pipeline": "rules", "action": "edited"}, status="confirmed"),
    "rx": RX,
    "dose": entity("dose", "DOSE"),
    "event": {
        "kind": "event", "mentions": ["ae"], "subtype": "drug_reaction", "severity": 3, "outcome": "recovering",
        "seriousness": ["hospitalisation", "disabling"], "onset": "2031-02", "origin": {"by": "human"},
    },
    "exposure": {
        "kind": "exposure", "mentions": ["rx"], "role": "suspect", "action_taken": "withdrawn",
        "situation": "overdose",
    },
    "assessment": {
        "kind": "assessment", "event": "event", "exposure": "exposure", "certainty": "probable",
        "method": "naranjo",
        "result": "probable", "answers": ANSWERS, "dechallenge": "positive", "rechallenge": "not_done",
        "expectedness": "unexpected",
    },
    "link": relation("rx", "ae", certainty="possible"),
    "has": relation("rx", "dose", "has_dose"),
}  # fmt: skip


class TestWhatWasEntered:
    def test_of_an_event_is_in_its_row(self):
        row = Tables(ELEMENTS).one("events")
        entered = {"subtype": "drug_reaction", "severity": "3", "outcome": "recovering", "onset": "2031-02"}
        assert row.items() >= (entered | {"grouped": "true", "origin_by": "human"}).items()
        assert {c: row[f"serious_{c}"] for c in SERIOUSNESS} == {
            c: "true" if c in ("hospitalisation", "disabling") else "" for c in SERIOUSNESS
        }

    def test_of_an_exposure_is_in_its_row(self):
        row = Tables(ELEMENTS).one("exposures")
        entered = {"role": "suspect", "action_taken": "withdrawn", "situation": "overdose", "term": "amoxicillin"}
        assert row.items() >= entered.items()

    def test_of_an_assessment_is_in_its_row_with_the_certainty_of_the_relation_beside_it(self):
        row = Tables(ELEMENTS).one("assessments")
        names = ("certainty", "method", "result", "dechallenge", "rechallenge", "expectedness")
        assert {name: row[name] for name in names} == {name: ELEMENTS["assessment"][name] for name in names}
        assert [row[f"naranjo_{number}"] for number in range(1, 11)] == ANSWERS
        assert (row["naranjo_score"], row["naranjo_answered"], row["naranjo_category"]) == ("6", "4", "probable")
        assert (row["source"], row["relations"], row["relation_certainties"]) == (
            "assessed",
            '["link"]',
            '["possible"]',
        )

    def test_where_a_mention_came_from_stands_with_the_mention(self):
        row = next(r for r in Tables(ELEMENTS).rows("mentions") if r["mention"] == "ae")
        assert (row["origin_by"], row["origin_pipeline"], row["origin_action"], row["status"]) == (
            "model", "rules", "edited", "confirmed",
        )  # fmt: skip

    def test_the_dose_of_the_drug_is_there_as_what_a_relation_links(self):
        tables = Tables(ELEMENTS)
        assert [(r["type"], r["head_term"], r["tail_term"]) for r in tables.rows("relations")] == [
            ("has_dose", "amoxicillin", "500 mg"), ("causes", "amoxicillin", "rash"),
        ]  # fmt: skip
        assert [(r["mention"], r["label"]) for r in tables.rows("mentions") if r["of"] == "linked"] == [
            ("dose", "DOSE")
        ]

    def test_only_the_note_itself_is_lost(self):
        assert {(row["kind"], row["field"]) for row in Tables(ELEMENTS).losses} == {("item", "text")}

    def test_two_assessments_of_a_pair_are_two_rows_of_one_pair_that_no_relation_doubles(self):
        second = ELEMENTS["assessment"] | {"method": "who-umc", "result": "certain"}
        del second["answers"]
        rows = Tables(ELEMENTS | {"again": second}).rows("assessments")
        assert [(row["assessment"], row["method"], row["naranjo_score"]) for row in rows] == [
            ("again", "who-umc", ""), ("assessment", "naranjo", "6"),
        ]  # fmt: skip

    def test_a_relation_speaks_for_the_assessed_pair_and_makes_no_others_of_groups_that_share_its_ends(self):
        doubled = {
            "event2": {"kind": "event", "mentions": ["ae"], "subtype": "drug_reaction"},
            "exposure2": {"kind": "exposure", "mentions": ["rx"]},
        }
        tables = Tables(ELEMENTS | doubled)
        assert [(row["event"], row["exposure"], row["source"]) for row in tables.rows("assessments")] == [
            ("event", "exposure", "assessed")
        ]
        assert (tables.counts["mentions_all"], tables.counts["mentions_distinct"]) == (2, 1)


class TestWhatIsAnEvent:
    def test_a_symptom_that_something_is_said_to_cause_is_one(self):
        tables = Tables({"s": entity("fever", "SYMPTOM"), "rx": RX, "r": relation("rx", "s", certainty="probable")})
        assert (tables.one("events")["label"], tables.one("events")["grouped"]) == ("SYMPTOM", "false")
        assert (
            tables.one("assessments").items() >= {"source": "linked", "certainty": "probable", "exposure": "rx"}.items()
        )

    @pytest.mark.parametrize("label", ["ADVERSE_EVENT", "ADE", "Adverse_reaction", "Adverse drug event", "ADR"])
    def test_what_a_schema_calls_an_adverse_event_is_one(self, label):
        assert Tables({"ae": entity("rash1", label)}).one("events")["label"] == label

    def test_what_nobody_connects_with_one_is_in_the_loss_report(self):
        tables = Tables({"s": entity("fever", "SYMPTOM"), "rx": RX})
        assert (tables.rows("events"), tables.rows("exposures")) == ([], [])
        assert ("entity", "*", 2) in {(row["kind"], row["field"], row["count"]) for row in tables.losses}

    def test_a_drug_grouped_as_an_exposure_needs_no_event_and_an_event_no_drug(self):
        tables = Tables({"rx": RX, "x": {"kind": "exposure", "mentions": ["rx"], "situation": "lack_of_effect"}})
        assert tables.one("exposures")["situation"] == "lack_of_effect"
        assert Tables({"ae": entity("rash1")}).counts["events_included"] == 1

    def test_a_rejected_suggestion_counts_nowhere_but_in_the_loss_report(self):
        tables = Tables(
            {"ae": entity("rash1", status="rejected"), "rx": RX, "r": relation("rx", "ae", status="rejected")}
        )
        assert not any(tables.counts[name] for name in tables.counts if name != "items")
        assert {row["kind"] for row in tables.losses if row["why"].startswith("a suggestion")} == {"entity", "relation"}

    def test_a_linked_pair_has_the_certainty_of_the_relation_at_the_mention_that_decides(self):
        elements = {
            "a": entity("rash1", assertion={"polarity": "negated"}), "b": entity("rash3"), "rx": RX,
            "e": {"kind": "event", "mentions": ["a", "b"], "subtype": "drug_reaction"},
            "r1": relation("rx", "a", certainty="unlikely"), "r2": relation("rx", "b", certainty="probable"),
        }  # fmt: skip
        row = Tables(elements).one("assessments")
        assert (row["certainty"], row["relation_certainties"]) == ("probable", '["unlikely","probable"]')


def test_every_table_is_there_with_its_columns_when_there_is_nothing_to_list():
    tables = Tables()
    for name, columns in COLUMNS.items():
        assert next(csv.reader(io.StringIO(tables.files[f"{name}.csv"]))) == columns
        assert len(set(columns)) == len(columns)
    assert tables.losses == []
    assert not any(tables.counts.values())


def test_it_says_that_it_is_no_safety_report_and_names_every_table():
    readme = Tables().files["README.txt"]
    assert "not a safety report" in readme.splitlines()[0]
    assert all(f"\n{name} " in readme for name in COLUMNS)


def _assertions():
    return st.fixed_dictionaries({}, optional={axis: st.sampled_from(values) for axis, values in AXES.items()})


@st.composite
def answers(draw):
    """Notes with up to six mentions, in groups or not, linked and assessed at random."""
    mentions = [f"m{n}" for n in range(draw(st.integers(0, 6)))]
    labels = st.sampled_from(["ADVERSE_EVENT", "SYMPTOM", "MEDICATION"])
    elements = {
        key: entity(
            "rash1",
            draw(labels),
            assertion=draw(_assertions()),
            status=draw(st.sampled_from(["confirmed", "rejected"])),
        )
        for key in mentions
    }
    some = st.lists(st.sampled_from(mentions), min_size=1, unique=True) if mentions else st.nothing()
    if mentions:
        for n in range(draw(st.integers(0, 3))):
            elements[f"e{n}"] = {"kind": "event", "mentions": draw(some), "subtype": "drug_reaction"}
            elements[f"x{n}"] = {"kind": "exposure", "mentions": draw(some)}
            elements[f"r{n}"] = relation(draw(st.sampled_from(mentions)), draw(st.sampled_from(mentions)))
            if draw(st.booleans()):
                elements[f"a{n}"] = {"kind": "assessment", "event": f"e{n}", "exposure": f"x{draw(st.integers(0, n))}"}
    return elements


@given(st.lists(answers(), max_size=3))
def test_the_numbers_add_up(notes):
    tables = Tables(*notes)
    rows = {name: tables.rows(name) for name in COLUMNS}
    counts, summary = tables.counts, {row["class"]: row for row in rows["summary"]}
    live = [{k: b for k, b in note.items() if b.get("status") != "rejected"} for note in notes]

    assert counts["events_all"] == counts["events_included"] + counts["events_excluded"]
    assert (counts["events_included"], counts["events_excluded"]) == (len(rows["events"]), len(rows["excluded"]))
    assert counts["pairs_all"] == counts["pairs_included"] + counts["pairs_excluded"]
    assert (counts["pairs_included"], counts["pairs_excluded"]) == (
        len(rows["assessments"]),
        len(rows["excluded_pairs"]),
    )
    listed = [row for row in rows["mentions"] if row["of"] == "event"]
    assert counts["mentions_all"] == counts["mentions_included"] + counts["mentions_excluded"] == len(listed)
    for row in rows["events"] + rows["excluded"]:
        same = [m for m in listed if (m["item"], m["group"]) == (row["item"], row["event"])]
        assert int(row["mention_count"]) == len(same) == len(in_cell(row["mentions"]))
        assert [m["mention"] for m in same if m["decides"] == "true"] == [row["mention"]] * bool(same)
    for column, number in (("events", "events_all"), ("mentions", "mentions_all"), ("pairs", "pairs_all")):
        parts = [int(row[column]) for name, row in summary.items() if name != "all"]
        assert sum(parts) == int(summary["all"][column]) == counts[number]
    rows_of = {
        "events_included": "events", "events_excluded": "excluded", "exposures": "exposures",
        "pairs_included": "assessments", "pairs_excluded": "excluded_pairs",
    }  # fmt: skip
    for column, name in rows_of.items():
        assert sum(int(row[column]) for row in rows["items"]) == len(rows[name]) == counts[column]
    # Against the answers themselves: nothing anybody called an event, or its cause, or assessed, is missing.
    for number, note in enumerate(live, start=1):
        there = {row["event"] for row in rows["events"] + rows["excluded"] if row["item"] == f"D-{number}"}
        assert {k for k, b in note.items() if b["kind"] == "event"} <= there
        mentioned = {row["mention"] for row in listed if row["item"] == f"D-{number}"}
        assert {k for k, b in note.items() if b.get("label") == "ADVERSE_EVENT"} <= mentioned
        assessed = {
            row["assessment"]
            for name in ("assessments", "excluded_pairs")
            for row in rows[name]
            if row["item"] == f"D-{number}"
        }
        assert {k for k, b in note.items() if b["kind"] == "assessment"} <= assessed
        linked = {key for row in rows["assessments"] + rows["excluded_pairs"] for key in in_cell(row["relations"])}
        causes = {k for k, b in note.items() if b["kind"] == "relation" and {b["head"], b["tail"]} <= note.keys()}
        assert causes <= linked
