"""Throughput of de-identification on one core, in kB of source per second of processor time."""

from __future__ import annotations

import json
import resource
import time

from app.core.errors import Unavailable
from app.deidentify.engine import clean_text
from app.deidentify.note import Note
from app.deidentify.policy import Policy
from app.deidentify.replace.surrogates import Surrogates
from app.deidentify.training.generator import generate
from app.factory import compose
from app.privacy.engines import full_engine, rules_engine

NOTE_CHARACTERS = 3_000
NOTES = 120


def main() -> None:
    compose()
    notes = _notes()
    size = sum(len(text.encode()) for text in notes) / 1000
    tokenizer = _speed(_tokenize(), notes, size)
    _report("kb_per_s_rules", _speed(_cleaner(rules_engine()), notes, size), "kB/s", size, tokenizer)
    try:
        engine = full_engine()
    except Unavailable:
        return
    _report("kb_per_s_model", _speed(_cleaner(engine), notes, size), "kB/s", size, tokenizer)
    _report("rss", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB", size, None)


def _notes() -> list[str]:
    """Notes of about 3,000 characters, joined from held-out documents; the same in every run."""
    texts, current = [], ""
    for sample in generate(20_000, 11, held_out=True):
        current += sample.text + "\n"
        if len(current) > NOTE_CHARACTERS:
            texts.append(current)
            current = ""
        if len(texts) == NOTES:
            break
    return texts


def _cleaner(engine):
    policy, surrogates = Policy(), Surrogates(b"bench", "bench")

    def clean(text: str) -> None:
        spans = engine.find([Note(text)])[0]
        clean_text(text, spans, policy, surrogates=surrogates, shift_days=-7)

    return clean


def _tokenize():
    """The baseline: what splitting into tokens alone costs in spaCy."""
    import spacy

    return spacy.blank("en")


def _speed(work, notes: list[str], size: float) -> float:
    for text in notes[:5]:
        work(text)
    start = time.process_time()
    for text in notes:
        work(text)
    return size / (time.process_time() - start)


def _report(metric: str, value: float, unit: str, size: float, baseline: float | None) -> None:
    line = {
        "bench": "deid",
        "metric": metric,
        "value": round(value, 1),
        "unit": unit,
        "size": f"{size:.0f} kB",
    }
    line["baseline"] = (
        {"name": "spacy.blank('en') tokenizer", "value": round(baseline, 1)} if baseline else None
    )
    line["ratio"] = round(value / baseline, 2) if baseline else None
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
