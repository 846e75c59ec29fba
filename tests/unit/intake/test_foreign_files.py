"""Nothing foreign becomes a note, nothing is passed over in silence: formats are told by their content."""

import gzip
import json
import sqlite3
import zipfile

import pytest

from app.core.errors import Problem
from app.factory import compose
from app.intake.files import Files
from app.intake.foreign.recognise import recognise
from app.intake.readers import Passed, RawRow
from tests.public_data import DATA

compose()

NOTE = "Mrs K. came in with chest pain. No fever, no cough.\n"
NOTES = {
    "a plain note": NOTE,
    "one word": "Unchanged.",
    "a note with a table of values": "Labs:\nNa\t138\nK\t4.5\nCr\t0.9\nPlan: discharge home today.\n",
    "a list of medicines": "Medications:\n1. Aspirin 81 mg daily\n2. Metformin 500 mg twice a day\n",
    "square brackets first": "[**2101-3-4**] admitted with pneumonia. Treated with ceftriaxone.\n",
    "an angle first": "<patient name> was seen today. He is well.\n",
    "letters a bitmap begins with": "BM normal. BP 120/80. No complaints today.\n",
    "a code within": "Assessment: I10 hypertension, well controlled.\nE11.9 diabetes, diet only.\n",
    "telegram style": "c/o ha x3d no n/v\nafebrile\n",
    "a dialogue": "Doctor: How are you?\nPatient: Not too bad, thank you.\nDoctor: Any pain?\n",
    "headings with bars": "CC: cough | HPI: three days of cough\nROS: negative | PE: clear lungs\n",
}
AS_TEXT = {
    "brat": "T1\tDrug 0 7\taspirin\nA1\tNegated T1\n",
    "brat standoff with spaces": "T1 Drug 0 7 aspirin\nT2 Drug 9 12 ibu\n",
    "WebAnno TSV3": "#FORMAT=WebAnno TSV 3.2\n\n\n#Text=A b.\n1-1\t0-1\tA\n",
    "CoNLL": "Wake B-WD\nup I-WD\nand O\n\nwalk O\n",
    "CoNLL-U": "1\tA\ta\tDET\tDT\t_\t2\tdet\t_\t_\n2\tb\tb\tNOUN\tNN\t_\t0\troot\t_\t_\n",
    "PubTator": "26094|t|Drugs and depression.\n26094|a|Eighty-nine patients.\n26094\t0\t5\tDrugs\tChemical\tD1\n",
    "i2b2": 'c="aspirin" 4:2 4:2||t="treatment"\n',
    "HL7 v2": "MSH|^~\\&|LAB|H|EHR|H|20240101||ORU^R01|1|P|2.5\r",
    "RF2": "id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId\n1\t20200131\t1\t2\t3\n",
    "order file": "00001 A00     0 Cholera   Cholera\n00002 A000    1 Cholera due  Cholera due to\n",
    "MedDRA": "10000001$Reverie$10000002$$$$$$$\n10000003$Reverie$10000002$$$$$$$\n",
    "RRF": "1|ENG|P|L1|PF|S1|Y|A1|1|1||RXNORM|IN|1|aspirin|0|N|4096|\n",
    "OBO": "format-version: 1.2\n\n[Term]\nid: X:1\n",
    "codes": "A00.0\tCholera\nA00.1\tCholera\nA01.0\tTyphoid fever\nA02.0\tSalmonella\nB01.9\tVaricella\n",
    "codes of two columns": "S0004-1\tq62.11\nS0004-1\tn28.89\nS0004-2\tn39.0\nS0004-2\tr31.9\nS0004-3\ti10\n",
    "a table": "id`name`birth`sex`text\n1`A`1916`F`Seen today.\n",
    "codes or file names": "CXR10\r\nCXR1002\r\nCXR1007\r\n",
    "a list of words": "atelecta\ncollapse\nairspace\nopacity\nmass\n",
    "a licence": "MIT License\n\nCopyright (c) 2018\n\nPermission is hereby granted, free of charge\n",
    "FHIR JSON": '{"resourceType": "Observation", "text": {"div": "x"}}',
    "BioC JSON": '{"source": "s", "documents": [{"id": "1", "passages": []}]}',
    "Label Studio": '[{"id": 1, "data": {"text": "x"}, "annotations": []}]',
    "doccano": '{"id": 1, "text": "x y", "label": [[0, 1, "A"]]}\n{"id": 2, "text": "z", "label": []}\n',
    "doccano relations": '{"text": "x", "entities": [{"start_offset": 0}], "relations": []}\n',
    "Prodigy": '{"text": "x", "_input_hash": 1, "_task_hash": 2, "answer": "accept"}\n',
    "UIMA CAS in JSON": '{"%TYPES": {}, "%FEATURE_STRUCTURES": [], "%VIEWS": {}}',
    "W3C": '{"@context": "http://www.w3.org/ns/anno.jsonld", "type": "Annotation", "body": "x"}',
    "DICOM JSON": '{"00080005": {"vr": "CS"}, "00080016": {"vr": "UI"}, "00080018": {"vr": "UI"}}',
    "BioC XML": "<?xml version='1.0'?><!DOCTYPE collection SYSTEM 'BioC.dtd'><collection><document><id>1</id>"
    "</document></collection>",
    "XMI": '<?xml version="1.0"?><xmi:XMI xmlns:xmi="http://www.omg.org/XMI"/>',
    "C-CDA": '<?xml version="1.0"?>\n<ClinicalDocument xmlns="urn:hl7-org:v3"><text>x</text></ClinicalDocument>',
    "FHIR XML": '<Patient xmlns="http://hl7.org/fhir"><id value="1"/></Patient>',
    "ClaML": '<?xml version="1.0"?><ClaML version="2.0.0"/>',
    "HTML": "<!DOCTYPE html>\n<html><body>Notes</body></html>",
}
BINARY = {
    "DICOM": b"\x00" * 128 + b"DICM\x02\x00\x00\x00UL\x04\x00",
    "DICOM without preamble": b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100",
    "DICOM in the other byte order": b"\x00\x08\x00\x05\x00\x00\x00\x0aISO_IR 100",
    "PDF": b"%PDF-1.7\n%\xe2\xe3",
    "image": b"\x89PNG\r\n\x1a\n\x00\x00",
    "packed": gzip.compress(b"notes"),
    "UTF-16": "No fever.".encode("utf-16"),
    "Office": b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00" + b"\x00" * 16 + b"[Content_Types].xml",
    "RTF": b"{\\rtf1\\ansi No fever.}",
}


def rows(path, **more):
    return list(Files([str(path)], **more).rows())


@pytest.mark.parametrize("text", NOTES.values(), ids=NOTES.keys())
def test_what_a_person_wrote_is_a_note(text, tmp_path):
    (tmp_path / "n.txt").write_text(text)
    assert [row.values["text"] for row in rows(tmp_path)] == [text]


@pytest.mark.parametrize("name", ["n.txt", "N.TXT", "n"])
@pytest.mark.parametrize(("kind", "text"), AS_TEXT.items(), ids=AS_TEXT.keys())
def test_a_known_format_is_named_and_never_stored_whatever_the_file_is_called(kind, text, name, tmp_path):
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / name).write_text(text, newline="")
    found = rows(tmp_path / "notes")
    assert not [row for row in found if isinstance(row, RawRow)]
    words = kind.split()
    assert any(word.lower() in found[0].message.lower() for word in words), found[0].message


@pytest.mark.parametrize(("kind", "data"), BINARY.items(), ids=BINARY.keys())
def test_a_binary_format_is_named_by_its_bytes(kind, data):
    found = recognise(data, whole=True)
    assert found is not None
    assert kind.split()[0].lower() in found.title.lower()


def test_a_database_is_named(tmp_path):
    with sqlite3.connect(tmp_path / "n.txt") as made:
        made.execute("CREATE TABLE note (text TEXT)")
    (found,) = rows(tmp_path / "n.txt")
    assert "SQLite" in found.message


def test_a_document_cut_off_within_its_first_object_is_still_recognised():
    task = json.dumps([{"annotations": [{"result": []}], "data": {"text": "x " * 60_000}}])
    found = recognise(task.encode()[:65_536], whole=False)
    assert found is not None
    assert "Label Studio" in found.title


def test_every_file_of_a_folder_is_stored_refused_or_listed_with_its_reason(tmp_path):
    folder = tmp_path / "f"
    (folder / "deep").mkdir(parents=True)
    (folder / "NOTE1.TXT").write_text(NOTE)
    (folder / "note2.txt").write_text(NOTE)
    (folder / "bare").write_text(NOTE)
    (folder / "deep" / "more.csv").write_text("id,text\na,Seen today.\n")
    (folder / "more.json").write_text('[{"id": "j", "text": "Seen again."}]')
    (folder / "note2.ann").write_text("")
    (folder / "codes.tsv").write_text("A00.0\tCholera\nA00.1\tCholera\nA01.0\tTyphoid\n")
    (folder / "README.txt").write_text("These are notes of a ward. They were collected in 2020.\n")
    (folder / "scan.dcm").write_bytes(BINARY["DICOM"])
    (folder / ".DS_Store").write_bytes(b"\x00\x01")
    (folder / "a.xyz").write_text("What is this? Nobody can tell what it is for.\n")
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        archive.writestr("in.TXT", NOTE)
        archive.writestr("__MACOSX/._in.TXT", b"\x00")
    found = rows(folder)
    stored = {row.values["id"] for row in found if isinstance(row, RawRow)}
    assert stored == {"NOTE1", "note2", "bare", "a", "j", "in"}
    refused = {row.code for row in found if isinstance(row, Problem)}
    assert refused == {"annotations", "code-table", "unknown-kind"}
    passed = [row for row in found if isinstance(row, Passed)]
    assert len(passed) == 4
    assert all(row.message and row.where.startswith("entry ") for row in passed)


def test_of_a_folder_of_scans_nothing_comes_in_and_that_is_said(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.dcm").write_bytes(BINARY["DICOM"])
    (tmp_path / "README.txt").write_text("Test files. They come from many places.\n")
    found = rows(tmp_path)
    assert [type(row) for row in found] == [Passed] * 4 + [Problem]
    assert found[-1].code == "no-notes"


@pytest.mark.parametrize("name", ["x.csv", "x.tsv", "x.tab", "x.CSV"])
def test_codes_without_a_header_need_to_be_mapped(name, tmp_path):
    mark = "," if name.lower() == "x.csv" else "\t"
    lines = [f"A{n:02}.{n % 10}{mark}Cholera due to Vibrio cholerae, biovar {n}".replace(", ", " ") for n in range(60)]
    (tmp_path / name).write_text("\n".join(lines))
    (problem,) = rows(tmp_path / name)
    assert problem.code == "code-table"
    mapped = rows(tmp_path / name, mapping={"id": "1", "text": "2"})
    assert len(mapped) == 60


def test_a_table_without_a_header_is_read_where_one_column_plainly_holds_prose(tmp_path):
    (tmp_path / "n.csv").write_text("".join(f'{n},Clinic,"{NOTE.strip()} Seen {n} times."\n' for n in range(5)))
    found = rows(tmp_path / "n.csv")
    assert [row.values["id"] for row in found] == list("01234")
    assert found[0].values["text"].startswith("Mrs K.")


@pytest.mark.parametrize(
    "lines",
    [
        "1,red,4\n2,blue,5\n",
        'a,"He is well today, as he says.","She is well today, as she says."\n' * 4,
        "tox_code,tox_def\n,A disorder in which the blood lacks iron. It tires people.\n"
        ",A disorder in which the heart is slow. It makes people faint.\n",
    ],
    ids=["no prose", "two columns of prose", "a header of unknown names"],
)
def test_no_column_is_guessed_where_none_is_plain(lines, tmp_path):
    (tmp_path / "n.csv").write_text(lines)
    (problem,) = rows(tmp_path / "n.csv")
    assert problem.code == "column-missing"
    assert "--map" in problem.message


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ("id,text,text", "column-twice"),
        ("id,Note Text,note_text", "column-twice"),
        ("id,note,report", "column-unclear"),
        ("id,text,label", "annotations"),
        ("text,start,end", "annotations"),
    ],
)
def test_a_header_that_says_two_things_is_refused_with_its_place(header, code, tmp_path):
    (tmp_path / "n.csv").write_text(f"\n{header}\n1,One is here.,Two is there.\n")
    (problem,) = rows(tmp_path / "n.csv")
    assert (problem.code, problem.where) == (code, "line 2")


def test_a_mapped_column_that_is_not_there_is_refused(tmp_path):
    (tmp_path / "n.csv").write_text("id,text\na,Seen today.\n")
    (problem,) = rows(tmp_path / "n.csv", mapping={"patient_id": "pat"})
    assert problem.code == "column-missing"
    assert "'pat'" in problem.message


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ('[{"id": "a", "text": "One."}, {"id": "b", "text": "Two."}]', ["a", "b"]),
        ('{"notes": [{"id": "a", "text": "One."}], "count": 1}', ["a"]),
        ('{"id": "a", "text": "One."}', ["a"]),
        ('{"id": "a", "text": "One."}\n{"id": "b", "text": "Two."}\n', ["a", "b"]),
    ],
    ids=["array", "object of notes", "one note", "lines"],
)
def test_a_json_file_of_notes_is_read(text, ids, tmp_path):
    (tmp_path / "n.json").write_text(text)
    assert [row.values["id"] for row in rows(tmp_path / "n.json")] == ids


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[{"id": "a", "text": "One.", "text": "Two."}]', "key-twice"),
        ('{"kt": ["kind", "sort"]}', "column-missing"),
        ('["One.", "Two."]', "column-missing"),
        ("[1, 2", "bad-json"),
        ("[" * 100_000, "bad-json"),
        ("", "empty-file"),
        ('{"entries": [{"text": "x", "spans": []}]}', "annotations"),
    ],
)
def test_a_json_file_of_anything_else_says_what_is_wrong(text, code, tmp_path):
    (tmp_path / "n.json").write_text(text)
    (problem,) = rows(tmp_path / "n.json")
    assert problem.code == code


def test_a_line_that_says_one_thing_twice_is_refused(tmp_path):
    (tmp_path / "n.jsonl").write_text('{"id": "a", "text": "One."}\n{"id": "b", "text": "x", "text": "y"}\n')
    assert [row.code for row in rows(tmp_path / "n.jsonl") if isinstance(row, Problem)] == ["key-twice"]


def test_a_file_named_by_a_person_is_refused_not_passed_over(tmp_path):
    (tmp_path / "scan").write_bytes(BINARY["DICOM"])
    (found,) = rows(tmp_path / "scan")
    assert isinstance(found, Problem)
    assert "DICOM" in found.message


@pytest.mark.skipif(not DATA.exists(), reason="the public data are not here")
@pytest.mark.parametrize(
    "folder", ["interop", "dicom", "ontologies", "iaa/tables", "iaa/biosses", "iaa/ehr_rel_a", "notes/synthea_fhir_r4"]
)
def test_nothing_of_other_tools_and_systems_becomes_a_note(folder):
    notes = {".txt", ""}  # texts beside their annotations, as brat and Anafora keep them
    files = sorted(path for path in (DATA / folder).rglob("*") if path.is_file())
    found = rows(DATA / folder)
    places = [int(row.where.split(" of entry ")[-1].split()[-1]) for row in found]
    assert set(places) == set(range(1, len(files) + 1))
    stored = {files[place - 1] for place, row in zip(places, found, strict=True) if isinstance(row, RawRow)}
    assert {path.suffix for path in stored} <= (notes if folder == "interop" else set())
