"""A small schema, a context, and a strategy for valid note payloads."""

from hypothesis import assume
from hypothesis import strategies as st

from app.review.modality import Context

SCHEMA = {
    "key": "toy-notes",
    "title": "Toy",
    "modality": "notes",
    "version": "1",
    "language": "en",
    "labels": [
        {"key": "PROBLEM", "title": "Problem", "class": "significant"},
        {"key": "DRUG", "title": "Drug", "class": "routine"},
        {"key": "ADE", "title": "Adverse event", "class": "critical"},
    ],
    "relations": [
        {"key": "causes", "head": ["DRUG"], "tail": ["ADE", "PROBLEM"], "class": "critical"},
        {"key": "near", "head": [], "tail": []},
    ],
    "assertion": [
        "polarity",
        "certainty",
        "temporality",
        "course",
        "hypothetical",
        "conditional",
        "experiencer",
    ],
    "reasons": [],
}
TEXT = "Rash after amoxicillin 😀; no fever. Warfarin held."
CODES = {
    ("ICD-10-CM", "2026", code): {"code": code, "billable": True, "active": True}
    for code in ("L27.0", "E11.9", "E11.22", "N18.32", "T36.0X5A")
}
CODES[("ICD-10-CM", "2026", "E11")] = {"code": "E11", "billable": False, "active": True}
CODES[("ICD-10-CM", "2026", "OLD")] = {"code": "OLD", "billable": True, "active": False}
CONTEXT = Context({"id": "d1", "text": TEXT, "meta": {}}, SCHEMA, lambda *triple: CODES.get(triple))


def entity(start, end, label="PROBLEM", **more):
    return {"kind": "entity", "fragments": [[start, end]], "label": label, "status": "confirmed", **more}


def relation(head, tail, type_="near", **more):
    return {"kind": "relation", "type": type_, "head": head, "tail": tail, **more}


def code(value, sequence=1, principal=False, **more):
    return {
        "kind": "code_assignment",
        "system": "ICD-10-CM",
        "release": "2026",
        "code": value,
        "sequence": sequence,
        "principal": principal,
        **more,
    }


def payload(**elements):
    return {"elements": elements}


@st.composite
def fragments(draw):
    cuts = draw(st.lists(st.integers(0, len(TEXT)), min_size=2, max_size=4, unique=True))
    cuts = sorted(cuts)[: len(cuts) // 2 * 2]
    pieces = [[cuts[i], cuts[i + 1]] for i in range(0, len(cuts), 2)]
    # A piece of white space is nothing anybody may mark.
    assume(all(TEXT[start:end].strip() for start, end in pieces))
    return pieces


@st.composite
def entities(draw):
    body = {
        "kind": "entity",
        "fragments": draw(
            st.one_of(st.sampled_from([[[0, 4]], [[0, 10]], [[11, 22]], [[5, 22]]]), fragments())
        ),
        "label": draw(st.sampled_from(["PROBLEM", "DRUG", "ADE"])),
        "status": draw(st.sampled_from(["confirmed", "confirmed", "confirmed", "rejected"])),
    }
    if draw(st.booleans()):
        body["assertion"] = {"polarity": draw(st.sampled_from(["affirmed", "negated"]))}
    if draw(st.booleans()):
        body["codes"] = [
            {"system": "ICD-10-CM", "release": "2026", "code": draw(st.sampled_from(["L27.0", "E11.9"]))}
        ]
    return body


@st.composite
def payloads(draw):
    """A payload `check` lets pass, with every kind of element."""
    prefix = draw(st.sampled_from(["e", "x"]))
    spans = draw(st.lists(entities(), max_size=5))
    elements = {f"{prefix}{i}": body for i, body in enumerate(spans)}
    alive = [key for key, body in elements.items() if body["status"] == "confirmed"]
    if len(alive) >= 2:
        pair = st.lists(st.sampled_from(alive), min_size=2, max_size=2, unique=True)
        for i, (head, tail) in enumerate(draw(st.lists(pair, max_size=2))):
            elements[f"r{i}"] = relation(head, tail)
        if draw(st.booleans()):
            elements["chain"] = {"kind": "chain", "mentions": draw(pair)}
        if draw(st.booleans()):
            one, other = draw(pair)
            serious = draw(st.sampled_from([[], ["death"]]))
            elements["v"] = {
                "kind": "event",
                "mentions": [one],
                "subtype": "drug_reaction",
                "seriousness": serious,
            }
            elements["x"] = {"kind": "exposure", "mentions": [other], "role": "suspect"}
            if draw(st.booleans()):
                elements["a"] = {"kind": "assessment", "event": "v", "exposure": "x", "certainty": "probable"}
    codes = draw(st.lists(st.sampled_from(["E11.9", "E11.22", "N18.32"]), unique=True, max_size=2))
    for i, value in enumerate(codes):
        evidence = draw(st.lists(st.sampled_from(alive), unique=True, max_size=2)) if alive else []
        elements[f"c{i}"] = code(value, i + 1, principal=i == 0, evidence=evidence)
    if draw(st.booleans()):
        elements["remark"] = {"kind": "comment", "text": "unsure about the dose"}
    return {"elements": elements}
