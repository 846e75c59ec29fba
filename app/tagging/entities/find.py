"""All mentions of a note: vocabulary, affixes, chunks, drugs, measures, short forms, code systems."""

from __future__ import annotations

from collections.abc import Sequence

from app.tagging.entities.abbreviations import defined_short_forms, known_short_forms
from app.tagging.entities.bare import in_company
from app.tagging.entities.chemicals import acids, coded_substances, listed, neighbours
from app.tagging.entities.chunks import CLINICAL, chunk_heads
from app.tagging.entities.coding import with_codes
from app.tagging.entities.complaints import complaints
from app.tagging.entities.drugs import (
    dosed_drugs,
    formed_drugs,
    implied_drugs,
    is_drug_here,
    named_drugs,
    ways_of_giving,
)
from app.tagging.entities.findings import PhraseSpan, places, predicates
from app.tagging.entities.lexicon import LABELS_OF_WORDS, LexiconTerm, other_sense, vocabulary
from app.tagging.entities.mention import Mention
from app.tagging.entities.merge import merge
from app.tagging.entities.quantities.measures import MEASURED_BY, find_measures, strengths, without_stray_doses
from app.tagging.entities.quantities.regimens import regimens, without_values
from app.tagging.entities.quantities.results import results
from app.tagging.entities.quantities.times import find_times
from app.tagging.entities.vaccines import without_vaccinated
from app.tagging.reading.note import TokenisedNote
from app.tagging.terms.gazetteer import Gazetteer

_ALONE = frozenset({"ANATOMY", "LAB_TEST", "VITAL_SIGN", "DEVICE"})


def find_mentions(note: TokenisedNote, gazetteers: Sequence[Gazetteer] = ()) -> list[Mention]:
    """Mentions in text order, overlapping only where both mean something."""
    units = _units(note)
    shorts, empty = known_short_forms(note)
    told = empty | {at for short in shorts for at in range(short.first, short.last)}
    units = [unit for unit in units if unit[0] not in told or unit[1] - unit[0] > 1]
    units += [(m.first, m.last, LexiconTerm(m.label, "short")) for m in shorts if m.label in CLINICAL]
    found = shorts + chunk_heads(note, units) + predicates(note) + complaints(note) + named_drugs(note, units)
    found += [Mention(first, last, term.label, "vocabulary") for first, last, term in units if term.label in _ALONE]
    found = without_vaccinated(note, in_company(note, found))
    measured = {m.last: m.label for m in found if m.label in ("LAB_TEST", "VITAL_SIGN")}
    measures = find_measures(note, measured)
    taken = {at for mention in found for at in range(mention.first, mention.last)}
    found += (
        dosed_drugs(note, measures, taken)
        + formed_drugs(note, taken)
        + implied_drugs(note, taken)
        + acids(note)
        + coded_substances(note)
    )
    drugs = [m for m in found if m.label == "MEDICATION"]
    found += neighbours(note, drugs, taken) + listed(note, taken)
    found += measures + find_times(note) + list(results(note, units))
    found += ways_of_giving(note, [m for m in found if m.label in ("MEDICATION", "DOSE")])
    regimen = regimens(note, found)
    found = without_values(found, regimen) + regimen
    coded = [mention for gazetteer in gazetteers for mention in gazetteer.mentions(note)]
    # An index that turns its headings round ("Anomaly, aortic arch") makes no disease of a part of the body.
    organs_named = {(first, last) for first, last, term in units if term.label == "ANATOMY"}
    coded = [m for m in coded if m.label != "PROBLEM" or (m.first, m.last) not in organs_named]
    found += without_vaccinated(note, in_company(note, coded))
    found += list(places(note, found))
    found += defined_short_forms(note, found)
    titles = note.sections.title_tokens
    organs = note.sections.subheading_tokens
    found = [m for m in found if m.first not in titles and not (m.label == "ANATOMY" and m.first in organs)]
    return with_codes(note.tokens.words, merge(without_stray_doses(note, strengths(found))), gazetteers)


def _units(note: TokenisedNote) -> list[PhraseSpan]:
    """Phrases of the vocabulary, and single words that their affixes give away."""
    table, terms = vocabulary()
    words = note.tokens.words
    units: list[PhraseSpan] = []
    at = 0
    for first, last, number in table.longest(words):
        units += _affixed(words, at, first)
        listed = terms[number]
        term: LexiconTerm | None = listed
        if listed.kind == "context" and not is_drug_here(note, first, last):
            term = other_sense(tuple(words[first:last]))
        if term is not None and not (last - first == 1 and _lone_letter(note, first, term)):
            units.append((first, last, term))
        at = last
    return units + _affixed(words, at, len(words))


def _lone_letter(note: TokenisedNote, at: int, term: LexiconTerm) -> bool:
    """One or two letters name a test only before a number ("K 4.1", "T: 37.2")."""
    if term.label not in ("LAB_TEST", "VITAL_SIGN") or len(note.tokens.words[at]) > 2:
        return False
    after = note.tokens.words[at + 1 : at + 4]
    while after and after[0] in MEASURED_BY:
        del after[0]
    return not (after and after[0][0].isdigit())


def _affixed(words: list[str], start: int, end: int) -> list[PhraseSpan]:
    found: list[PhraseSpan] = []
    for at in range(start, end):
        term = LABELS_OF_WORDS[words[at]]
        if term is not None:
            found.append((at, at + 1, term))
    return found
