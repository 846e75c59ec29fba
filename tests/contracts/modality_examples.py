"""For each modality: what a payload is about, a few answers that may be submitted, and a suggestion."""

from dataclasses import dataclass, field

from app.core.digest import canonical_json
from app.review.modality import Context

SECRET = "Zyxwvut"  # stands in every text; must never come out of describe


@dataclass
class Example:
    context: Context
    payloads: list
    suggestions: list = field(default_factory=list)


def _entity(start, end, label, **more):
    return {"kind": "entity", "fragments": [[start, end]], "label": label, "status": "confirmed", **more}


def _code(value, sequence, **more):
    return {
        "kind": "code_assignment",
        "system": "ICD-10-CM",
        "release": "2026",
        "code": value,
        "sequence": sequence,
        "principal": sequence == 1,
        **more,
    }


NOTES = Example(
    Context(
        {
            "id": "n",
            "text": f"{SECRET} developed a rash after amoxicillin; type 2 diabetes, CKD 3b.",
            "meta": {},
        },
        {
            "key": "n",
            "title": "N",
            "modality": "notes",
            "version": "1",
            "labels": [{"key": "ADE", "class": "critical"}, {"key": "DRUG"}, {"key": "PROBLEM"}],
            "relations": [{"key": "causes", "head": ["DRUG"], "tail": ["ADE"]}],
        },
        lambda system, release, code: {"code": code, "billable": True, "active": True},
    ),
    [
        {
            "elements": {
                "e1": _entity(20, 24, "ADE"),
                "e2": _entity(31, 42, "DRUG"),
                "r1": {
                    "kind": "relation",
                    "type": "causes",
                    "head": "e2",
                    "tail": "e1",
                    "certainty": "probable",
                },
                "v1": {"kind": "event", "mentions": ["e1"], "subtype": "drug_reaction", "seriousness": []},
                "x1": {"kind": "exposure", "mentions": ["e2"], "role": "suspect"},
                "a1": {"kind": "assessment", "event": "v1", "exposure": "x1", "certainty": "probable"},
                "c1": _code("E11.9", 1),
                "c2": _code("N18.32", 2),
                "note": {"kind": "comment", "text": f"{SECRET} again"},
            }
        },
        {
            "elements": {
                "e1": _entity(18, 24, "ADE"),
                "e2": _entity(31, 42, "DRUG"),
                "e3": _entity(51, 59, "PROBLEM"),
                "r1": {"kind": "relation", "type": "causes", "head": "e2", "tail": "e1"},
                "c1": _code("E11.22", 1, evidence=["e3"]),
                "c2": _code("N18.32", 2),
            }
        },
        {
            "elements": {
                "a": _entity(20, 24, "PROBLEM", assertion={"polarity": "negated"}),
                "b": _entity(31, 42, "DRUG"),
                "z": {**_entity(0, 7, "PROBLEM"), "status": "rejected"},
            }
        },
    ],
    [
        {
            "pipeline": "rules",
            "version": "1",
            "digest": "0" * 64,
            "entities": [
                {
                    "start": 20,
                    "end": 24,
                    "fragments": [[20, 24]],
                    "label": "ADE",
                    "text": "rash",
                    "codes": [],
                    "assertion": {"polarity": "affirmed", "negated": False},
                    "because": [{"rule": "after", "text": SECRET}],
                },
                {
                    "start": 31,
                    "end": 42,
                    "label": "DRUG",
                    "text": "amoxicillin",
                    "codes": [
                        {
                            "system": "RXNORM",
                            "release": "2026",
                            "code": "723",
                            "term": "amoxicillin",
                            "score": 0.9,
                        }
                    ],
                },
            ],
            "relations": [{"type": "causes", "head": 1, "tail": 0}],
        }
    ],
)

_NOT_MENTIONED = {"kind": "rest", "value": "not_mentioned"}
_NOT_PRESENT = {"kind": "rest", "value": "not_present"}
_FINDINGS = ("No Finding", "Pneumothorax", "Pleural Effusion", "Support Devices")


def _seen(label, value, **more):
    return {"kind": "observation", "label": label, "value": value, **more}


REPORTS = Example(
    Context(
        {"id": "r", "text": f"{SECRET}: small effusion, no pneumothorax.", "meta": {}},
        {
            "key": "r",
            "title": "R",
            "modality": "reports",
            "version": "1",
            "labels": [
                {"key": key, "class": "critical" if key == "Pneumothorax" else "routine"} for key in _FINDINGS
            ],
        },
    ),
    [
        {"elements": {"o1": _seen("Pleural Effusion", "positive", evidence=[[9, 23]]), "rest": _NOT_MENTIONED}},
        {
            "elements": {
                "p": _seen("Pleural Effusion", "uncertain"),
                "q": _seen("Pneumothorax", "positive"),
                "c": {"kind": "critical", "label": "Pneumothorax", "category": 1},
                "n": _NOT_MENTIONED,
            }
        },
        {
            "elements": {
                "o1": _seen("No Finding", "positive"),
                "o2": _seen("Support Devices", "positive"),
                "o3": _seen("Pneumothorax", "negative"),
                "o4": _seen("Pleural Effusion", "not_mentioned"),
            }
        },
    ],
    [
        {
            "pipeline": "chexpert",
            "version": "1",
            "elements": [
                {"label": "Pleural Effusion", "value": "positive", "evidence": [[9, 23]], "text": SECRET}
            ],
        }
    ],
)


def _field(keyword, verdict="confirmed", **more):
    return {"kind": "field", "keyword": keyword, "verdict": verdict, **more}


IMAGING = Example(
    Context(
        {
            "id": "i",
            "meta": {},
            "text": canonical_json(
                {
                    "fields": {
                        "Modality": "MR",
                        "KVP": "120",
                        "BodyPartExamined": "KNEE",
                        "SeriesDescription": SECRET,
                    }
                }
            ),
        },
        {
            "key": "i",
            "title": "I",
            "modality": "imaging",
            "version": "1",
            "labels": [
                {"key": "Modality", "VR": "CS", "allowed": ["CT", "MR"]},
                {"key": "KVP", "VR": "DS"},
                {"key": "BodyPartExamined", "VR": "CS"},
                {"key": "Laterality", "VR": "CS", "allowed": ["L", "R"]},
            ],
        },
    ),
    [
        {
            "elements": {
                "1": _field("Modality"),
                "2": _field("KVP"),
                "3": _field("BodyPartExamined"),
                "rest": _NOT_PRESENT,
            }
        },
        {
            "elements": {
                "1": _field("Modality", "corrected", value="CT"),
                "2": _field("KVP"),
                "3": _field("BodyPartExamined"),
                "4": _field("Laterality", "corrected", value="L"),
            }
        },
        {
            "elements": {
                "a": _field("Modality"),
                "b": _field("KVP", "unusable", reason=f"{SECRET} fell over it"),
                "c": _field("BodyPartExamined"),
                "d": _field("Laterality"),
            }
        },
    ],
    [{"pipeline": "rules", "version": "1", "elements": [{"keyword": "KVP", "verdict": "unusable"}]}],
)

TOY = Example(
    Context({"id": "t", "text": f"{SECRET} coin", "meta": {}}, {"key": "t", "labels": []}),
    [
        {"elements": {"a": {"face": "heads"}, "b": {"face": "tails"}}},
        {"elements": {"a": {"face": "tails"}}},
        {"elements": {"b": {"face": "tails"}}},
    ],
    [{"faces": ["heads"]}],
)

EXAMPLES = {"notes": NOTES, "reports": REPORTS, "imaging": IMAGING, "toy": TOY}
