"""De-identification: what is removed, what is touched for nothing; beside presidio-analyzer without a model.

A value counts as removed when every letter and digit of it is covered by found spans, whatever their type; a value
that stands several times in a text, when every place of it is.
"""

import os
import re

from app.deidentify.note import Note
from app.factory import compose
from app.pipelines.gold import read_gold
from app.privacy.engines import full_engine, rules_engine
from tests.quality.baselines import oracles
from tests.quality.converters.asq_phi import read_queries
from tests.quality.converters.obi_notes import read_texts
from tests.quality.converters.presidio_research import read_synthetic
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


def covered(text, spans, start, end):
    """Whether every letter and digit from start to end lies in a span."""
    inside = {place for a, b in spans for place in range(max(a, start), min(b, end))}
    return all(place in inside or not text[place].isalnum() for place in range(start, end))


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


def maccrobat(systems):
    documents = list(read_gold(need("entities/maccrobat_dev"), lambda label: label))
    found = systems.spans([document.text for document in documents])

    def untouched(spans):
        hits = [
            not touches(own, entity.start, entity.end)
            for document, own in zip(documents, spans, strict=True)
            for entity in document.entities
            if entity.label not in NOT_CLINICAL
        ]
        return sum(hits), len(hits)

    report("maccrobat clinical entities untouched", found, untouched)


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
    for measure in (asq_phi, presidio_research, maccrobat, obi_notes):
        measure(systems)


if __name__ == "__main__":
    os.environ.setdefault("CHARTMARK_VAR", "var")
    main()
