"""brat standoff: what its lines say, that other readers get the same from them, and what they cannot say."""

from app.formats.brat import BratFormat
from app.formats.files import FilesHeld, FilesOnDisk
from app.formats.model import ExchangeDocument
from tests.exports import exported

TEXT = "rash 😀\u2028all over after\r\namoxicillin; the exanthema is gone"


def entity(words, label="ADVERSE_EVENT", **more):
    start = TEXT.index(words)
    return {"kind": "entity", "fragments": [[start, start + len(words)]], "label": label, **more}


def write(elements):
    document = ExchangeDocument("D-1", TEXT, elements, "notes", {"patient": "S-1"}, {"guideline": "1.0"})
    return exported(BratFormat(), [document])


def lines(elements):
    return write(elements)[0]["D-1.ann"].splitlines()


def lost(elements):
    return {(row["kind"], row["field"]): row["count"] for row in write(elements)[1]}


RX = entity("amoxicillin", "MEDICATION")


def test_entities_relations_attributes_codes_and_chains_have_their_lines():
    code = {"system": "MedDRA", "release": "29.0", "code": "10037844"}
    elements = {
        "b": entity("exanthema"),
        "a": entity(
            "rash", assertion={"certainty": "possible", "conditional": True, "polarity": "affirmed"}, codes=[code]
        ),
        "rx": RX,
        "r": {"kind": "relation", "type": "causes", "head": "rx", "tail": "a", "certainty": "probable"},
        "c": {"kind": "chain", "mentions": ["b", "a"]},
    }
    assert lines(elements) == [
        "T1\tADVERSE_EVENT 0 4\trash",
        "T2\tMEDICATION 23 34\tamoxicillin",
        "T3\tADVERSE_EVENT 40 49\texanthema",
        "R1\tcauses Arg1:T2 Arg2:T1",
        "A1\tCertainty T1 possible",
        "A2\tConditional T1",
        "A3\tCertainty R1 probable",
        "N1\tReference T1 MedDRA:10037844\t10037844 (release 29.0)",
        "*\tEquiv T1 T3",
    ]
    assert lost(elements) == {}


def test_relations_are_numbered_by_place_beyond_nine():
    many = {f"e{n}": {"kind": "entity", "fragments": [[n, n + 1]], "label": "X"} for n in range(4)}
    many |= {f"f{n}": {"kind": "entity", "fragments": [[n, n + 2]], "label": "X"} for n in range(7, 16)}
    many |= {f"r{n}": {"kind": "relation", "type": "t", "head": f"f{n}", "tail": "e0"} for n in range(7, 16)}
    heads = [int(line.split("Arg1:T")[1].split()[0]) for line in lines(many) if line.startswith("R")]
    assert heads == sorted(heads)


def test_a_span_is_cut_wherever_a_reader_of_lines_would_break_it_and_the_report_says_so(tmp_path):
    elements = {"a": entity("rash 😀\u2028all over after\r\namox")}
    assert lines(elements) == ["T1\tADVERSE_EVENT 0 6;7 21;23 27\trash 😀 all over after amox"]
    assert lost(elements) == {("entity", "fragments"): 1}
    (tmp_path / "D-1.txt").write_bytes(TEXT.encode())
    (tmp_path / "D-1.ann").write_bytes(write(elements)[0]["D-1.ann"].encode())
    (document,) = BratFormat.reader.read(FilesOnDisk(tmp_path))
    assert document.elements == {
        "T1": {"kind": "entity", "label": "ADVERSE_EVENT", "fragments": [[0, 6], [7, 21], [23, 27]]}
    }


def test_a_label_that_brat_cannot_spell_is_spelt_and_reported():
    assert lines({"a": entity("rash", "Übler Effekt")}) == ["T1\t_bler_Effekt 0 4\trash"]
    assert lost({"a": entity("rash", "Übler Effekt")}) == {("entity", "label"): 1}


def test_a_rejected_suggestion_is_no_line_but_a_loss():
    rejected = {"a": entity("rash", status="rejected"), "b": RX}
    assert lines(rejected) == ["T1\tMEDICATION 23 34\tamoxicillin"]
    assert lost(rejected)["entity", "*"] == 1


def test_what_is_known_of_the_note_stands_beside_it():
    files, _ = write({})
    assert files["documents.jsonl"] == (
        '{"id":"D-1","meta":{"patient":"S-1"},"modality":"notes","provenance":{"guideline":"1.0"}}\n'
    )


def test_what_is_written_is_read_back():
    code = {"system": "MedDRA", "release": "29.0", "code": "10037844"}
    elements = {
        "T1": entity("rash", assertion={"certainty": "possible", "conditional": True}, codes=[code]),
        "T2": RX,
        "T3": entity("exanthema"),
        "R1": {"kind": "relation", "type": "causes", "head": "T2", "tail": "T1", "certainty": "probable"},
        "c": {"kind": "chain", "mentions": ["T1", "T3"]},
    }
    files, _ = write(elements)
    held = FilesHeld("release", {name: text.encode() for name, text in files.items()})
    (document,) = BratFormat.reader.read(held)
    assert (document.id, document.text, document.problems) == ("D-1", TEXT, [])
    chain = next(key for key, body in document.elements.items() if body["kind"] == "chain")
    assert {("c" if key == chain else key): body for key, body in document.elements.items()} == elements
