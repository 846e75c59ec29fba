"""CoNLL columns: spans come back as they went, whatever overlaps or has gaps; foreign files are read too."""

import re

from hypothesis import given
from hypothesis import strategies as st

from app.formats.conll import ConllFormat
from app.formats.files import FilesHeld
from app.formats.model import ExchangeDocument
from tests.exports import exported

TEXT = "No left-sided or right pain.\nRash 😀 after\namoxicillin250 mg"
PLACES = [found.start() for found in re.finditer(r"\S", TEXT)]


def entity(*fragments, label="X"):
    return {"kind": "entity", "fragments": [list(pair) for pair in fragments], "label": label}


def write(elements):
    files, losses = exported(ConllFormat(), [ExchangeDocument("D-1", TEXT, elements)])
    return files["release.conll"], {(row["kind"], row["field"]) for row in losses}


def read(content):
    return list(ConllFormat.reader.read(FilesHeld("r", {"release.conll": content.encode()})))


def spans(document):
    return sorted((body["label"], body["fragments"]) for body in document.elements.values())


def test_tokens_have_their_places_and_tags():
    content, lost = write({"a": entity((29, 33), label="AE"), "b": entity((42, 53), label="RX")})
    assert "Rash\t29\t33\tB-AE\n😀\t34\t35\tO\n" in content
    assert "\n\namoxicillin\t42\t53\tB-RX\n250\t53\t56\tO\n" in content
    assert lost == {("item", "text")}


def test_white_space_at_an_edge_and_in_a_label_is_in_the_loss_report():
    _, lost = write({"a": entity((28, 33), label="an event")})
    assert lost == {("item", "text"), ("entity", "fragments"), ("entity", "label")}


@st.composite
def pieces(draw):
    edges = sorted(draw(st.lists(st.sampled_from(PLACES), min_size=2, max_size=6, unique=True)))
    pairs = [[a, b + 1] for a, b in zip(edges[::2], edges[1::2], strict=False)]
    return [pair for n, pair in enumerate(pairs) if not n or TEXT[pairs[n - 1][1] : pair[0]].strip()] or [pairs[0]]


@given(st.lists(st.tuples(st.sampled_from(["A", "B-C"]), pieces()), max_size=6))
def test_spans_that_overlap_or_have_gaps_come_back(said):
    elements = {f"e{n}": entity(*fragments, label=label) for n, (label, fragments) in enumerate(said)}
    (document,) = read(write(elements)[0])
    assert document.problems == []
    assert "".join(document.text.split()) == "".join(TEXT.split())
    assert spans(document) == sorted((label, fragments) for label, fragments in said)


def test_columns_of_others_are_read_by_their_last_one():
    (first, second) = read(
        "-DOCSTART- -X- O O\n\nRash NN I O\nafter IN I O\nofenol NN I I-RX\n\n-DOCSTART- O\n\nNo O\n"
    )
    assert (first.text, spans(first)) == ("Rash after ofenol", [("RX", [[11, 17]])])
    assert second.text == "No"


def test_a_line_that_is_no_word_is_named():
    (document,) = read("# global.columns = FORM START END TAG\n# newdoc id = d\nRash\t0\t4\tO\nRash\t2\t6\tB-X\nx\t5\n")
    assert [one.where for one in document.problems] == ["line 4", "line 5"]
