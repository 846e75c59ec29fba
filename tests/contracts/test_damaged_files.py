"""2,000 damaged forms of each file that people hand in: refused with file and line or read, and never a traceback."""

import gzip
import json
import re
import shutil
import time
import zipfile

import pytest

from app.agreement.reading.files import read_files
from app.agreement.reading.wide import Wide
from app.annotation.schema import read_schema
from app.core.errors import ChartmarkError
from app.deidentify.gold import read_gold as deid_gold
from app.factory import compose
from app.intake.files import Files
from app.pipelines.gold import read_cases, read_gold
from app.review.modality import own_label_problems
from app.terminology.importers.protocol import CODE_SYSTEMS
from app.terminology.importers.reading.source import ReleaseSource
from app.terminology.releases import import_release
from tests.damage import MUTANTS, mutants
from tests.terminology_data import SAMPLES

pytestmark = pytest.mark.rare

compose()
TEXT = "No chest pain. Aspirin 81 mg caused a rash."
BRAT = (
    "T1\tDrug 15 22\tAspirin\nT2\tEffect 39 43\trash\nE1\tDrug:T1 Effect:T2\nR1\tCauses Arg1:T1 Arg2:T2\n"
    "A1\tNegated T2\nA2\tPolarity T2 NEG\n*\tEquiv T1 T2\n#1\tAnnotatorNotes T1\tnote\nT3\tDrug 3 8;9 13\tchest pain\n"
)
BIOC = (
    '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE collection SYSTEM "BioC.dtd"><collection><document><id>1</id>'
    f"<passage><offset>0</offset><text>{TEXT}</text><annotation id='1'><infon key='type'>Drug</infon>"
    "<location offset='15' length='7'/><text>Aspirin</text></annotation><annotation id='2'>"
    "<infon key='type'>Effect</infon><location offset='39' length='4'/><text>rash</text></annotation>"
    "<relation><infon key='type'>causes</infon><node refid='1'/><node refid='2'/></relation></passage>"
    "</document></collection>"
)
MARKS = json.dumps(
    {
        "id": "1", "text": TEXT, "rater": "a",
        "entities": [
            {"start": 15, "end": 22, "label": "MEDICATION", "fragments": [[15, 22]], "assertion": {"negated": True}},
            {"start": 39, "end": 43, "label": "ADVERSE_EVENT"},
        ],
        "relations": [{"type": "causes", "head": 0, "tail": 1}],
    }
)  # fmt: skip
RATINGS = "item,rater,value\n" + "".join(f"{n},{r},{(n + ord(r)) % 3}\n" for n in range(8) for r in "abc")
SPANS = "document,rater,start,end,label\nd,a,0,4,X\nd,b,0,4,X\nd,b,7,9,Y\n"
WIDE = "id,a,b\n" + "".join(f"{n},{n % 2},{n % 3}\n" for n in range(8))
NEGEX = "1\tchest pain\tNo chest pain.\tNegated\tRecent\tPatient\n2\trash\tA rash.\tAffirmed\tRecent\tPatient\n"
DEID = json.dumps({"id": "1", "text": TEXT, "spans": [{"start": 3, "end": 8, "type": "NAME"}], "date_order": "mdy"})
SCHEMA = json.dumps(
    {
        "key": "s", "title": "S", "version": "1", "modality": "notes",
        "labels": [{"key": "PROBLEM", "title": "Problem", "class": "significant"}],
        "relations": [{"key": "causes", "title": "Causes", "class": "critical"}],
    }
)  # fmt: skip
PUBTATOR = "1|t|Aspirin rash.\n1|a|It went.\n1\t0\t7\tAspirin\tChemical\tD1\n1\tCID\tD1\tD2\n\n2|t|No.\n2|a|More.\n"

CONLL = (
    "# global.columns = FORM START END TAG\n# newdoc id = 1\nAspirin\t0\t7\tB-Drug\n"
    "rash\t8\t12\tB-Effect\tO\n\nof\t13\t15\tO\nskin\t16\t20\tD-Effect\n"
)

# Reader → (name of the file that is damaged, its bytes, the other files, how it is read).
READERS = {
    "agreement brat": ("n.ann", BRAT, {"n.txt": TEXT}, lambda path: read_files([path.parent])),
    "agreement text beside brat": ("n.txt", TEXT, {"n.ann": BRAT}, lambda path: read_files([path.parent])),
    "agreement table": ("n.csv", RATINGS, {}, lambda path: read_files([path])),
    "agreement spans": ("n.csv", SPANS, {}, lambda path: read_files([path], unit="span")),
    "agreement wide": ("n.tsv", WIDE, {}, lambda path: read_files([path], wide=Wide())),
    "agreement lines": ("n.jsonl", f"{MARKS}\n" * 3, {}, lambda path: read_files([path], unit="span")),
    "gold brat": ("n.ann", BRAT, {"n.txt": TEXT}, lambda path: list(read_gold(path.parent))),
    "gold text beside brat": ("n.txt", TEXT, {"n.ann": BRAT}, lambda path: list(read_gold(path.parent))),
    "gold BioC": ("n.xml", BIOC, {}, lambda path: list(read_gold(path))),
    "gold PubTator": ("n.txt", PUBTATOR, {}, lambda path: list(read_gold(path))),
    "gold CoNLL": ("n.conll", CONLL, {}, lambda path: list(read_gold(path))),
    "gold lines": ("n.jsonl", f"{MARKS}\n" * 3, {}, lambda path: list(read_gold(path))),
    "cases": ("n.tsv", NEGEX, {}, lambda path: list(read_cases(path)[0])),
    "de-identification gold": ("g.jsonl", f"{DEID}\n" * 3, {}, lambda p: list(deid_gold(p.read_bytes(), p.name))),
    "schema": ("s.json", SCHEMA, {}, lambda path: read_schema(path, own_label_problems)),
    "intake table": ("n.csv", f"id,text\n1,{TEXT}\n2,Fever.\n", {}, lambda path: list(Files([str(path)]).rows())),
    "intake lines": ("n.jsonl", f"{MARKS}\n" * 3, {}, lambda path: list(Files([str(path)]).rows())),
    "intake JSON": ("n.json", f'[{{"id":"1","text":"{TEXT}"}}]', {}, lambda path: list(Files([str(path)]).rows())),
    "intake folder": ("n.txt", TEXT, {}, lambda path: list(Files([str(path.parent)]).rows())),
}


def damaged(path, data, seed, read):
    """What reading each mutant of a file raised on purpose; anything else is the test's failure."""
    refused = []
    for number, made in enumerate(mutants(data, seed)):
        path.write_bytes(made)
        try:
            read()
        except ChartmarkError as error:
            refused.append(str(error))
        except Exception as error:
            raise AssertionError(f"mutant {number} of seed {seed}: {type(error).__name__}: {error}") from error
    return refused


@pytest.mark.parametrize("name", READERS)
def test_no_reader_falls_over_a_damaged_file(name, tmp_path):
    file, text, others, read = READERS[name]
    folder = tmp_path / "reader"
    folder.mkdir()
    for other, content in others.items():
        (folder / other).write_text(content)
    started = time.process_time()
    refused = damaged(folder / file, text.encode(), sorted(READERS).index(name), lambda: read(folder / file))
    assert len(refused) < MUTANTS
    assert not [said for said in refused if file not in said and "reader" not in said]
    assert time.process_time() - started < 20


def _samples():
    for system in CODE_SYSTEMS.keys():  # noqa: SIM118 (a registry)
        for path in sorted((SAMPLES / system).rglob("*")):
            if path.is_file():
                yield pytest.param(system, path.relative_to(SAMPLES / system), id=f"{system} {path.name}")


@pytest.mark.parametrize(("system", "file"), _samples())
def test_no_importer_falls_over_a_damaged_file(system, file, tmp_path):
    shutil.copytree(SAMPLES / system, tmp_path / system)
    importer, path = CODE_SYSTEMS.get(system), tmp_path / system / file
    files = sum(one.is_file() for one in (tmp_path / system).rglob("*"))

    def read():
        source = ReleaseSource(tmp_path / system)
        importer.about(source)
        for _ in importer.rows(source):
            pass

    refused = []
    for number, made in enumerate(mutants(path.read_bytes(), 7, MUTANTS // files)):
        path.write_bytes(made)
        try:
            read()
        except ChartmarkError as error:
            refused.append(str(error))
        except Exception as error:
            raise AssertionError(f"mutant {number}: {type(error).__name__}: {error}") from error
    assert refused or files > 1
    assert not [said for said in refused if not re.search(rf"{re.escape(path.name)}|{system}", said)]


@pytest.mark.parametrize("packed", ["zip", "gz"])
def test_no_packed_release_falls_over_damage(packed, tmp_path):
    sample = SAMPLES / "own" / "site_codes.tsv"
    path = tmp_path / f"codes.tsv.{packed}"
    if packed == "gz":
        path.write_bytes(gzip.compress(sample.read_bytes()))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(sample, "codes.tsv")

    def read():
        source = ReleaseSource(path)
        for _ in CODE_SYSTEMS.get("own").rows(source):
            pass

    refused = damaged(path, path.read_bytes(), 11, read)
    assert len(refused) > MUTANTS / 4


@pytest.mark.parametrize("system", CODE_SYSTEMS.keys())
def test_a_damaged_release_leaves_nothing_behind(system, tmp_path):
    """Through the index as well: rows that point in circles, at themselves or nowhere."""
    shutil.copytree(SAMPLES / system, tmp_path / system)
    paths = sorted(path for path in (tmp_path / system).rglob("*") if path.is_file())
    for number, path in enumerate(paths):
        whole = path.read_bytes()
        for made in mutants(whole, 100 + number, max(24 // len(paths), 3)):
            path.write_bytes(made)
            root = tmp_path / "store"
            try:
                import_release(root, system, tmp_path / system)
            except ChartmarkError:
                assert not list(root.glob("*/manifest.json")) + list(root.glob(".building*"))
            shutil.rmtree(root, ignore_errors=True)
        path.write_bytes(whole)
