"""Mentions of problems and drugs in the public sets, beside a plain dictionary over ICD-10-CM."""

import os

from app.factory import compose
from app.pipelines.chartmark import ChartmarkRules
from app.pipelines.gold import read_gold
from app.tagging.evaluation.evaluate import evaluate
from tests.quality.baselines.dictionary import Dictionary
from tests.quality.converters.psytar import read_sentences
from tests.quality.converters.spl_adr import read_sections
from tests.quality.label_maps import label_map
from tests.quality.lines import say, say_share
from tests.quality.sets import need

# Corpora draw the lines between these differently.
PROBLEMS = ("PROBLEM", "SYMPTOM", "ADVERSE_EVENT")
CLASSES = {"problems": PROBLEMS, "drugs": ("MEDICATION",)}
SETS = {
    "maccrobat_dev": ("entities/maccrobat_dev", read_gold),
    "ncbi_disease_dev": ("entities/ncbi_disease_dev", read_gold),
    "bc5cdr_sample": ("entities/bc5cdr_sample/bioc/CDR_sample.gold.PubTator", read_gold),
    "phee_dev": ("entities/phee_dev", read_gold),
    "psytar_dev": ("entities/psytar_dev/dev.txt", read_sentences),
    "spl_adr_paediatric": (
        "entities/spl_adr_paediatric/fda-pediatric-special-populations-annot.json.gz",
        read_sections,
    ),
}
BESIDE = "dictionary (PhraseMatcher, ICD-10-CM)"


def gold_of(name):
    """The documents of a set, labels mapped by its own table."""
    relative, read = SETS[name]
    return list(read(need(relative), label_map(name)))


def main():
    compose()
    ours = ChartmarkRules()
    for name in SETS:
        documents = gold_of(name)
        mine = evaluate(ours, documents)
        for kind, labels in CLASSES.items():
            scores = mine["entities"].get("|".join(labels))
            if not scores or not scores["strict"]["gold"]:
                continue
            # A dictionary match has no class of its own: it is scored as if it were of the class asked for.
            theirs = evaluate(Dictionary(labels[0]), documents)
            report(f"{name} {kind}", (mine, theirs), labels)
        say("entities", f"{name} gold annotations left out", len(mine["problems"]), unit="annotations",
            size=sum(len(d.entities) for d in documents))  # fmt: skip


def report(metric, reports, labels):
    """Relaxed and strict precision, recall, F1, and the share of suggestions that touch anything annotated."""
    name = "|".join(labels)
    for level in ("relaxed", "strict"):
        mine, theirs = (report["entities"][name][level] for report in reports)
        for part, (hits, whole) in {"recall": ("found", "gold"), "precision": ("right", "suggested")}.items():
            beside = {BESIDE: (theirs[hits], theirs[whole])}
            say_share("entities", f"{metric} {level} {part}", mine[hits], mine[whole], beside=beside)
        beside = {BESIDE: theirs["f1"]}
        say("entities", f"{metric} {level} f1", mine["f1"], unit="F1", size=mine["gold"], beside=beside)
    mine, theirs = (touching(report, labels) for report in reports)
    say_share("entities", f"{metric} suggestions touching an annotation", *mine, beside={BESIDE: theirs})


def touching(report, labels):
    counts = [report["suggestions_touching_gold"].get(label, {}) for label in labels]
    return sum(c.get("touching", 0) for c in counts), sum(c.get("suggested", 0) for c in counts)


if __name__ == "__main__":
    os.environ.setdefault("CHARTMARK_VAR", "var")
    main()
