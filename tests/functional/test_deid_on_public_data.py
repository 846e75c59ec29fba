"""The figures de-identification promises, on a third of public sets that are not part of the repository."""

import pytest

from app.deidentify.note import Note
from app.factory import compose
from app.pipelines.gold import read_gold
from app.privacy.engines import full_engine
from tests.public_data import DATA
from tests.quality.converters.asq_phi import read_queries
from tests.quality.converters.presidio_research import read_synthetic
from tests.quality.measure_deid import KINDS, NOT_CLINICAL, covered, touches

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (DATA / "deid").is_dir(), reason="../shared/data/deid is absent"),
]
EVERY = 3  # a third of each set keeps this fast; `make quality ONLY=deid` has the figures of the whole


@pytest.fixture(scope="module")
def find():
    compose()
    engine = full_engine()
    return lambda text: [(span.start, span.end) for span in engine.find([Note(text)])[0]]


def test_values_of_queries_are_removed_and_plain_queries_hardly_touched(find):
    removed = values = touched = plain = 0
    for query in list(read_queries(DATA / "deid/asq_phi_en/queries_dev.txt"))[::EVERY]:
        spans = find(query.text)
        plain, touched = plain + (not query.values), touched + (not query.values and bool(spans))
        for value in query.values:
            values += 1
            removed += all(covered(query.text, spans, a, b) for a, b in value.places)
    # "Mayo Clinic in Rochester" counts as missed for its "in", as in the card.
    assert removed / values >= 0.96
    assert touched / plain <= 0.15


def test_persons_dates_ids_and_contacts_of_synthetic_texts_are_found(find):
    wanted = {kind for name in ("persons", "dates", "ids", "contacts") for kind in KINDS[name]}
    found = gold = 0
    for row in list(read_synthetic(DATA / "deid/presidio_research_en/synth_dataset_v2.json"))[::EVERY]:
        spans = find(row.text)
        for start, end, kind in row.spans:
            if kind in wanted:
                gold += 1
                found += covered(row.text, spans, start, end)
    assert found / gold >= 0.95


def test_clinical_entities_of_case_reports_stay(find):
    touched = entities = 0
    for document in list(read_gold(DATA / "entities/maccrobat_dev", lambda label: label))[::EVERY]:
        spans = find(document.text)
        for entity in document.entities:
            if entity.label not in NOT_CLINICAL:
                entities += 1
                touched += touches(spans, entity.start, entity.end)
    assert entities > 500
    assert 1 - touched / entities >= 0.98
