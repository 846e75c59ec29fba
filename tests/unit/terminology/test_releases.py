"""Artefacts: published whole or not at all, side by side, built once however many ask."""

# ruff: noqa: E501 (tables: one row, one line)
import json
import multiprocessing
import os
import threading

import pytest

from app.core.errors import Invalid, NotFound
from app.factory import compose
from app.terminology.artefacts import find_release, list_releases
from app.terminology.browse import members, open_page, top, value_sets
from app.terminology.diff import diff
from app.terminology.maps import judge, propose
from app.terminology.releases import Named, current_release, ensure_builtin, import_release
from app.terminology.search import open_release
from app.terminology.systems import code_key, display_code, system_key
from tests.terminology_data import SAMPLES, icd10cm, sample, shared, store


@pytest.mark.parametrize("spelling", ["ICD-10-CM", "icd10cm", "icd10-cm", "ICD 10 CM", "icd_10_cm"])
def test_a_system_may_be_spelt_in_many_ways(spelling):
    assert system_key(spelling) == "icd10cm"


def test_codes_are_shown_with_their_dot_and_compared_without():
    assert display_code("icd10cm", "E119") == display_code("icd10cm", "E119") == "E11.9"
    assert display_code("icd10pcs", "0DTJ4ZZ") == "0DTJ4ZZ"
    assert display_code("icd10cm", "Chapter 4") == "Chapter 4"
    assert code_key(" e11.9 ") == "E119"


def test_the_bundled_release_is_whole():
    release = icd10cm()
    counts = release.manifest.counts
    assert counts["concepts"] == 98_505
    assert release.query("SELECT count(*) FROM concept WHERE billable") == [(74_719,)]
    assert (release.manifest.release, release.manifest.valid_from, release.manifest.valid_to) == (
        "2026-04", "2026-04-01", "2026-09-30")  # fmt: skip
    assert release.concept("J44.9").billable
    assert dict(release.notes(release.number("E10")))["excludes1"]


def _build(root):
    compose()
    print(ensure_builtin(root).digest)


def test_several_processes_asking_at_once_build_it_once(tmp_path):
    context = multiprocessing.get_context("fork")
    asking = [context.Process(target=_build, args=(tmp_path,)) for _ in range(3)]
    for process in asking:
        process.start()
    for process in asking:
        process.join(120)
    assert [p.exitcode for p in asking] == [0, 0, 0]
    assert len(list(tmp_path.glob("*/manifest.json"))) == 1
    assert not list(tmp_path.glob(".building-*"))


def test_an_artefact_is_read_only_and_says_what_it_was_made_from():
    folder = icd10cm().folder
    assert not [p for p in folder.iterdir() if p.stat().st_mode & 0o222]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert {s["name"] for s in manifest["sources"]} >= {"icd10c-tabular-April-1-2026.xml"}
    assert manifest["digest"] == folder.name


def test_an_unfinished_build_is_not_seen(tmp_path):
    (tmp_path / f".building-{os.getpid()}-x").mkdir()
    (tmp_path / f".building-{os.getpid()}-x" / "manifest.json").write_text("{}")
    assert list_releases(tmp_path) == []
    with pytest.raises(NotFound):
        find_release(tmp_path, "snomed")


def test_what_a_killed_builder_left_is_cleared_by_the_next(tmp_path):
    compose()
    left = tmp_path / ".building-999999999-abc"
    left.mkdir()
    (left / "texts.bin").write_bytes(b"half")
    import_release(tmp_path, "site", SAMPLES / "own", Named(release="1"))
    assert not left.exists()


def test_an_older_release_comes_in_beside_and_does_not_become_current(tmp_path):
    compose()
    own = SAMPLES / "own"
    import_release(tmp_path, "site", own, Named(release="2026"))
    import_release(tmp_path, "site", own, Named(release="2025"))
    assert [m.release for m in list_releases(tmp_path, "site")] == ["2025", "2026"]
    assert current_release(tmp_path, "site").release == "2026"
    import_release(tmp_path, "site", own, Named(release="2027"))
    assert current_release(tmp_path, "site").release == "2027"
    assert open_release(tmp_path, "site", "2025").manifest.release == "2025"


def test_one_opened_release_serves_many_threads():
    release, wrong = icd10cm(), []

    def work():
        wrong.extend(1 for _ in range(10) if release.search("copd exac")[0].code != "J44.1")

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert open_release(store(), "icd10cm", release.manifest.digest) is release


def test_the_difference_to_2021_is_what_domain_says(tmp_path):
    manifest = import_release(tmp_path, "icd10cm", shared("icd10cm_2021"))
    old = open_release(tmp_path, "icd10cm", manifest.digest)
    changes = {(c.code, c.kind): c for c in diff(old, icd10cm())}
    billable = {row[0] for row in old.query("SELECT code FROM concept WHERE billable")}
    lost = {code for code, kind in changes if kind in ("removed", "no_longer_billable") and code in billable}
    assert len(lost) == 412
    assert {"G35", "M54.5", "G20", "I71.4", "E87.2", "I47.1", "B37.3", "Z91.14"} <= lost
    assert changes["M54.5", "no_longer_billable"].instead == ["M54.50", "M54.51", "M54.59"]
    in_use = diff(old, icd10cm(), ["G35", "E11.9", "nonsense"])
    assert [(c.code, c.kind) for c in in_use] == [("G35", "no_longer_billable")]


def test_releases_of_different_systems_are_not_compared(tmp_path):
    with pytest.raises(Invalid):
        diff(sample(tmp_path, "own"), icd10cm())


def test_browsing_shows_path_children_notes_and_sets():
    page = open_page(icd10cm(), "E11.9")
    assert [line.code for line in page.path][-2:] == ["E08-E13", "E11"]
    assert "E11.8" in [line.code for line in page.siblings]
    assert page.value_sets == ["everyday problems"]
    assert open_page(icd10cm(), "E10").notes["excludes1"]
    assert top(icd10cm())[0].code == "Chapter 1"
    with pytest.raises(NotFound):
        open_page(icd10cm(), "Q00.00")


def test_value_sets_have_a_reason_for_each_member():
    sets = value_sets(icd10cm())
    assert set(sets) == {"everyday problems", "reactions", "drugs in adverse effect"}
    for name, size in sets.items():
        rows = members(icd10cm(), name)
        assert len(rows) == size
        assert all(line.billable and why for line, why in rows)


def test_maps_are_proposals_with_their_rule(tmp_path):
    snomed = sample(tmp_path, "snomed")
    heart = snomed.search("example heart condition")[0].code
    rash = snomed.search("example rash")[0].code
    assert [(p.target, p.verdict) for p in propose(snomed, heart, "ICD-10-CM")] == [("I51.9", "holds")]
    newborn = propose(snomed, rash, "icd10cm", age=0.01)
    assert [(p.target, p.verdict) for p in newborn] == [("P83.88", "holds")]
    assert [(p.target, p.verdict) for p in propose(snomed, rash, "icd10cm", age=40)] == [("R21", "holds")]
    undecided = propose(snomed, rash, "icd10cm")
    assert [(p.target, p.verdict) for p in undecided] == [("P83.88", "unknown"), ("R21", "unknown")]
    assert undecided[0].rule.startswith("IFA 445518008")
    assert propose(snomed, "1234", "icd10cm") == []


@pytest.mark.parametrize(
    ("rule", "sex", "age", "verdict"),
    [
        ("TRUE", None, None, "holds"),
        ("OTHERWISE TRUE", None, None, "holds"),
        ("IFA 248153007 | Male (finding) |", "male", None, "holds"),
        ("IFA 248153007 | Male (finding) |", "female", None, "fails"),
        ("IFA 248152002 | Female (finding) |", None, None, "unknown"),
        ("IFA 445518008 | Age at onset | >= 12.0 years AND IFA 445518008 | Age at onset | < 55.0 years", None, 30, "holds"),
        ("IFA 445518008 | Age at onset | >= 12.0 years AND IFA 445518008 | Age at onset | < 55.0 years", None, 60, "fails"),
        ("IFA 77386006 | Pregnant (finding) |", "female", 30, "unknown"),
        ("something new", None, None, "unknown"),
    ],
)  # fmt: skip
def test_map_rules_hold_fail_or_stay_open(rule, sex, age, verdict):
    assert judge(rule, sex=sex, age=age) == verdict
