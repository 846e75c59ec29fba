"""The terms of the current releases of all installed code systems."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

from app.core.errors import NotFound, code_of
from app.pipelines.terms.semantic_types import SemanticType, systems, type_of
from app.pipelines.terms.wording import KINDS, SILENT_KINDS, USUAL_KINDS, wordings
from app.tagging.entities.lexicon import CLASSES, vocabulary
from app.tagging.reading.tokens import words_of
from app.tagging.terms.gazetteer import Term
from app.tagging.valuesets import word_set
from app.terminology.artefacts import Manifest, find_release, list_releases
from app.terminology.releases import current_release
from app.terminology.search import SearchableRelease, open_release

log = logging.getLogger(__name__)

FIRST = "icd10cm"  # comes with the server


def current_releases(root: Path, progress: Callable[[str], None] = lambda _: None) -> list[Manifest]:
    """The current release of every system below `root`, in the order in which they decide a label.

    Where ICD-10-CM has none, the one that comes with the server is built. Another system whose
    current release was taken away is left out.
    """
    installed = {manifest.system for manifest in list_releases(root)}
    found = []
    for system in (*systems(), *sorted(installed.difference(systems()))):
        try:
            found.append(find_release(root, system))
        except NotFound:
            if system == FIRST:
                found.append(current_release(root, system, progress))
    return found


def terms_of(root: Path, manifests: list[Manifest]) -> Iterator[Term]:
    """Every chosen wording of these releases."""
    for manifest in manifests:
        yield from _terms(open_release(root, manifest.system, manifest.digest))


def _terms(release: SearchableRelease) -> Iterator[Term]:
    system, name = release.system, release.manifest.release
    kinds, spoken = KINDS.get(system, USUAL_KINDS), _english(release)
    of_term, languages = release.matcher.term_kind, release.matcher.term_language
    entry_terms: list[Term] = []  # last, since the code that a phrase is the title of comes first
    for number, code, kind in release.query("SELECT id, code, kind FROM concept WHERE active ORDER BY id"):
        chosen = type_of(system, code, kind)
        if chosen is None:
            continue
        codes = (system, name, code, release.preferred(number))
        for term in release.terms_of(number):
            if of_term[term] not in kinds or languages[term] not in spoken:
                continue
            made = list(_worded(release, term, chosen, codes))
            if of_term[term] in SILENT_KINDS:
                entry_terms += [one._replace(least=0) for one in made]
            else:
                yield from made
    yield from entry_terms


def _worded(
    release: SearchableRelease, term: int, chosen: SemanticType, codes: tuple[str, str, str, str]
) -> Iterator[Term]:
    """The wordings of one term; one that no rule can read is left out, and the rest of the release goes on."""
    try:
        for phrase in wordings(release.system, release.text(term)):
            yield Term(chosen.label, phrase, codes, 0 if _left_to_rules(phrase, chosen.label) else chosen.least)
    except Exception as error:  # noqa: BLE001  (any fault of a rule)
        log.warning("term left out", extra={"system": codes[0], "concept": codes[2], "code": code_of(error)})


def _left_to_rules(phrase: str, label: str) -> bool:
    """Names of drugs that our vocabulary knows too, or that are everyday words: the rules look at the context."""
    if label != "MEDICATION":
        return False
    words = words_of(phrase)
    if vocabulary()[0].find(words) is not None:
        return True
    return len(words) == 1 and bool(CLASSES[words[0]] or words[0] in word_set("not_drugs") | word_set("not_stemmed"))


def _english(release: SearchableRelease) -> set[int]:
    """Numbers of the languages that are English; terms without one have the release's."""
    own = release.manifest.language
    return {n for n, name in enumerate(release.languages) if (name or own or "en").startswith("en")}
