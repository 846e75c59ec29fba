"""De-identification: what is removed, what is touched for nothing; beside presidio-analyzer without a model.

A value counts as removed when every letter and digit of it is covered by found spans, whatever their type; a value
that stands several times in a text, when every place of it is.
"""

import collections
import csv
import os
import re

from app.deidentify.engine import SourceText, deidentify_subject
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.policy import Policy
from app.deidentify.verdict import NEEDS_REVIEW
from app.factory import compose
from app.pipelines.gold import read_gold
from app.privacy.engines import full_engine, rules_engine
from tests.quality.baselines import oracles
from tests.quality.converters.asq_phi import read_queries
from tests.quality.converters.obi_notes import read_texts
from tests.quality.converters.presidio_research import read_synthetic
from tests.quality.deid_cases import DAMAGING, covered, names_removed, read_cases, texts_kept, wrong_spans
from tests.quality.lines import say, say_share
from tests.quality.sets import need

KINDS = {
    "persons": {"PERSON"},
    "dates": {"DATE_TIME"},
    "ids": {"CREDIT_CARD", "IBAN_CODE", "US_SSN", "US_DRIVER_LICENSE"},
    "contacts": {"PHONE_NUMBER", "EMAIL_ADDRESS", "IP_ADDRESS", "DOMAIN_NAME"},
    "addresses": {"STREET_ADDRESS", "ZIP_CODE"},
    "places_gpe": {"GPE"},
    "organisations": {"ORGANIZATION"},
}
# What a case report says that identifies nobody in MACCROBAT but may rightly be removed elsewhere.
NOT_CLINICAL = {"Date", "Age", "Time", "Nonbiological_location", "Personal_background", "Occupation", "Subject"}
# Shapes that look like an identifier; a rough count, for a set without gold.
SUSPICIOUS = {
    "numeric_dates": re.compile(r"\b\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b"),
    "phones": re.compile(r"\(?\b\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b"),
    "long_numbers": re.compile(r"\b\d{5,}\b"),
    "titled_names": re.compile(r"\b(?:Dr|Mr|Mrs|Ms)\.? [A-Z][a-z]+"),
    "names_before_md": re.compile(r"\b[A-Z][a-z]+ (?:[A-Z]\.? )?[A-Z][a-z]+(?=,? M\.?D\b)"),
}
GOLD = {
    "maccrobat_dev": "entities/maccrobat_dev",
    "ncbi_disease_dev": "entities/ncbi_disease_dev",
    "bc5cdr_sample": "entities/bc5cdr_sample/bioc/CDR_sample.gold.PubTator",
    "phee_dev": "entities/phee_dev",
}
# Notes that no rule was tuned on: title, file, column of the text.
OTHER_NOTES = (
    ("ACI-BENCH", "notes/aci_bench/train.csv", "note"),
    ("MTS-Dialog", "notes/mts_dialog/MTS-Dialog-TrainingSet.csv", "section_text"),
)
SHORTEST_NOTE, SHORTEST_SECTION = 600, 200
CASES = {
    "deid_names_that_are_words": "the rest of those texts kept",
    "deid_words_as_words": "the same words as words kept",
    "deid_kept": "clean texts of many shapes kept",
    "deid_kept_second": "further clean texts kept",
    "deid_kept_third": "substances, variants, peoples and methods kept",
    "deid_letters": "the rest of letters and handovers kept",
}
_WORDS = re.compile(r"[A-Za-z]{3,}")
_TITLE = re.compile(r"\b(?:Dr|Mr|Mrs|Ms|Miss)\b\.?\s*$")
# Words that stand for names taken out before, and real places of the notes.
PLACEHOLDERS = wordset(
    """
    abc xyz xxx abcd xyza doe john jane smith houston texas austin new york california florida chicago boston
    mexico united states american january february march april may june july august september october november
    december monday tuesday wednesday thursday friday saturday sunday
    """
)
PRESIDIO = "presidio-analyzer, no model"
MEASURED = ("rules and model", "rules only")


class Systems:
    """Spans of every system on the texts of one set; ours with and without the model."""

    def __init__(self):
        compose()
        self.engines = dict(zip(MEASURED, (full_engine(), rules_engine()), strict=True))

    def spans(self, texts):
        """System → spans per text as (start, end); None for a baseline that could not be run."""
        found = {
            name: [[(s.start, s.end) for s in engine.find([Note(text)])[0]] for text in texts]
            for name, engine in self.engines.items()
        }
        answers = oracles.ask("presidio", [{"text": text} for text in texts])
        found[PRESIDIO] = answers and [[(a, b) for a, b, _ in spans] for spans in answers]
        return found


def touches(spans, start, end):
    return any(a < end and start < b for a, b in spans)


def report(metric, found, count):
    """`count(spans per text)` → (part, whole), for every system: ours, rules only, then the baseline."""
    pairs = {name: count(spans) if spans is not None else None for name, spans in found.items()}
    beside = {PRESIDIO: pairs[PRESIDIO], MEASURED[1]: pairs[MEASURED[1]]}
    say_share("deid", metric, *pairs[MEASURED[0]], beside=beside)


def asq_phi(systems):
    queries = list(read_queries(need("deid/asq_phi_en/queries_dev.txt")))
    found = systems.spans([query.text for query in queries])

    def removed(kind):
        def count(spans):
            hits = [
                all(covered(query.text, own, a, b) for a, b in value.places)
                for query, own in zip(queries, spans, strict=True)
                for value in query.values
                if value.places and kind in ("", value.type)
            ]
            return sum(hits), len(hits)

        return count

    report("asq_phi values removed", found, removed(""))
    for kind in sorted({value.type for query in queries for value in query.values}):
        report(f"asq_phi {kind.lower()} removed", found, removed(kind))
    texts = [(q.text, [place for value in q.values for place in value.places]) for q in queries]
    report("asq_phi texts with a leak", found, lambda spans: leaking(spans, texts))
    plain = [not query.values for query in queries]
    report(
        "asq_phi hard negatives touched",
        found,
        lambda spans: (sum(bool(s) for s, p in zip(spans, plain, strict=True) if p), sum(plain)),
    )
    absent = sum(not value.places for query in queries for value in query.values)
    say("deid", "asq_phi values that do not occur in their query, left out", absent, unit="values", size=len(queries))


def presidio_research(systems):
    rows = list(read_synthetic(need("deid/presidio_research_en/synth_dataset_v2.json")))
    found = systems.spans([row.text for row in rows])

    def recall(types, hit):
        def count(spans):
            hits = [
                hit(row.text, own, a, b)
                for row, own in zip(rows, spans, strict=True)
                for a, b, kind in row.spans
                if kind in types
            ]
            return sum(hits), len(hits)

        return count

    for name, types in KINDS.items():
        report(f"presidio_research {name} removed", found, recall(types, covered))
    for name in ("addresses", "places_gpe", "organisations"):
        touched = recall(KINDS[name], lambda text, own, a, b: touches(own, a, b))
        report(f"presidio_research {name} touched", found, touched)

    kept = set().union(*KINDS.values())
    texts = [(row.text, [(a, b) for a, b, kind in row.spans if kind in kept]) for row in rows]
    report("presidio_research texts with a leak", found, lambda spans: leaking(spans, texts))

    def false(spans):
        wrong = [
            not touches([(a, b) for a, b, _ in row.spans], *span)
            for row, own in zip(rows, spans, strict=True)
            for span in own
        ]
        return sum(wrong), len(wrong)

    report("presidio_research found spans that touch no gold span", found, false)
    empty = [not row.spans for row in rows]
    report(
        "presidio_research texts without gold touched",
        found,
        lambda spans: (sum(bool(s) for s, e in zip(spans, empty, strict=True) if e), sum(empty)),
    )


def gold_entities(systems):
    """What annotators marked as clinical and a name, place, organisation or number of ours touches."""
    engine = systems.engines[MEASURED[0]]
    total = [0, 0]
    for name, relative in GOLD.items():
        hits = whole = 0
        for document in read_gold(need(relative), lambda label: label):
            own = [(s.start, s.end) for s in engine.find([Note(document.text)])[0] if s.type in DAMAGING]
            entities = [e for e in document.entities if e.label not in NOT_CLINICAL]
            hits += sum(touches(own, e.start, e.end) for e in entities)
            whole += len(entities)
        say_share("deid", f"{name} gold entities touched by a name, place, organisation or id", hits, whole)
        total = [total[0] + hits, total[1] + whole]
    say_share("deid", "gold entities touched", *total, note="MACCROBAT, NCBI, BC5CDR, PHEE; goal .001")


def real_notes():
    """(set, texts) of real notes that hold no identifiers but placeholders, some towns, hospitals and first names."""
    csv.field_size_limit(10**8)
    with need("notes/mtsamples_100.csv").open(newline="", errors="replace") as file:
        texts = [max(row, key=len) for row in csv.reader(file) if row]
    for folder in ("notes/ctakes_examples", "entities/maccrobat_dev"):
        texts += [path.read_text(errors="replace") for path in sorted(need(folder).rglob("*.txt"))]
    yield "MTSamples, cTAKES, MACCROBAT", [text for text in texts if len(text) > SHORTEST_NOTE]
    for title, relative, column in OTHER_NOTES:
        with need(relative).open(newline="", encoding="utf-8") as file:
            yield title, [row[column] for row in csv.DictReader(file) if len(row[column] or "") > SHORTEST_SECTION]


def over_removal(systems):
    """Words that stand in three or more notes are nobody's name; and how many clean notes wait for a person."""
    engine = systems.engines[MEASURED[0]]
    for title, texts in real_notes():
        seen = collections.Counter(w for text in texts for w in {x.lower() for x in _WORDS.findall(text)})
        common = {word for word, count in seen.items() if count > 2} - PLACEHOLDERS
        wrong = [sum(_is_wrong(text, span, common) for span in engine.find([Note(text)])[0]) for text in texts]
        words = sum(len(text.split()) for text in texts)
        say("deid", f"wrong removals per 1,000 words, {title}", 1000 * sum(wrong) / words, unit="per 1,000", size=words)
        say_share("deid", f"notes with a wrong removal, {title}", sum(map(bool, wrong)), len(texts))
        say_share("deid", f"clean notes held for a person, {title}", *_held(texts, engine))


def _is_wrong(text, span, common):
    if span.type in ("DATE", "AGE") or _TITLE.search(text[max(0, span.start - 8) : span.start]):
        return False
    return any(word.lower() in common for word in _WORDS.findall(text[span.start : span.end]))


def _held(texts, engine):
    texts = [text.replace("\0", " ") for text in texts]
    verdicts = [
        deidentify_subject([SourceText("n", text)], Policy(mode="surrogate"), key=b"k" * 32, engine=engine)[0].verdict
        for text in texts
    ]
    return verdicts.count(NEEDS_REVIEW), len(verdicts)


def own_cases(systems):
    """Our own hostile texts; written before the rules they test."""
    engine = systems.engines[MEASURED[0]]
    for name, what in CASES.items():
        cases = read_cases(name)
        found = [engine.find([Note(case.text)])[0] for case in cases]
        if any(case.gold for case in cases):
            say_share("deid", f"own: {name}, removed", *names_removed(cases, found))
        say_share("deid", f"own: {what}", *texts_kept(cases, found))
        wrong = sum(len(wrong_spans(case, spans)) for case, spans in zip(cases, found, strict=True))
        say("deid", f"own: {what}, wrong removals", wrong, unit="spans", size=sum(len(c.text.split()) for c in cases))


def leaking(spans_of, texts):
    """(texts with a gold value left in part or whole, all)."""
    return sum(
        any(not covered(text, own, a, b) for a, b in gold) for (text, gold), own in zip(texts, spans_of, strict=True)
    ), len(texts)


def obi_notes(systems):
    texts = read_texts(need("deid/obi_notes_en/data/notes/notes.jsonl"))
    found = systems.spans(texts)

    def residual(spans):
        hits = [
            not covered(text, own, *match.span())
            for text, own in zip(texts, spans, strict=True)
            for pattern in SUSPICIOUS.values()
            for match in pattern.finditer(text)
        ]
        return sum(hits), len(hits)

    report("obi_notes suspicious patterns left (no gold)", found, residual)


def main():
    systems = Systems()
    for measure in (asq_phi, presidio_research, over_removal, gold_entities, own_cases, obi_notes):
        measure(systems)


if __name__ == "__main__":
    os.environ.setdefault("CHARTMARK_VAR", "var")
    main()
