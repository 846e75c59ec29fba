"""What is written and read back differs from what was written in exactly what the loss report says."""

import pytest

from app.factory import compose
from app.formats.losses import fields_held
from app.formats.model import ExchangeDocument
from app.formats.protocol import FORMATS
from tests.contracts import marked_fields as marked
from tests.exports import read_back, written

compose()
BOTH = [one for one in FORMATS if one.writer is not None and one.reader is not None]
# Every kind of place where offsets go wrong: other planes, CRLF, a byte order mark, line ends that are no LF, tabs,
# signs of XML, an e with its accent apart.
TEXT = (
    '\ufeffRash 😀 after amoxicillin,\r\nthen\u2028fever\x85 of 𝔛 <39 °C> & "chills"\twith naproxen.\n\n'
    "Cafe\u0301: = no hives; [old] ulcer_1* → gone \\n 🧑‍⚕️ end"
)
WORDS = {
    "ae": "Rash 😀", "rx": "amoxicillin", "fever": "fever", "other": "𝔛", "marks": "<39 °C> & \"chills\"",
    "rx2": "naproxen", "cafe": "Cafe\u0301", "odd": "ulcer_1*", "person": "🧑‍⚕️", "last": "end",
}  # fmt: skip


def span(words, label="ADVERSE_EVENT"):
    start = TEXT.index(words)
    return {"kind": "entity", "fragments": [[start, start + len(words)]], "label": label}


def hard():
    """Spans beside, within and across each other, of several pieces, rejected; and everything said of them."""
    elements = {key: span(words, "DRUG" if key.startswith("rx") else "ADVERSE_EVENT") for key, words in WORDS.items()}
    elements["ae"] |= {"assertion": {"polarity": "negated", "certainty": "possible", "hypothetical": False}}
    elements["rx"] |= {"codes": [{"system": "RxNorm", "release": "2026-11", "code": "723"}], "status": "confirmed"}
    elements["fever"] |= {"origin": {"by": "model", "suggestion": "s1", "action": "accepted"}, "because": [{"r": "x"}]}
    elements["within"] = span("cillin", "DRUG") | {"assertion": {"experiencer": "family", "temporality": "past"}}
    ends = TEXT.index("fever"), TEXT.index("hives")
    elements["apart"] = span("Rash") | {"fragments": [[at, at + 5] for at in ends]}
    elements["no"] = span("hives") | {"status": "rejected"}
    elements["r1"] = {"kind": "relation", "type": "causes", "head": "rx", "tail": "ae", "certainty": "probable"}
    elements["r2"] = {"kind": "relation", "type": "causes", "head": "rx2", "tail": "fever"}
    return elements


DOCUMENTS = [
    ExchangeDocument("D-1", TEXT, hard(), "notes", {"patient": "S-1", "language": "en"}, {"guideline": "1.0 😀"}),
    ExchangeDocument("D-2", "No more.", {}, "notes", {"patient": "S-2"}, {}),
    ExchangeDocument("D-3", marked.TEXT, marked.NOTE, "notes", marked.FACTS["meta"], marked.FACTS["provenance"]),
    ExchangeDocument("D-4", "Edema.", marked.REPORT, "reports", {}, {}),
    ExchangeDocument("D-5", "KVP 120", marked.RECORD, "imaging", {}, {}),
]
# Formats with an open place carry the whole document in it.
WHOLE = {
    "jsonl", "bioc", "bioc-json", "xmi", "spacy", "csv", "parquet", "anafora", "web-annotation", "doccano", "prodigy",
    "label-studio",
}  # fmt: skip


def facts(document):
    return document.id, document.modality, document.text, document.meta, document.provenance


def told(elements):
    """What is said by place: ids of other tools are theirs. (kind, place, field) → value."""
    found = set()
    spans = {key: place(body) for key, body in elements.items() if body["kind"] == "entity"}
    for body in elements.values():
        if body["kind"] == "relation":
            where = (spans.get(body["head"]), spans.get(body["tail"]))
            found |= {
                ("relation", where, name, str(body.get(name))) for name in ("type", "certainty") if body.get(name)
            }
        elif body["kind"] == "entity":
            found |= {("entity", place(body), *pair) for pair in values(body)}
    return found


def place(body):
    return str(body["fragments"])


def values(body):
    """Field → each value it holds, as the loss report names fields."""
    for field in fields_held(body):
        outer, _, inner = field.partition(".")
        records = body[outer] if isinstance(body[outer], list) else [body[outer]]
        for one in records:
            yield field, str(one.get(inner) if isinstance(one, dict) and inner else body[outer])


@pytest.mark.parametrize("one", [f for f in BOTH if f.key in WHOLE], ids=lambda f: f.key)
class TestFormatsThatHoldEverything:
    def test_give_back_every_document_as_it_was(self, one):
        files, losses = written(one, DOCUMENTS)
        back = read_back(one, files)
        assert [facts(document) for document in back] == [facts(document) for document in DOCUMENTS]
        for document, original in zip(back, DOCUMENTS, strict=True):
            assert document.elements == original.elements
            assert document.problems == []
        # A guarded cell is a loss to a spreadsheet, not to its reader.
        assert [row for row in losses if not row["kind"].endswith(".csv")] == []

    def test_also_without_a_document(self, one):
        assert read_back_or_nothing(one) == []


def read_back_or_nothing(one):
    files, _ = written(one, [])
    try:
        return read_back(one, files)
    except (StopIteration, Exception) as error:  # a folder with no document in it is refused by name
        assert getattr(error, "code", "no file") in ("no-annotations", "no file")
        return []


@pytest.mark.parametrize("one", [f for f in BOTH if f.key not in WHOLE], ids=lambda f: f.key)
class TestFormatsThatLose:
    @pytest.mark.parametrize("document", DOCUMENTS[:3], ids=lambda d: d.id)
    def test_lose_exactly_what_the_report_says(self, one, document):
        files, losses = written(one, [document])
        (back,) = read_back(one, files)
        lost = {(row["kind"], row["field"]) for row in losses}
        if back.text != document.text:
            assert ("item", "text") in lost
        before, after = told(document.elements), told(back.elements)
        # What came back wrong would be worse than what did not come back.
        unreported = {(kind, field) for kind, _, field, _ in before - after if (kind, field) not in lost} - _moved(lost)
        assert unreported == set()
        assert {(kind, field) for kind, _, field, _ in after - before} <= lost | _moved(lost) | {("entity", "label")}

    def test_say_nothing_of_what_is_not_lost(self, one):
        plain = ExchangeDocument("D-9", "Rash.\nFever.", {}, "notes", {}, {})
        start = {"kind": "entity", "fragments": [[0, 4]], "label": "ADVERSE_EVENT"}
        files, losses = written(one, [ExchangeDocument("D-9", plain.text, {"a": start}, "notes", {}, {})])
        (back,) = read_back(one, files)
        assert [b["fragments"] for b in back.elements.values()] == [[[0, 4]]]
        assert {(row["kind"], row["field"]) for row in losses} <= {("item", "text"), ("item", "note_date")}


def _moved(lost):
    """Where a place was lost, everything said of it stands at another place."""
    if ("entity", "fragments") not in lost:
        return set()
    fields = {"label", "assertion", "codes", "kind", "fragments", "type", "certainty"}
    return {
        (kind, field)
        for kind in ("entity", "relation")
        for field in (*fields, *(f"{a}.{b}" for a in ("assertion", "codes") for b in _INNER))
    }


_INNER = (
    "polarity", "certainty", "temporality", "course", "hypothetical", "conditional", "experiencer", "system", "release",
    "code",
)  # fmt: skip
