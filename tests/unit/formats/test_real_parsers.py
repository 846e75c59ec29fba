"""Other people's parsers take our files and find the same spans: cassis, bioc, spaCy, fhir.resources, pyarrow."""

import importlib
import io
import json

import pytest

from app.factory import compose
from app.formats.protocol import FORMATS
from tests.contracts.test_round_trips import DOCUMENTS, TEXT
from tests.exports import written

compose()
NOTES = [one for one in DOCUMENTS if one.modality == "notes"]


def spans(document):
    """(first start, last end, label) of each span that is said."""
    bodies = [body for body in document.said().values() if body["kind"] == "entity"]
    return sorted((body["fragments"][0][0], body["fragments"][-1][1], body["label"]) for body in bodies)


def files(key, documents=DOCUMENTS):
    return written(FORMATS.get(key), documents)[0]


def test_cassis_finds_the_spans_of_an_xmi_by_utf_16():
    import cassis

    made = files("xmi")
    types = cassis.load_typesystem(io.BytesIO(made["TypeSystem.xml"]))
    for document in DOCUMENTS:
        cas = cassis.load_cas_from_xmi(io.BytesIO(made[f"{document.id}.xmi"]), typesystem=types)
        assert cas.sofa_string == document.text
        found = [(one.get_covered_text(), one.label) for one in cas.select("webanno.custom.ChartmarkSpan")]
        assert sorted(found) == sorted((document.text[a:b], label) for a, b, label in spans(document))
    first = cassis.load_cas_from_xmi(io.BytesIO(made["D-1.xmi"]), typesystem=types)
    related = first.select("webanno.custom.ChartmarkRelation")
    assert {(one.Governor.get_covered_text(), one.Dependent.get_covered_text()) for one in related} == {
        ("amoxicillin", "Rash 😀"),
        ("naproxen", "fever"),
    }


@pytest.mark.parametrize(
    ("key", "name", "module"), [("bioc", "collection.xml", "biocxml"), ("bioc-json", "collection.json", "biocjson")]
)
def test_bioc_reads_both_forms(key, name, module):
    loads = importlib.import_module(f"bioc.{module}").loads
    collection = loads(files(key)[name].decode())
    assert [one.id for one in collection.documents] == [one.id for one in DOCUMENTS]
    for document, read in zip(DOCUMENTS, collection.documents, strict=True):
        (passage,) = read.passages
        assert passage.text == document.text
        places = [(one.locations[0].offset, one.locations[-1].end, one.infons["type"]) for one in passage.annotations]
        assert sorted(places) == spans(document)
        assert len(passage.relations) == sum(body["kind"] == "relation" for body in document.said().values())


def test_spacy_reads_the_docbin_and_every_span_is_where_it_was():
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    (data,) = files("spacy").values()
    for document, doc in zip(DOCUMENTS, DocBin().from_bytes(data).get_docs(Vocab()), strict=True):
        assert doc.text == document.text
        group = doc.spans.get("chartmark", [])
        assert sorted((one.start_char, one.end_char, one.label_) for one in group) == spans(document)
        assert not [one for one in doc.ents if (one.start_char, one.end_char, one.label_) not in spans(document)]


def test_pyarrow_reads_the_tables_with_the_types_they_have():
    import pyarrow as pa
    import pyarrow.parquet as pq

    tables = {name: pq.read_table(io.BytesIO(data)) for name, data in files("parquet").items()}
    assert tables["entities.parquet"].schema.field("start").type == pa.int64()
    rows = tables["entities.parquet"].to_pylist()
    first = [(row["start"], row["end"], row["label"]) for row in rows if row["document"] == "D-1"]
    assert sorted(first) == spans(DOCUMENTS[0])
    assert tables["documents.parquet"].column("text").to_pylist()[0] == TEXT


def test_fhir_resources_takes_every_bundle():
    """R4B is not R4: the elements written here are the same in both (docs/formats/README.md)."""
    from fhir.resources.R4B.bundle import Bundle

    for name, data in files("fhir", NOTES).items():
        if name.startswith("bundles/"):
            bundle = Bundle.model_validate(json.loads(data))
            assert bundle.type == "collection"
            assert {one.resource.get_resource_type() for one in bundle.entry} >= {"Patient", "DocumentReference"}


# Structure of what has no parser that could be installed beside ours.
def test_label_studio_tasks_are_as_its_import_wants_them():
    """https://labelstud.io/guide/task_format: regions point to the control and the object of the configuration."""
    from defusedxml.ElementTree import fromstring

    made = files("label-studio")
    config = fromstring(made["label_config.xml"].decode())
    control, shown = config.find("Labels"), config.find("Text")
    labels = {one.get("value") for one in control}
    for task, document in zip(json.loads(made["tasks.json"]), DOCUMENTS, strict=True):
        (annotation,) = task["annotations"]
        regions = {one["id"]: one for one in annotation["result"] if one["type"] == "labels"}
        for one in regions.values():
            value = one["value"]
            assert (one["from_name"], one["to_name"]) == (control.get("name"), shown.get("name"))
            assert value["text"] == document.text[value["start"] : value["end"]]
            assert set(value["labels"]) <= labels
        for one in annotation["result"]:
            assert one["type"] == "labels" or {one["from_id"], one["to_id"]} <= regions.keys()


def test_prodigy_spans_begin_and_end_with_their_tokens():
    """https://prodi.gy/docs/api-interfaces: token_start and token_end are the ids of the first and last token."""
    for line in files("prodigy")["prodigy.jsonl"].decode().split("\n")[:-1]:
        task = json.loads(line)
        for token in task["tokens"]:
            assert task["text"][token["start"] : token["end"]] == token["text"]
        for one in task["spans"]:
            first, last = task["tokens"][one["token_start"]], task["tokens"][one["token_end"]]
            assert (first["start"], last["end"]) == (one["start"], one["end"])
