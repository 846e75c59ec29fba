"""Every importer: its sample comes in whole, damaged files are refused with their place, nothing is lost."""


import gzip
import re
import shutil
import zipfile

import pytest

from app.core.errors import Invalid
from app.factory import compose
from app.terminology.artefacts import list_releases
from app.terminology.importers.protocol import CODE_SYSTEMS
from app.terminology.releases import Named, import_release
from app.terminology.search import open_release
from tests.terminology_data import SAMPLES, sample, shared

compose()
SYSTEMS = CODE_SYSTEMS.keys()

# A query and the code it must find in each sample; a parent and a child where there is a hierarchy.
EXPECTED = {
    "icd10cm": ("classical cholera", "A00.0", ("A00", "A00.1")),
    "icd10cm-index": ("heart attack", "I21.9", None),
    "icd10pcs": ("resection appendix", "0DTJ4ZZ", ("0DT", "0DTJ4ZZ")),
    "icd10": ("sudden reverie", "X00.0", ("X00", "X00.0")),
    "snomed": ("rash left arm", None, None),
    "snomed-gps": ("rash left arm", None, None),
    "rxnorm": ("examplol 10mg tab", "9000002", ("9000001", "9000002")),
    "meddra": ("acute reverie", "10900041", ("10900030", "10900041")),
    "whodrug": ("inventix", "900001.01.002", ("900001.01.001", "900001.01.002")),
    "loinc": ("examplium serum", "99990-1", None),
    "atc": ("inventol", "Z01AA02", ("Z01AA", "Z01AA02")),
    "own": ("visite", "EX-1", ("EX-1", "EX-2")),
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_sample_comes_in_and_can_be_searched(system, tmp_path):
    release = sample(tmp_path, system)
    query, code, family = EXPECTED[system]
    first = release.search(query)[0]
    assert code is None or first.code == code
    assert "rash" in first.term if code is None else True
    if family:
        parent, child = family
        assert child in release.concept(parent).children
        assert parent in release.concept(child).parents
        assert child in [h.code for h in release.search(child, within=parent)]
    assert release.manifest.sources
    assert all(re.fullmatch(r"[0-9a-f]{64}", s["sha256"]) for s in release.manifest.sources)


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_same_files_give_the_same_artefact(system, tmp_path):
    first, second = sample(tmp_path / "a", system), sample(tmp_path / "b", system)
    assert first.manifest == second.manifest
    again = import_release(tmp_path / "a", system, SAMPLES / system)
    assert again.digest == first.manifest.digest


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_importer_says_what_it_reads_and_who_may_use_it(system):
    part = CODE_SYSTEMS.get(system)
    assert part.title
    assert part.licence
    assert part.reads


def cut_short(data):
    """The last line loses its second half: what a broken download leaves."""
    body = data.rstrip()
    last = body.rfind(b"\n") + 1
    return body[: last + (len(body) - last) // 3]


def line(number, change):
    def damage(data):
        lines = data.split(b"\n")
        lines[number - 1] = change(lines[number - 1])
        return b"\n".join(lines)

    return damage


def again(number):
    """A line there twice."""

    def damage(data):
        lines = data.split(b"\n")
        return b"\n".join([*lines[:number], lines[number - 1], *lines[number:]])

    return damage


CON, DES, REL = "sct2_Concept*", "sct2_Description*", "sct2_Relationship*"
not_utf8 = line(2, lambda text: text + b"\xff\xfe")
one_more = line(2, lambda text: text.rstrip(b"\r") + b"\tmore,more|more$more")
entity = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    b"<ICD10CM.tabular><chapter><name>&b;</name></chapter></ICD10CM.tabular>"
)
external = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><ClaML><Class code="&a;"/></ClaML>'

# (system, file, what happened to it, what the message must say)
DAMAGED = [
    ("icd10cm", "*order*", cut_short, r"order-2026\.txt:11"),
    ("icd10cm", "*order*", line(3, lambda t: t[:14] + b"7" + t[15:]), r":3: not an order file row"),
    ("icd10cm", "*order*", line(4, lambda t: b"\n".join([])), r":5: order number 00005 does not follow"),
    ("icd10cm", "*tabular*", cut_short, r"tabular-2026\.xml:\d+: not well-formed"),
    ("icd10cm", "*tabular*", lambda d: entity, r"entities"),
    ("icd10cm", "*tabular*", lambda d: d.replace(b"ICD10CM.tabular", b"other"), r"document element"),
    ("icd10cm", "*tabular*", lambda d: d.replace(b"<name>A00.1<", b"<name>A00.0<"), r"A00\.0 is there twice"),
    ("icd10cm-index", "*", cut_short, r"index-2026\.xml:\d+: not well-formed"),
    ("icd10cm-index", "*", lambda d: d.replace(b"ICD10CM.index", b"other"), r"document element"),
    ("icd10pcs", "*", cut_short, r"order_2026\.txt:5"),
    ("icd10pcs", "*", lambda d: d.replace(b"0016070", b"00I6070"), r":2: '00I6070' is not"),
    ("icd10", "*", cut_short, r"example_claml\.xml:\d+: not well-formed"),
    ("icd10", "*", lambda d: external, r"entities"),
    ("icd10", "*", lambda d: d.replace(b'<SuperClass code="X00"/>', b'<SuperClass code="X77"/>'), r"X77 does not"),
    ("icd10", "*", again(5), r"not well-formed"),
    ("snomed", CON, one_more, r"Concept_Snapshot_XX1000003_20260101\.txt:2: 6 columns instead of 5"),
    ("snomed", CON, line(1, lambda t: t.replace(b"active", b"activ")), r":1: the header"),
    ("snomed", CON, again(3), r":4: code \d+ is there twice"),
    ("snomed", DES, not_utf8, r"Description.*:2: not utf-8"),
    ("snomed", DES, cut_short, r"Description.*:14: \d columns instead of 9"),
    ("snomed", DES, line(3, lambda t: t.replace(b"\ten\t", b"\ten\t").replace(t.split(b"\t")[4], b"73211009")),
     r"Description.*:3: code 73211009 does not exist"),
    ("snomed", REL, line(2, lambda t: t.replace(t.split(b"\t")[5], b"73211009")), r":2: code 73211009 does not"),
    ("snomed", CON, lambda d: d.decode().encode("utf-16"), r"not utf-8|NUL"),
    ("snomed-gps", "*", not_utf8, r":2: not utf-8"),
    ("snomed-gps", "*", again(2), r":3: code \d+ is there twice"),
    ("snomed-gps", "*", line(1, lambda t: t.replace(b"FSN", b"name")), r":1: no column fsn"),
    ("rxnorm", "RXNCONSO*", one_more, r"RXNCONSO\.RRF:2: \d+ columns instead of 19"),
    ("rxnorm", "RXNCONSO*", cut_short, r"RXNCONSO\.RRF:5: \d+ columns instead of 19"),
    ("rxnorm", "RXNREL*", cut_short, r"RXNREL\.RRF:2: \d+ columns instead of 17"),
    ("meddra", "pt.asc", line(2, lambda t: b"PT" + t), r"pt\.asc:2: 'PT10900031' is not"),
    ("meddra", "pt.asc", again(1), r"pt\.asc:2: code 10900030 is there twice"),
    ("meddra", "llt.asc", line(2, lambda t: t.replace(b"$10900030$", b"$10900077$")), r"llt\.asc:2: code 10900077"),
    ("meddra", "llt.asc", cut_short, r"llt\.asc:4"),
    ("meddra", "hlt_pt.asc", line(1, lambda t: t.replace(b"10900030", b"10900099")), r"hlt_pt\.asc:1: code 10900099"),
    ("meddra", "smq_content.asc", line(1, lambda t: t.replace(b"20900001", b"20900009", 1)), r":1: SMQ 20900009"),
    ("whodrug", "*", line(3, lambda t: t.replace(b"900001", b"90A001")), r":3: record and sequence"),
    ("whodrug", "*", line(2, lambda t: t.replace(b",01,001,", b",09,009,")), r"does not exist"),
    ("whodrug", "*", cut_short, r"mar\.csv:4: \d columns instead of 7"),
    ("loinc", "*", line(3, lambda t: t.replace(b"99991-9", b"99991")), r"Loinc\.csv:3: '99991' is not"),
    ("loinc", "*", cut_short, r"Loinc\.csv:3: (broken quoting|\d+ columns)"),
    ("atc", "*", line(4, lambda t: t.replace(b"Z01A,", b"Z0-A,")), r":4: 'Z0-A' is not"),
    ("atc", "*", line(3, lambda t: t.replace(b"Z01,", b"Z02,")), r"code Z01 does not exist"),
    ("atc", "*", cut_short, r":8: \d columns instead of 5"),
    ("own", "*", again(2), r"site_codes\.tsv:3: code EX-1 is there twice"),
    ("own", "*", line(3, lambda t: t.replace(b"EX-1", b"EX-9")), r":3: code EX-9 does not exist"),
    ("own", "*", line(1, lambda t: t.replace(b"code", b"kode")), r":1: no column code"),
    ("own", "*", not_utf8, r":2: not utf-8"),
    ("own", "*", lambda d: b"", r"no column code|no code"),
    ("own", "*", lambda d: d.split(b"\n")[0] + b"\n", r"no code was found"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("system", "file", "damage", "says"), DAMAGED, ids=[f"{s}-{i}" for i, (s, *_) in enumerate(DAMAGED)]
)
def test_damaged_files_are_refused_with_their_place(system, file, damage, says, tmp_path):
    good = sample(tmp_path / "store", system)
    copy = tmp_path / "copy"
    shutil.copytree(SAMPLES / system, copy)
    target = next(path for path in copy.rglob(file) if path.is_file())
    target.write_bytes(damage(target.read_bytes()))
    with pytest.raises(Invalid) as caught:
        import_release(tmp_path / "store", system, copy, Named(release="broken"))
    told = " | ".join(f"{p.where}: {p.message}" for p in caught.value.problems)
    assert re.search(says, told), told
    assert [m.digest for m in list_releases(tmp_path / "store")] == [good.manifest.digest]
    assert not list((tmp_path / "store").glob(".building-*"))
    assert open_release(tmp_path / "store", system).manifest.digest == good.manifest.digest


def test_every_importer_is_tried_with_damaged_files():
    assert {system for system, *_ in DAMAGED} == set(SYSTEMS)
    assert set(EXPECTED) == set(SYSTEMS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_folder_without_the_files_is_refused(system, tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(Invalid):
        import_release(tmp_path / "store", system, tmp_path / "empty")
    with pytest.raises(Invalid):
        import_release(tmp_path / "store", system, tmp_path / "not there")


@pytest.mark.parametrize("system", ["snomed", "meddra", "icd10cm", "loinc"])
def test_a_zip_of_the_files_is_as_good_as_the_folder(system, tmp_path):
    packed = tmp_path / "release.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        for path in (SAMPLES / system).rglob("*"):
            out.write(path, path.relative_to(SAMPLES))
    manifest = import_release(tmp_path / "store", system, packed)
    assert manifest.counts == sample(tmp_path / "other", system).manifest.counts


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    packed = tmp_path / "bomb.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("sct2_Concept_Snapshot_INT_20260101.txt", b"0" * 30_000_000)
    with pytest.raises(Invalid, match="zip bomb"):
        import_release(tmp_path / "store", "snomed", packed)


def test_a_gzip_bomb_is_refused_while_it_unpacks(tmp_path):
    packed = tmp_path / "codes.csv.gz"
    with gzip.open(packed, "wb") as out:
        out.write(b"code,term\n" + b"\n" * 4_000_000)
    with pytest.raises(Invalid, match="bomb"):
        import_release(tmp_path / "store", "own-codes", packed)


def test_a_packed_file_that_was_cut_off_is_refused(tmp_path):
    whole = gzip.compress((SAMPLES / "own" / "site_codes.tsv").read_bytes() * 50)
    cut = tmp_path / "site_codes.tsv.gz"
    cut.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Invalid, match=r"cut off|twice"):
        import_release(tmp_path / "store", "own-codes", cut)
    (tmp_path / "half.zip").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(Invalid, match="zip"):
        import_release(tmp_path / "store", "own-codes", tmp_path / "half.zip")


def test_a_delta_alone_is_no_release(tmp_path):
    folder = shared("rf2_mini", "SnomedCT_MiniRF2_Add_Diabetes_delta")
    with pytest.raises(Invalid, match="Delta"):
        import_release(tmp_path, "snomed", folder)


def test_a_base_package_and_its_extension_come_in_together(tmp_path):
    both = tmp_path / "both"
    for name in ("SnomedCT_MiniRF2_Base_snapshot", "SnomedCT_MiniRF2_Extension_snapshot"):
        shutil.copytree(shared("rf2_mini", name), both / name)
    counts = import_release(tmp_path / "store", "snomed", both).counts
    alone = import_release(tmp_path / "store", "snomed", both / "SnomedCT_MiniRF2_Base_snapshot").counts
    assert counts["concepts"] > alone["concepts"]


def test_the_official_example_of_meddra_comes_in(tmp_path):
    manifest = import_release(tmp_path, "MedDRA", shared("meddra_format", "example_meddra", "MedAscii"))
    release = open_release(tmp_path, "meddra")
    assert manifest.release == "0.0"
    assert release.search("palpitations")[0].code == "10002111"
    assert [h.code for h in release.search("headache", value_set="Example Headache SMQ")] == ["10001111"]


def test_of_a_full_release_the_latest_row_of_each_id_counts(tmp_path):
    full = tmp_path / "Full"
    for path in (SAMPLES / "snomed").rglob("*.txt"):
        text = path.read_bytes().decode()
        header, *rows = text.splitlines()
        # Every row has an earlier version that was active: only the later one may count.
        earlier = []
        for row in rows:
            fields = row.split("\t")
            fields[1], fields[2] = "20200101", "1"
            earlier.append("\t".join(fields))
        full.mkdir(exist_ok=True)
        (full / path.name.replace("Snapshot", "Full")).write_text("\n".join([header, *earlier, *rows]) + "\n")
    manifest = import_release(tmp_path / "store", "snomed", full)
    assert manifest.counts == sample(tmp_path / "other", "snomed").manifest.counts
    retired = open_release(tmp_path / "store", "snomed").search("example heart trouble")
    assert not next(hit for hit in retired if "trouble" in hit.term).active
