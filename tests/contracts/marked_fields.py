"""One valid body for every kind, and for every field two or more values that a format must tell apart.

Read from the models of the kinds: a field that is new there is tried here without a word, and a new mark
fails until somebody says what one looks like.
"""

from dataclasses import dataclass
from itertools import count

from app.annotation.bodies import fields_of, kind_of
from app.annotation.fields import (
    AnotherBody,
    Code,
    Date,
    Free,
    FreeRecords,
    Number,
    Offsets,
    OneOf,
    SchemaKey,
    YesNo,
)
from app.modalities.imaging.kinds import DicomValue

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


# Two or more values of each mark, none saying nothing.
SAMPLES = {
    SchemaKey: lambda: (mark(), mark()),
    Code: lambda: (mark(), mark()),
    Free: lambda: (f'{mark()} said, "so"\nand = 😀', mark()),
    YesNo: lambda: (True, False),
    Number: lambda: (70017, 70018),
    Date: lambda: ("2031-07-19", "P77D"),
    Offsets: lambda: (span("rash 😀"), span("rash"), span("rash") + span("fever")),
    FreeRecords: lambda: ([{"rule": mark()}], [{"rule": mark()}, {"at": [5, 7]}]),
    DicomValue: lambda: (mark(), [mark(), mark()], 70019),
}


def samples(modality, kind, shape):
    """Values of a field that must be told apart."""
    if shape.reference:
        return referring(modality, shape)
    if isinstance(shape.mark, OneOf):
        return closed(shape)
    return SAMPLES[type(shape.mark)]()


def closed(shape):
    said = [value for value in shape.mark.allowed if value is not None]
    if shape.many is None:
        return tuple(said)
    if shape.many.distinct:
        return tuple([value] for value in said)
    rest, length = said[-1], shape.many.least
    odd = [[rest] * n + [value] + [rest] * (length - 1 - n) for n in range(length) for value in said[:-1]]
    return (*odd, [rest] * length)


def referring(modality, shape):
    """Ids of elements of the kind it refers to: each alone, or so many as a list of them needs."""
    there = [key for key, body in ELEMENTS[modality.key].items() if body["kind"] == shape.reference.to]
    if shape.many is None:
        return tuple(there[:2]) if shape.name != "head" else tuple(there[2:4])
    least = max(1, shape.many.least)
    return (there[:least], there[1 : 1 + least], there[: least + 1])


def cases(modality):
    """Every field of every kind of a modality; records field by field."""
    for model in modality.kinds:
        kind = kind_of(model)
        for name, shape in fields_of(model).items():
            if shape.part is None:
                yield Case(modality.key, kind, name, samples(modality, kind, shape))
                continue
            for field, inner in fields_of(shape.part).items():
                if isinstance(inner.mark, AnotherBody):
                    values = tuple(
                        {**plain(modality, kind), "status": status} for status in ("confirmed", "rejected")
                    )
                else:
                    values = samples(modality, kind, inner)
                yield Case(modality.key, kind, f"{name}.{field}", values)


def plain(modality, kind):
    """The kind's body as it stands in the modality's answer."""
    return next(body for body in ELEMENTS[modality.key].values() if body["kind"] == kind)


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
    "rest": {"kind": "rest", "value": "not_mentioned"},
}
RECORD = {
    "field": {"kind": "field", "keyword": "KVP", "verdict": "corrected", "value": "120"},
    "rest": {"kind": "rest", "value": "not_present"},
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
