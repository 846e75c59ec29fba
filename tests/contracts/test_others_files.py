"""Files of other tools come in, or are refused with file and line (public sets; left out where they are not)."""

import json

import pytest

from app.core.errors import ChartmarkError
from app.factory import compose
from app.formats.files import FilesOnDisk
from app.formats.protocol import FORMATS
from tests.public_data import DATA

compose()
INTEROP = DATA / "interop"
pytestmark = pytest.mark.skipif(not INTEROP.is_dir(), reason="no public data beside the repository")
SUITE = INTEROP / "webanno_tsv3/inception-io-webanno-tsv/src/test/resources/tsv3-suite"
# WebAnno's own TSV says less than the CAS there: blanks at edges, and layers that are no annotations to us.
LESS = {
    "testAnnotationWithLeadingWhitespace", "testAnnotationWithLeadingWhitespaceAtStart",
    "testAnnotationWithTrailingWhitespace", "testAnnotationWithTrailingWhitespaceAtEnd", "testDependencyWithValues",
    "testTokenAttachedAnnotationsWithValues", "testUnsetSlotFeature",
}  # fmt: skip


def read(key, path):
    return list(FORMATS.get(key).reader.read(FilesOnDisk(path)))


def known(path):
    """The format that the file is taken for: the most particular."""
    files = FilesOnDisk(path)
    return next((one.key for one in reversed(list(FORMATS)) if one.reader and one.reader.knows(files)), None)


def places(document):
    bodies = document.elements.values()
    return sorted((b["fragments"][0][0], b["fragments"][-1][1]) for b in bodies if b["kind"] == "entity")


def relations(document):
    return sum(body["kind"] == "relation" for body in document.elements.values())


def test_webanno_tsv_says_what_the_cas_beside_it_says():
    cases = [folder for folder in sorted(SUITE.iterdir()) if (folder / "reference.xmi").exists()]
    assert len(cases) > 70
    for folder in cases:
        (tsv,), (cas,) = read("webanno-tsv", folder / "reference.tsv"), read("xmi", folder / "reference.xmi")
        if folder.name not in LESS:
            assert (tsv.text.rstrip(), places(tsv)) == (cas.text.rstrip(), places(cas)), folder.name
            assert relations(tsv) == relations(cas), folder.name


def test_offsets_of_a_cas_with_smileys_are_turned_into_code_points():
    (document,) = read("xmi", INTEROP / "uima_cas/xmi/cas_with_smileys.xmi")
    assert any(character > "\uffff" for character in document.text)
    words = [document.text[start:end] for start, end in places(document)]
    assert words
    assert all(word.strip() == word for word in words)


@pytest.mark.parametrize(
    ("path", "key", "documents", "elements"),
    [
        ("anafora/OBGYN_IUD_1", "anafora", 1, 50),
        ("anafora/GenSurg_UmbilicalHernia_1", "anafora", 1, 96),
        ("doccano/backend/data_import/pipeline/examples/relation_extraction/example.jsonl", "doccano", 1, 7),
        ("doccano/backend/data_export/pipeline/examples/sequence_labeling/example.jsonl", "doccano", 3, 4),
        ("prodigy/annotated_news_headlines-ORG-PERSON-LOCATION-ner.jsonl", "prodigy", 373, 303),
        ("bioc/tests/bioc/everything.xml", "bioc", 2, 4),
        ("../deid/grascco_de", "xmi", 20, 466),
        ("../entities/bc5cdr_sample/bioc/CDR_sample.gold.PubTator", "pubtator", 50, 934),
    ],
)
def test_come_in_with_all_their_spans(path, key, documents, elements):
    assert known(INTEROP / path) == key
    back = read(key, INTEROP / path)
    assert (len(back), sum(len(one.elements) for one in back)) == (documents, elements)


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("doccano/backend/data_import/tests/data/sequence_labeling/example.jsonl", "example.jsonl line 3"),
        ("doccano/backend/data_export/pipeline/examples/relation_extraction/example.jsonl", "example.jsonl line 1"),
        ("label_studio/test_export_csv/csv_test2.json", "csv_test2.json task 1"),
        ("fhir_r4/DocumentReference-example.json", "no DocumentReference with a text"),
        ("../notes/synthea_fhir_r4/bundle_01.json", "no DocumentReference with a text"),
    ],
)
def test_or_are_refused_with_their_place(path, why):
    with pytest.raises(ChartmarkError, match=why):
        read(known(INTEROP / path), INTEROP / path)


@pytest.mark.parametrize(
    "folder", ["uima_cas/xmi", "w3c_web_annotation", "label_studio", "doccano", "prodigy", "fhir_r4"]
)
def test_no_file_brings_a_reader_down(folder):
    tried = 0
    for path in sorted((INTEROP / folder).rglob("*")):
        key = known(path) if path.is_file() else None
        if key is None:
            continue
        tried += 1
        try:
            for document in read(key, path):
                assert document.problems or document.elements or document.text is not None
        except ChartmarkError as error:
            assert path.name in str(error)
    assert tried > 3


WRITTEN = (
    "Condition", "FamilyMemberHistory", "AllergyIntolerance", "Procedure", "MedicationStatement", "Observation",
    "AdverseEvent", "Provenance", "DocumentReference",
)  # fmt: skip


def test_the_library_for_r4b_takes_the_r4_examples_of_what_we_write():
    """Where it does not, R4B differs from R4 for us, and docs/formats/README.md has to say so."""
    import importlib

    tried = 0
    for path in sorted((INTEROP / "fhir_r4").glob("*.json")):
        kind = path.name.partition("-")[0]
        if kind in WRITTEN:
            module = importlib.import_module(f"fhir.resources.R4B.{kind.lower()}")
            getattr(module, kind).model_validate(json.loads(path.read_text(encoding="utf-8")))
            tried += 1
    assert tried > 50
