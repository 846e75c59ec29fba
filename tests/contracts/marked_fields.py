"""One valid body for every kind, and for every field two or more values that a format must tell apart.

Read from the shapes: a field that is new there is tried here without a word, and a new form of value
fails until somebody says what one looks like.
"""

from dataclasses import dataclass
from itertools import count

from app.annotation import shapes
from app.annotation.shapes import Many, OneOf, Record
from app.modalities import imaging, reports

TEXT = "rash 😀 amoxicillin, then fever after naproxen 250 mg; hives \x85 again. Ulcer, old."
_NUMBER = count(1)


@dataclass(frozen=True)
class Case:
    """A field of a kind, as the loss report names it, and what may stand in it."""

    modality: str
    kind: str
    field: str
    values: tuple

    def __str__(self):
        return f"{self.modality}-{self.kind}-{self.field}"


def mark():
    """A word that stands nowhere else."""
    return f"mark{next(_NUMBER):05d}q"


def span(words):
    start = TEXT.index(words)
    return [[start, start + len(words)]]


# Fields that hold ids of other elements, with values that must be told apart.
REFERENCES = {
    ("relation", "head"): ("rx", "rx2"),
    ("relation", "tail"): ("ae", "ae2"),
    ("event", "mentions"): (["ae"], ["rx2"], ["ae", "rx2"]),
    ("exposure", "mentions"): (["rx"], ["rx", "rx2"]),
    ("chain", "mentions"): (["ae", "ae2"], ["ae", "rx"]),
    ("assessment", "event"): ("event", "event2"),
    ("assessment", "exposure"): ("exposure", "exposure2"),
    ("code_assignment", "evidence"): (["ae"], ["ae", "rx"]),
}
# Two or more values of each form, none saying nothing.
SAMPLES = {
    shapes.word: lambda: (mark(), mark()),
    shapes.token: lambda: (mark(), mark()),
    shapes.optional_token: lambda: (mark(), mark()),
    shapes.remark: lambda: (f'{mark()} said, "so"\nand = 😀', mark()),
    shapes.flag: lambda: (True, False),
    shapes.positive: lambda: (70017, 70018),
    shapes.iso_time: lambda: ("2031-07-19", "P77D"),
    shapes.spans: lambda: (span("rash 😀"), span("rash"), span("rash") + span("fever")),
    shapes.optional_spans: lambda: (span("fever"), span("rash") + span("fever")),
    shapes.because: lambda: ([{"rule": mark()}], [{"rule": mark()}, {"at": [5, 7]}]),
    shapes.naranjo: lambda: (
        *(["unknown"] * n + [said] + ["unknown"] * (9 - n) for n in range(10) for said in ("yes", "no")),
        ["unknown"] * 10,
    ),
    imaging._value: lambda: (mark(), [mark(), mark()], 70019),
    imaging._reason: lambda: (mark(), mark()),
}


def samples(test):
    if isinstance(test, OneOf):
        return tuple(value for value in test.allowed if value is not None)
    if isinstance(test, Many) and isinstance(test.test, OneOf):
        return tuple([value] for value in test.test.allowed)
    return SAMPLES[test]()


def cases(modality):
    """Every field of every kind of a modality; records field by field."""
    for kind in modality.kinds:
        for name, test in shapes.fields_of_kind(kind, modality.kinds).items():
            inner = test.test if isinstance(test, Many) else test
            if inner is shapes.element_id:
                yield Case(modality.key, kind, name, REFERENCES[kind, name])
            elif isinstance(inner, Record):
                for field, one in inner.fields.items():
                    values = suggested(modality.key, kind) if one is shapes.a_record else samples(one)
                    yield Case(modality.key, kind, f"{name}.{field}", values)
            else:
                yield Case(modality.key, kind, name, samples(test))


def _entity(words, label="ADVERSE_EVENT"):
    return {"kind": "entity", "fragments": span(words), "label": label}


# An answer in which every kind stands where a format would look for it.
NOTE = {
    "ae": _entity("rash"),
    "ae2": _entity("hives"),
    "rx": _entity("amoxicillin", "MEDICATION"),
    "rx2": _entity("naproxen", "MEDICATION"),
    "relation": {"kind": "relation", "type": "causes", "head": "rx", "tail": "ae"},
    "event": {"kind": "event", "mentions": ["ae"], "subtype": "drug_reaction"},
    "event2": {"kind": "event", "mentions": ["ae2"], "subtype": "device"},
    "exposure": {"kind": "exposure", "mentions": ["rx"]},
    "exposure2": {"kind": "exposure", "mentions": ["rx2"]},
    "assessment": {"kind": "assessment", "event": "event", "exposure": "exposure"},
    "chain": {"kind": "chain", "mentions": ["ae", "ae2"]},
    "code_assignment": {
        "kind": "code_assignment",
        "system": "ICD-10-CM",
        "release": "2026",
        "code": "L27.0",
        "sequence": 1,
        "principal": True,
    },
    "comment": {"kind": "comment", "text": "as it stands"},
}
REPORT = {
    "observation": {"kind": "observation", "label": "Edema", "value": "positive"},
    "critical": {"kind": "critical", "label": "Pneumothorax", "category": 1},
    "rest": {"kind": "rest", "value": reports.NOT_MENTIONED},
}
RECORD = {
    "field": {"kind": "field", "keyword": "KVP", "verdict": "corrected", "value": "120"},
    "rest": {"kind": "rest", "value": imaging.NOT_PRESENT},
}
ELEMENTS = {"notes": NOTE, "reports": REPORT, "imaging": RECORD}
AT = {"entity": "ae"}  # else an element is named like its kind


def suggested(modality, kind):
    """Two bodies of the kind that a model may have proposed."""
    body = ELEMENTS[modality][AT.get(kind, kind)]
    return tuple(body | {"because": [{"rule": mark()}]} for _ in range(2))


def elements_with(case, value):
    """The answer of the case's modality with the value in the field."""
    elements = dict(ELEMENTS[case.modality])
    key = AT.get(case.kind, case.kind)
    outer, _, inner = case.field.partition(".")
    held = {inner: value} if inner else value
    if outer == "codes":
        held = [{"system": "MedDRA", "release": "29.0", "code": "10037844"} | held]
    if outer == "origin":
        held = {"by": "model"} | held
    elements[key] = elements[key] | {outer: held}
    return elements


# What is known of an item; `new` is what nobody has told a format of.
FACTS = {
    "id": "D-77",
    "meta": {
        name: f"meta {name}"
        for name in (
            "patient",
            "encounter",
            "sex",
            "age_band",
            "note_type",
            "language",
            "setting",
            "code_release",
            "deidentification",
            "new",
        )
    },
    "provenance": {
        name: f"provenance {name}"
        for name in (
            "submission_sha256",
            "guideline",
            "guideline_sha256",
            "schema",
            "qualification",
            "signatures",
            "new",
        )
    },
}
