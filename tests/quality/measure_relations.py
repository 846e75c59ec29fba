"""Relations proposed: drug–event in PHEE sentences, all mapped types in MACCROBAT; beside bare co-occurrence."""

import os

from app.factory import compose
from app.pipelines.chartmark import ChartmarkRules
from app.tagging.evaluation.evaluate import evaluate
from app.tagging.protocol import Annotated, Relation
from tests.quality.lines import say, say_share
from tests.quality.measure_entities import PROBLEMS, gold_of

# The plain dictionary of the entities measure proposes no relation at all, so a harder baseline stands beside ours:
BESIDE = "every drug with every problem of the sentence"


class CoOccurrence:
    """Our own mentions, each drug related to each problem of the same text (PHEE: one sentence)."""

    key = "cooccurrence"
    version = "1"

    def __init__(self, ours):
        self.ours = ours

    def digest(self):
        return self.key

    def annotate(self, text, *, targets=None, meta=None):
        said = self.ours.annotate(text, targets=targets)
        drugs = [n for n, e in enumerate(said.entities) if e.label == "MEDICATION"]
        problems = [n for n, e in enumerate(said.entities) if e.label in PROBLEMS]
        pairs = [Relation("causes", drug, problem) for drug in drugs for problem in problems]
        return Annotated(said.sections, said.entities, pairs)


def phee(ours):
    documents = [d for d in gold_of("phee_dev") if any(kind == "causes" for kind, _, _ in d.relations)]
    pipelines = {"": ours, BESIDE: CoOccurrence(ours)}
    found = {name: [sentence_found(p, d) for d in documents] for name, p in pipelines.items()}
    for what, place in (("with a gold pair found", 0), ("with any drug–event relation proposed", 1)):
        hits = {name: sum(pair[place] for pair in pairs) for name, pairs in found.items()}
        beside = {BESIDE: (hits[BESIDE], len(documents))}
        say_share("relations", f"phee_dev sentences {what}", hits[""], len(documents), beside=beside)
    report("phee_dev", {name: evaluate(p, gold_of("phee_dev"))["relations"] for name, p in pipelines.items()})


def sentence_found(pipeline, document):
    """Whether a gold drug–event pair is proposed (both ends overlap), and whether any such relation is."""
    said = pipeline.annotate(document.text)
    own = [(said.entities[r.head], said.entities[r.tail]) for r in said.relations if r.type == "causes"]
    gold = [(document.entities[h], document.entities[t]) for kind, h, t in document.relations if kind == "causes"]
    right = any(overlap(a, c) and overlap(b, d) for a, b in own for c, d in gold)
    return right, bool(own)


def overlap(one, other):
    return one.start < other.end and other.start < one.end


def maccrobat(ours):
    report("maccrobat_dev", {"": evaluate(ours, gold_of("maccrobat_dev"))["relations"]})


def report(name, relations):
    """Precision, recall and F1 of each relation type the gold has."""
    for kind, mine in sorted(relations[""].items()):
        others = {key: found.get(kind) for key, found in relations.items() if key}
        for part, (hits, whole) in {"precision": ("right", "suggested"), "recall": ("found", "gold")}.items():
            beside = {key: (score[hits], score[whole]) for key, score in others.items() if score}
            say_share("relations", f"{name} {kind} {part}", mine[hits], mine[whole], beside=beside)
        beside = {key: score["f1"] for key, score in others.items() if score}
        say("relations", f"{name} {kind} f1", mine["f1"], unit="F1", size=mine["gold"], beside=beside)


def main():
    compose()
    ours = ChartmarkRules()
    for measure in (phee, maccrobat):
        measure(ours)


if __name__ == "__main__":
    os.environ.setdefault("CHARTMARK_VAR", "var")
    main()
