"""Gold in every registered format, on invented samples; what cannot be used is named by its place."""

import json

import pytest

from app.core.errors import Invalid
from app.factory import compose
from app.pipelines.gold import read_gold

PUBTATOR = """7|t|Gout after ofenol.
7|a|Ofenol caused severe  gout.
7\t0\t4\tGout\tDisease\tD1
7\t11\t17\tofenol\tChemical\tC1
7\t41\t45\tgout\tDisease\tD1
7\t41\t45\tgoat\tDisease\tD1
7\tCID\tC1\tD1

8|t|Nothing.
8|a|
"""
BIOC = """<?xml version='1.0'?><!DOCTYPE collection SYSTEM 'BioC.dtd'>
<collection><document><id>7</id>
<passage><offset>0</offset><text>Gout after ofenol.</text>
<annotation id='0'><infon key="type">Disease</infon><location offset='0' length='4'/><text>gout</text></annotation>
<annotation id='1'><infon key="type">Chemical</infon><location offset='11' length='6'/><text>ofenol</text></annotation>
</passage>
<passage><offset>19</offset><text>No rash or itching.</text>
<annotation id='2'><infon key="type">Disease</infon><infon key="neg">True</infon>
<location offset='22' length='4'/><text>rash</text></annotation>
<annotation id='3'><infon key="type">Disease</infon><location offset='22' length='4'/><text>gout</text></annotation>
<annotation id='4'><infon key="type">Disease</infon><text>gout</text></annotation>
</passage>
<relation id='R0'><infon key="type">cause</infon><node refid='1' role='drug'/><node refid='0' role='effect'/></relation>
<relation id='R1'><infon key="relation">CID</infon><infon key="Chemical">C1</infon></relation>
</document></collection>"""


@pytest.fixture(autouse=True)
def _readers():
    compose()


def covered(document):
    return [(document.text[e.start : e.end], e.label) for e in document.entities]


def test_pubtator_offsets_count_title_separator_and_abstract(tmp_path):
    (tmp_path / "gold.PubTator").write_text(PUBTATOR)
    first, second = read_gold(tmp_path / "gold.PubTator")
    assert covered(first) == [("Gout", "PROBLEM"), ("ofenol", "MEDICATION"), ("gout", "PROBLEM")]
    assert first.problems == ["gold.PubTator line 6: the offsets do not show the mention"]
    assert (second.id, second.text, second.entities) == ("8", "Nothing.\n", [])


def test_a_pubtator_document_without_a_title_is_refused_by_its_line(tmp_path):
    (tmp_path / "gold.txt").write_text("7|t|Gout.\n\n7\t0\t4\tGout\tDisease\n")
    with pytest.raises(Invalid, match=r"gold.txt line 3"):
        list(read_gold(tmp_path / "gold.txt"))


def test_bioc_passages_stand_at_their_offsets_and_marks_are_axes(tmp_path):
    (tmp_path / "gold.xml").write_text(BIOC)
    (only,) = read_gold(tmp_path / "gold.xml")
    assert covered(only) == [("Gout", "PROBLEM"), ("ofenol", "MEDICATION"), ("rash", "PROBLEM")]
    assert [e.assertion for e in only.entities] == [{}, {}, {"polarity": "negated"}]
    assert only.relations == [("causes", 1, 0)]
    assert only.problems == [
        "gold.xml document 7 annotation 3: no location that shows the mention",
        "gold.xml document 7 annotation 4: no location that shows the mention",
    ]


def test_bioc_sentences_are_read_where_a_passage_has_no_text(tmp_path):
    sentences = (
        "<sentence><offset>0</offset><text>Gout.</text></sentence>"
        "<sentence><offset>6</offset><text>Rash.</text><annotation id='1'><infon key='type'>Disease</infon>"
        "<location offset='6' length='4'/><text>Rash</text></annotation></sentence>"
    )
    (tmp_path / "gold.xml").write_text(
        f"<collection><document><id>1</id><passage><offset>0</offset>{sentences}</passage></document></collection>"
    )
    (only,) = read_gold(tmp_path / "gold.xml")
    assert only.text == "Gout.\nRash."
    assert covered(only) == [("Rash", "PROBLEM")]


def test_a_bioc_passage_whose_offset_counts_escapes_stands_where_its_mentions_say(tmp_path):
    (tmp_path / "gold.xml").write_text(
        "<collection><document><id>1</id><passage><offset>0</offset><text>Ono&apos;s case.</text></passage>"
        "<passage><offset>17</offset><text>A gout.</text><annotation id='1'><infon key='type'>Disease</infon>"
        "<location offset='14' length='4'/><text>gout</text></annotation></passage></document></collection>"
    )
    (only,) = read_gold(tmp_path / "gold.xml")
    assert only.text == "Ono's case.\nA gout."
    assert covered(only) == [("gout", "PROBLEM")]


@pytest.mark.parametrize(
    "content",
    [
        "<collection><document>",
        "<!DOCTYPE c [<!ENTITY e 'secret'>]><collection><document><id>&e;</id></document></collection>",
    ],
)
def test_bioc_that_is_broken_or_declares_entities_is_refused(tmp_path, content):
    (tmp_path / "gold.xml").write_text(content)
    with pytest.raises(Invalid, match=r"gold\.xml") as refused:
        list(read_gold(tmp_path / "gold.xml"))
    assert "secret" not in str(refused.value)


def test_a_file_in_no_known_format_names_the_formats_there_are(tmp_path):
    (tmp_path / "gold.bin").write_bytes(b"\xff\xfe")
    with pytest.raises(Invalid, match=r"JSON lines.*PubTator"):
        read_gold(tmp_path / "gold.bin")


def test_labels_are_mapped_by_the_function_given(tmp_path):
    row = {"text": "Gout.", "entities": [{"start": 0, "end": 4, "label": "Zz"}]}
    (tmp_path / "gold.jsonl").write_text(json.dumps(row))
    (only,) = read_gold(tmp_path / "gold.jsonl", {"Zz": "PROBLEM"}.get)
    assert covered(only) == [("Gout", "PROBLEM")]
