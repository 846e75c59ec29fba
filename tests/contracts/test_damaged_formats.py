"""Damaged files of every format that is read: refused by name or read, never a traceback; `-m rare` tries 10,000."""

import io
import json
import zipfile

import pytest

from app.core.errors import ChartmarkError
from app.factory import compose
from app.formats.files import FilesHeld
from app.formats.protocol import FORMATS
from tests.contracts.test_round_trips import DOCUMENTS
from tests.damage import mutants
from tests.exports import OneFile, written

compose()
READ = [one for one in FORMATS if one.reader is not None]
FEW, MANY = 40, 10_000
# Formats whose readers take a folder; of the others the named file alone.
_SINGLE = {
    "jsonl": "items.jsonl", "conll": "release.conll", "bioc": "collection.xml", "bioc-json": "collection.json",
    "pubtator": "release.pubtator", "doccano": "doccano.jsonl", "prodigy": "prodigy.jsonl",
    "label-studio": "tasks.json",
}  # fmt: skip


def project():
    """A project as INCEpTION exports one, of our own CAS."""
    made = written(FORMATS.get("xmi"), DOCUMENTS)[0]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        states = [{"name": "D-1", "user": "ann", "state": "FINISHED"}]
        archive.writestr("exportedproject.json", json.dumps({"name": "p", "annotation_documents": states}))
        for user in ("ann", "ben", "INITIAL_CAS"):
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as cas:
                cas.writestr("TypeSystem.xml", made["TypeSystem.xml"])
                cas.writestr(f"{user}.xmi", made["D-1.xmi"])
            archive.writestr(f"annotation/D-1/{user}.zip", inner.getvalue())
        archive.writestr("annotation_ser/D-1/ann.ser", b"\xac\xed")
    return {"project.zip": out.getvalue()}


def cases(one):
    """(the files, which of them is damaged) for every file that the reader opens."""
    if one.writer is None:
        return [(project(), "project.zip", True)]
    files = written(one, DOCUMENTS)[0]
    if one.key in _SINGLE:
        return [(files, _SINGLE[one.key], True)]
    names = [
        name
        for name in files
        if not name.startswith(("StructureDefinition", "D-2", "D-3", "D-4", "D-5", "bundles/D-3"))
    ]
    return [(files, name, False) for name in names if not name.endswith(".jsonl")]


def tried(one, times):
    """How many of the damaged forms were refused, how many read, and how many of those with something named."""
    refused = read = named = 0
    held = cases(one)
    for place, (files, name, single) in enumerate(held):
        for number, made in enumerate(mutants(files[name], place + 3, times // len(held) + 1)):
            given = OneFile(name, made) if single else FilesHeld("release", {**files, name: made})
            try:
                one.reader.knows(given)
                problems = 0
                for document in one.reader.read(given):
                    assert document.id is not None
                    json.dumps(document.elements)
                    assert "amoxicillin" not in str(document.problems)
                    problems += len(document.problems)
                read += 1
                named += bool(problems)
            except ChartmarkError as error:
                refused += 1
                assert error.code
                assert "amoxicillin" not in str(error)
            except Exception as error:
                raise AssertionError(f"{one.key} {name} mutant {number}: {type(error).__name__}: {error}") from error
    return refused, read, named


@pytest.mark.parametrize("one", READ, ids=lambda f: f.key)
def test_no_reader_falls_over_a_few_damaged_files(one):
    refused, read, _ = tried(one, FEW)
    assert refused + read >= FEW


@pytest.mark.rare
@pytest.mark.parametrize("one", READ, ids=lambda f: f.key)
def test_no_reader_falls_over_ten_thousand_damaged_files(one):
    refused, read, named = tried(one, MANY)
    assert refused + read >= MANY
    assert refused + named
    assert read


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [BOMB, OUTSIDE], ids=["entities", "external"])
@pytest.mark.parametrize("key", ["bioc", "xmi", "anafora"])
def test_entities_are_not_expanded(key, head):
    one = FORMATS.get(key)
    files, name, single = next(case for case in cases(one) if case[1].endswith((".xml", ".xmi")))
    declared, _, rest = files[name].decode().partition("\n")
    rest = rest.replace('<!DOCTYPE collection SYSTEM "BioC.dtd">\n', "")
    made = f"{declared}\n{head}{rest.replace('amoxicillin', '&a;')}".encode()
    given = OneFile(name, made) if single else FilesHeld("release", {**files, name: made})
    with pytest.raises(ChartmarkError, match=r"bad-xml"):
        list(one.reader.read(given))


def test_a_zip_that_would_unfold_beyond_measure_is_refused_unopened():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("exportedproject.json", "{}")
        archive.writestr("annotation/D/u.xmi", b" " * 50_000_000)
    with pytest.raises(ChartmarkError, match="zip-bomb"):
        list(FORMATS.get("inception").reader.read(OneFile("p.zip", out.getvalue())))


def test_a_docbin_that_would_unfold_beyond_measure_is_refused():
    import zlib

    squeezed = zlib.compressobj(9)
    bomb = b"".join(squeezed.compress(b"\0" * 10_000_000) for _ in range(60)) + squeezed.flush()
    with pytest.raises(ChartmarkError, match="unfolds"):
        list(FORMATS.get("spacy").reader.read(OneFile("x.spacy", bomb)))


def test_every_reading_of_a_project_is_told_apart():
    documents = list(FORMATS.get("inception").reader.read(OneFile("project.zip", project()["project.zip"])))
    assert [one.provenance["reader"] for one in documents] == ["ann", "ben"]
    assert documents[0].provenance["state"] == "FINISHED"
    assert documents[0].elements == DOCUMENTS[0].elements
