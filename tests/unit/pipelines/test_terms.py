"""Terms of installed releases: which are chosen, how they are worded, when they are compiled."""

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from app.factory import compose
from app.pipelines import chartmark
from app.pipelines.chartmark import ChartmarkRules
from app.pipelines.terms import cache
from app.pipelines.terms.cache import load_terms
from app.pipelines.terms.semantic_types import systems, type_of
from app.pipelines.terms.sources import current_releases, terms_of
from app.pipelines.terms.wording import wordings
from app.tagging.labels import LABELS
from app.tagging.protocol import provenance
from app.tagging.reading.note import TokenisedNote
from app.tagging.terms.headings import names_of
from app.tagging.valuesets import rows
from app.terminology.artefacts import find_release, folder_of
from app.terminology.importers.protocol import CODE_SYSTEMS
from app.terminology.releases import Named, import_release

SAMPLES = Path(__file__).parents[3] / "ontologies" / "samples"


@pytest.fixture(autouse=True, scope="module")
def _registries():
    compose()


@pytest.fixture
def installed(tmp_path):
    """A small ICD-10-CM is there, so that nothing large is built."""
    import_release(tmp_path / "terminology", "icd10cm", SAMPLES / "icd10cm")
    return tmp_path


def loaded(var, **more):
    return load_terms(var / "terminology", var / "preannotate", **more)


def own(var, *lines, release="1"):
    source = var / "own.csv"
    source.write_text("\n".join(["code,term,kind", *lines]), encoding="utf-8")
    return import_release(var / "terminology", "site", source, Named(release=release))


def suggested(terms, text):
    return {(m.label, m.codes[0][:3]) for m in terms.gazetteer.mentions(TokenisedNote(text))}


# --- which ---


def test_every_chosen_type_is_of_a_system_there_is_an_importer_for_and_has_a_label_of_ours():
    assert set(systems()) <= set(CODE_SYSTEMS.keys())
    assert {row["label"] for row in rows("semantic_types")} <= set(LABELS)


@pytest.mark.parametrize(
    ("system", "code", "kind", "label", "because"),
    [
        ("icd10cm", "I21.9", "code", "PROBLEM", "a disease"),
        ("icd10cm", "R07.9", "code", "SYMPTOM", "the chapter of symptoms"),
        ("icd10cm", "Z79.4", "code", None, "circumstances are no problem of the patient"),
        ("icd10cm", "S72.001A", "code", None, "the encounter is not said in a note's words"),
        ("icd10cm", "Chapter 9", "chapter", None, "a heading"),
        ("snomed", "1", "disorder", "PROBLEM", "a disease"),
        ("snomed", "1", "situation", None, "says in its name whether it is there"),
        ("rxnorm", "1", "SCD", None, "drug, dose and form stand apart in a note"),
        ("rxnorm", "1", "IN", "MEDICATION", "an ingredient"),
        ("site", "1", "PROCEDURE", "PROCEDURE", "a system of one's own says it with its kind"),
        ("site", "1", "activity", None, "a kind that is no label"),
    ],
)
def test_a_concept_becomes_a_term_by_its_semantic_type(system, code, kind, label, because):
    found = type_of(system, code, kind)
    assert (found and found.label) == label, because


@pytest.mark.parametrize(
    ("system", "label", "code"),
    [
        ("snomed", "PROBLEM", "90011000003104"),
        ("rxnorm", "MEDICATION", "9000001"),
        ("meddra", "PROBLEM", "10900030"),
        ("atc", "MEDICATION", "Z01AA02"),
        ("loinc", "LAB_TEST", "99990-1"),
        ("whodrug", "MEDICATION", "900001.01.001"),
        ("snomed-gps", "PROBLEM", "90011000003104"),
    ],
)
def test_a_release_of_each_system_yields_its_terms(tmp_path, system, label, code):
    manifest = import_release(tmp_path, system, SAMPLES / system)
    terms = list(terms_of(tmp_path, [manifest]))
    assert (label, code) in {(term.label, term.code[2]) for term in terms}
    assert all(term.code[:2] == (manifest.system, manifest.release) for term in terms)


def test_a_retired_code_is_no_term(installed):
    manifest = own(installed, "1,Old Grumble,PROBLEM")
    source = installed / "own.csv"
    source.write_text("code,term,kind,active\n1,Old grumble,PROBLEM,no\n2,New grumble,PROBLEM,yes\n")
    manifest = import_release(installed / "terminology", "site", source, Named(release="2"))
    assert [term.code[2] for term in terms_of(installed / "terminology", [manifest])] == ["2"]


def test_a_drug_name_that_is_an_everyday_word_or_known_to_the_rules_is_left_to_them(installed):
    manifest = own(installed, "1,calcium,MEDICATION", "2,Left,MEDICATION", "3,Zanubixone,MEDICATION")
    least = {term.phrase: term.least for term in terms_of(installed / "terminology", [manifest])}
    assert least == {"calcium": 0, "Left": 0, "Zanubixone": 1}


# --- wording ---


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("Pneumonia, unspecified organism", ["Pneumonia"]),
        ("Essential (primary) hypertension", ["Essential hypertension"]),
        ("Type 2 diabetes mellitus without complications", ["Type 2 diabetes mellitus"]),
        ("Other specified disorders of bone", []),
        ("Asthma with status asthmaticus", []),
        ("Pain, unspecified", []),
    ],
)
def test_titles_become_words_of_a_note(title, names):
    assert names_of(title) == names


@pytest.mark.parametrize(
    ("system", "term", "phrases"),
    [
        ("snomed", "Structure of left grumbler", ["left grumbler"]),
        ("snomed", "Product containing grumbline", ["grumbline"]),
        ("snomed", "Grumbling disease (disorder)", ["Grumbling disease"]),
        ("loinc", "Grumblium [Mass/volume] in Serum or Plasma", ["Grumblium"]),
        ("rxnorm", "grumbline 20 MG Oral Tablet", []),
        ("rxnorm", "grumbline", ["grumbline"]),
        ("rxnorm", "gr", []),
    ],
)
def test_a_term_is_worded_as_a_note_would(system, term, phrases):
    assert wordings(system, term) == phrases


# --- when ---


def test_terms_are_compiled_once_and_kept_under_their_digest(installed, monkeypatch):
    first = loaded(installed)
    monkeypatch.setattr(cache, "terms_of", lambda *_: pytest.fail("compiled again"))
    again = loaded(installed)
    assert again.digest == first.digest
    assert [f.name for f in (installed / "preannotate").iterdir() if f.is_dir()] == [first.digest]
    assert suggested(again, "Cholera.") == {("PROBLEM", ("icd10cm", "2025-10", "A00"))}
    assert loaded(installed, known=again) is again


def test_an_imported_release_and_a_later_one_are_picked_up(installed):
    before = loaded(installed)
    own(installed, "1,Grumbling cough,PROBLEM")
    first = loaded(installed, known=before)
    own(installed, "1,Grumbling cold,PROBLEM", release="2")
    second = loaded(installed, known=first)
    assert len({before.digest, first.digest, second.digest}) == 3
    assert suggested(first, "Grumbling cough.") == {("PROBLEM", ("site", "1", "1"))}
    assert suggested(second, "Grumbling cough, grumbling cold.") == {("PROBLEM", ("site", "2", "1"))}
    assert [(s["system"], s["release"]) for s in second.sources] == [("icd10cm", "2025-10"), ("site", "2")]


def test_last_years_release_imported_beside_a_later_one_changes_nothing(installed):
    own(installed, "1,Grumbling cough,PROBLEM", release="2")
    before = loaded(installed)
    own(installed, "1,Grumbling cold,PROBLEM", release="1")
    assert loaded(installed, known=before) is before


def test_a_release_that_was_taken_away_is_used_no_more(installed):
    before = loaded(installed)
    manifest = own(installed, "1,Grumbling cough,PROBLEM")
    assert loaded(installed).digest != before.digest
    shutil.rmtree(folder_of(installed / "terminology", manifest))
    assert loaded(installed).digest == before.digest


def test_where_no_icd10cm_is_installed_the_one_that_comes_with_the_server_is_built(tmp_path, monkeypatch):
    asked = []

    def build(root, system, progress):
        asked.append(system)
        return import_release(root, "icd10cm", SAMPLES / "icd10cm")

    monkeypatch.setattr("app.pipelines.terms.sources.current_release", build)
    own(tmp_path, "1,Grumbling cough,PROBLEM")
    assert [m.system for m in current_releases(tmp_path / "terminology")] == ["icd10cm", "site"]
    assert asked == ["icd10cm"]


# --- damage and races ---


def _cut(path):
    path.write_bytes(path.read_bytes()[:-7])


def _scribble(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("damage", [_cut, _scribble, Path.unlink], ids=["cut", "scribbled on", "missing"])
@pytest.mark.parametrize("name", [*cache.FILES, cache._SEAL])
def test_a_damaged_folder_is_compiled_again(installed, name, damage):
    folder = installed / "preannotate" / loaded(installed).digest
    damage(folder / name)
    again = loaded(installed)
    assert suggested(again, "Cholera.") == {("PROBLEM", ("icd10cm", "2025-10", "A00"))}
    seal = json.loads((folder / cache._SEAL).read_text())
    assert all(cache._sha256_of(folder / file) == digest for file, digest in seal.items())


def test_an_empty_folder_left_by_a_crash_is_compiled_again(installed):
    digest = loaded(installed).digest
    folder = installed / "preannotate" / digest
    shutil.rmtree(folder)
    folder.mkdir()
    assert loaded(installed).digest == digest
    assert suggested(loaded(installed), "Cholera.")


def test_who_reads_a_folder_keeps_it_while_another_replaces_it(installed):
    reader = loaded(installed)
    _cut(installed / "preannotate" / reader.digest / "words.txt")
    loaded(installed)
    assert suggested(reader, "Cholera.") == {("PROBLEM", ("icd10cm", "2025-10", "A00"))}


def _load_and_count(var):
    compose()
    made = []
    plain = cache.terms_of
    cache.terms_of = lambda *given: made.append(1) or plain(*given)
    terms = loaded(Path(var))
    return len(made), terms.digest, sorted(suggested(terms, "Cholera."))


def test_processes_that_race_compile_once_and_agree(installed):
    with get_context("spawn").Pool(3) as pool:
        answers = pool.map(_load_and_count, [str(installed)] * 3)
    assert sum(made for made, _, _ in answers) == 1
    assert len({str(answer[1:]) for answer in answers}) == 1


def test_threads_that_race_compile_once(installed, monkeypatch):
    made = []
    plain = cache.terms_of
    monkeypatch.setattr(cache, "terms_of", lambda *given: made.append(1) or plain(*given))
    with ThreadPoolExecutor(6) as pool:
        assert len({terms.digest for terms in pool.map(lambda _: loaded(installed), range(6))}) == 1
    assert made == [1]


def test_folders_of_the_past_are_cleared_away(installed):
    for release in range(1, 6):
        own(installed, f"1,Grumble {release},PROBLEM", release=str(release))
        newest = loaded(installed)
    left = {folder.name for folder in (installed / "preannotate").iterdir() if folder.is_dir()}
    assert len(left) == cache.KEPT
    assert newest.digest in left


# --- the pipeline ---


def test_an_import_changes_what_a_running_pipeline_says_and_the_provenance_but_not_what_was_signed(
    installed, monkeypatch
):
    monkeypatch.setenv("CHARTMARK_VAR", str(installed))
    pipeline = ChartmarkRules()
    signed, stored = pipeline.digest(), provenance(pipeline)
    own(installed, "1,Grumbling zest,PROBLEM")
    assert not [e for e in pipeline.annotate("Grumbling zest.").entities if e.candidates]
    pipeline.ready()
    (entity,) = pipeline.annotate("Grumbling zest.").entities
    assert entity.candidates == [{"system": "site", "release": "1", "code": "1", "term": "Grumbling zest"}]
    assert pipeline.digest() == signed
    assert provenance(pipeline)["digest"] != stored["digest"]
    assert find_release(installed / "terminology", "site").digest in {s["digest"] for s in pipeline.sources()}


def test_the_digest_of_the_pipeline_is_over_its_rules(monkeypatch):
    before = ChartmarkRules().digest()
    monkeypatch.setattr(chartmark, "rules_digest", lambda: "other rules")
    assert ChartmarkRules().digest() != before
