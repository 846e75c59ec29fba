"""Speed of pre-annotation beside medSpaCy: same notes, same terms, same process, one core.

Sentences are ours; terms are titles of ICD-10-CM, so that larger tables add no hits. CPU time.
A fresh process loads a gazetteer of as many terms as there may be, in the shape of SNOMED CT.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app.factory import compose
from app.pipelines.chartmark import ChartmarkRules
from app.tagging.annotate import tag_terms
from app.tagging.stock import load_medspacy
from app.tagging.terms.gazetteer import MAX_TERMS, Gazetteer, Term
from tests.bench.snomed_sized import disorder, rooted

TERMS = (50, 5_000, 100_000)
SMALL, LARGE = 3_100, 94_000
KNOWN = (
    "chest pain",
    "shortness of breath",
    "fever",
    "chills",
    "nausea",
    "vomiting",
    "diarrhea",
    "headache",
    "cough",
    "pneumonia",
    "hypertension",
    "diabetes",
    "asthma",
    "edema",
    "rash",
    "pleural effusion",
    "pneumothorax",
    "stroke",
    "atrial fibrillation",
    "heart failure",
    "abdominal pain",
    "dizziness",
    "syncope",
    "seizure",
    "weight loss",
    "breast cancer",
    "hepatitis",
    "cellulitis",
    "anemia",
    "gout",
    "depression",
    "anxiety",
    "back pain",
    "fatigue",
    "dyspnea",
    "palpitations",
    "hemoptysis",
    "melena",
    "jaundice",
    "wheezing",
    "hypothyroidism",
    "osteoporosis",
    "pulmonary embolism",
    "deep vein thrombosis",
    "urinary tract infection",
    "kidney stone",
    "migraine",
    "tremor",
    "infection",
    "fracture",
)
FRAMES = (
    "The patient denies {0}, {1} or {2}.",
    "No evidence of {0}.",
    "She presents with {0} and {1} for three days.",
    "There is a small {0}, unchanged since the previous study.",
    "He has a history of {0} and {1}.",
    "Possible {0}, cannot rule out {1}.",
    "{0} was ruled out.",
    "Return to the clinic if {0} or {1} recurs.",
    "Her mother had {0}.",
    "Lisinopril 20 mg by mouth daily for {0}.",
    "The examination is otherwise unremarkable.",
    "Vital signs are stable, temperature 37.2, blood pressure 124/78.",
    "He was admitted for {0} with {1}.",
    "The abdomen is soft and nontender without {0}.",
    "We discussed the plan with the family at length today.",
)
TITLES = (
    "CHIEF COMPLAINT",
    "HISTORY OF PRESENT ILLNESS",
    "PAST MEDICAL HISTORY",
    "MEDICATIONS",
    "ALLERGIES",
    "FAMILY HISTORY",
    "SOCIAL HISTORY",
    "REVIEW OF SYSTEMS",
    "PHYSICAL EXAMINATION",
    "LABORATORY DATA",
    "ASSESSMENT AND PLAN",
)


# Texts of one thing: each must take ten times as long when it is ten times as long.
ADVERSARIAL = {
    "no_fever": "no fever ",
    "newlines": "\n",
    "letters_with_dots": "a.",
    "commas": "pain, ",
    "drugs": "aspirin ",
    "doses": "aspirin 20 mg ",
    "salts": "sodium ",
    "headers": "PLAN:\n",
    "abbreviations": "(X) ",
    "defined_abbreviations": "heart failure (HF) ",
    "digits": "7",
    "numbers": "7 ",
    "causes": "rash caused by aspirin ",
    "adverse_events": "rash caused by aspirin hospitalized stopped resolved ",
}


def note(size: int, chance: random.Random) -> str:
    parts: list[str] = []
    while sum(map(len, parts)) < size:
        body = " ".join(chance.choice(FRAMES).format(*chance.sample(KNOWN, 3)) for _ in range(5))
        parts.append(f"{TITLES[len(parts) % len(TITLES)]}:\n{body}\n\n")
    return "".join(parts)[:size]


def terms(count: int) -> list[str]:
    import simple_icd_10_cm as icd

    titles = (icd.get_description(code) for code in icd.get_all_codes(with_dots=True))
    long_titles = dict.fromkeys(title.lower() for title in titles if len(title.split()) > 3)
    variants = (f"{title} {word}" for word in ("finding", "status") for title in long_titles)
    every = [*KNOWN, *long_titles, *variants]
    return every[:count]


def seconds(work: Callable[[str], object], notes: list[str], repeats: int = 1) -> float:
    """CPU seconds per note, best of the repeats."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        for text in notes:
            work(text)
        best = min(best, time.process_time() - start)
    return best / len(notes)


def say(metric: str, value: float, unit: str, size: int, baseline: str = "", ratio: float | None = None) -> None:
    line = {"bench": "preannotate", "metric": metric, "value": round(value, 3), "unit": unit, "size": size}
    print(
        json.dumps(line | {"baseline": baseline, "ratio": None if ratio is None else round(ratio, 2)}),
        flush=True,
    )


def stock(words: list[str]) -> Callable[[str], object]:
    from medspacy.target_matcher import TargetRule

    pipes = ["medspacy_pyrush", "medspacy_target_matcher", "medspacy_context", "medspacy_sectionizer"]
    nlp = load_medspacy(pipes)
    nlp.get_pipe("medspacy_target_matcher").add([TargetRule(word, "PROBLEM") for word in words])
    return nlp


def against_stock(small: list[str], large: list[str], full: ChartmarkRules) -> dict[int, float]:
    """The named metrics at each number of terms; returns our seconds per small note."""
    ours_at: dict[int, float] = {}
    for count in TERMS:
        words = terms(count)
        gazetteer = Gazetteer.of(Term("PROBLEM", word) for word in words)
        theirs = stock(words)
        theirs(small[0])
        for name, notes, some in (("3k", small, small[:8]), ("94k", large, large[:1])):
            tag_terms(notes[0], gazetteer)
            ours = seconds(lambda text, g=gazetteer: tag_terms(text, g), notes, 3)
            base = seconds(theirs, some)
            say(f"notes_{name}_per_s", 1 / ours, "1/s", count, "medspacy_stock", base / ours)
            if name == "3k":
                ours_at[count] = ours
            if count == TERMS[0]:
                whole = seconds(full.annotate, notes, 3)
                say(f"full_pipeline_{name}_per_s", 1 / whole, "1/s", count, "medspacy_stock", base / whole)
    return ours_at


def made_terms(count: int) -> Iterator[Term]:
    """Invented wordings of diseases, in the shape of SNOMED CT."""
    chance, seen = random.Random(5), set()
    while len(seen) < count:
        for make in (disorder, rooted):
            _, wordings, _ = make(chance)
            for wording in wordings:
                if wording.lower() not in seen:
                    seen.add(wording.lower())
                    yield Term("PROBLEM", wording, ("made", "2026", str(len(seen)), wordings[0]))


LOADING = """
import resource, sys, time
from pathlib import Path
from app.tagging.annotate import annotate_note
from app.tagging.terms.gazetteer import Gazetteer
start = time.perf_counter()
gazetteer = Gazetteer.load(Path(sys.argv[1]))
annotate_note("No fever. Chest pain.", [gazetteer], None)
print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, len(gazetteer))
"""


def start_up() -> None:
    """Compiling, and what a fresh worker then takes, with the largest gazetteer there may be."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.process_time()
        Gazetteer.of(made_terms(MAX_TERMS + 10_000)).save(Path(folder))
        say("compile_s", time.process_time() - start, "s", MAX_TERMS)
        answer = subprocess.check_output([sys.executable, "-c", LOADING, folder], text=True)
    taken, memory, size = map(float, answer.split())
    say("worker_ready_s", taken, "s", int(size))
    say("worker_rss_mb", memory, "MB", int(size))


def _times(unit: str, size: int) -> str:
    return (unit * (size // len(unit) + 1))[:size]


def main() -> None:
    chance = random.Random(11)
    small, large = [note(SMALL, chance) for _ in range(60)], [note(LARGE, chance) for _ in range(2)]
    compose()
    full = ChartmarkRules()
    start = time.perf_counter()
    full.ready()
    full.annotate(small[0])
    say("first_use_s", time.perf_counter() - start, "s", 0)
    start = time.perf_counter()
    ChartmarkRules().ready()
    say("ready_s", time.perf_counter() - start, "s", len(full.sources()))
    say("rss_mb", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB", 0)
    ours = against_stock(small, large, full)
    say("terms_100000_over_50", ours[TERMS[-1]] / ours[TERMS[0]], "times", TERMS[-1])
    prose = note(LARGE, chance)
    for name, unit in {"prose": prose, "prose_on_one_line": prose.replace("\n", " "), **ADVERSARIAL}.items():
        tenth = seconds(full.annotate, [_times(unit, 100_000)], 3)
        whole = seconds(full.annotate, [_times(unit, 1_000_000)], 2)
        say(f"one_mb_{name}_s", whole, "s", 1_000_000, "ten times 100 kB", 10 * tenth / whole)
    start_up()


if __name__ == "__main__":
    os.environ.setdefault("CHARTMARK_VAR", "var")
    main()
