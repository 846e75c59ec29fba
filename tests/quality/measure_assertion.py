"""Assertion on given spans: negation, history, experiencer, certainty; beside medSpaCy (stock, mended) and negspacy."""

import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from itertools import groupby
from operator import itemgetter
from pathlib import Path

from app.core.errors import Invalid
from app.factory import compose
from app.pipelines.chartmark import ChartmarkRules
from app.pipelines.gold import read_gold
from app.tagging.comparison import read_negex
from app.tagging.evaluation.evaluate import evaluate
from app.tagging.evaluation.scores import Counts
from app.tagging.stock import MedspacyStock
from tests.quality.baselines import medspacy_mended, oracles
from tests.quality.baselines.cache import cached
from tests.quality.baselines.medspacy_mended import MedspacyMended, true_overlap
from tests.quality.converters.chexpert import read_reports, state_of
from tests.quality.label_maps import label_map
from tests.quality.lines import say, say_share
from tests.quality.sets import need

OURS, STOCK, MENDED = "chartmark_rules", "medspacy_stock", "medspacy_mended"
TERMSETS = ("en", "en_clinical")
OWN_GOLD = Path(__file__).parents[1] / "data"
PASSAGES = OWN_GOLD / "gold" / "passages"
CLINICAL = "PROBLEM|SYMPTOM|ADVERSE_EVENT"
HISTORY = 'the set counts an active disease of the past ("history of hypertension") as historical; ours does not'
Flags = dict[str, bool]


class Systems:
    """Assertions of ours and of both medSpaCys on given spans."""

    def __init__(self) -> None:
        compose()
        self.ours, self.stock, self.mended = ChartmarkRules(), MedspacyStock(), MedspacyMended()

    def assertions(self, spans: list[tuple[str, tuple[int, int]]]) -> dict[str, list[Flags]]:
        """System → the assertion of each (text, span)."""
        found = {OURS: said_by(self.ours, spans), STOCK: said_by_medspacy(self.stock, spans)}
        with true_overlap():
            found[MENDED] = said_by_medspacy(self.mended, spans)
        return found


def said_by(pipeline, spans: list[tuple[str, tuple[int, int]]]) -> list[Flags]:
    """All spans of a text in one call; they stand together in the list."""
    return [
        entity.assertion
        for text, same in groupby(spans, key=itemgetter(0))
        for entity in pipeline.annotate(text, targets=[span for _, span in same]).entities
    ]


def said_by_medspacy(pipeline: MedspacyStock, spans: list[tuple[str, tuple[int, int]]]) -> list[Flags]:
    """The same, cached: its own digest covers package versions and rules of ours, the script what is mended."""
    mended = Path(medspacy_mended.__file__).read_bytes()
    parts = [pipeline.digest().encode(), mended, json.dumps(spans).encode()]
    return cached(pipeline.key, parts, lambda: said_by(pipeline, spans))


def counts(said: list[bool], meant: list[bool]) -> Counts:
    total = Counts()
    for own, gold in zip(said, meant, strict=True):
        hit = int(own and gold)
        total.add(suggested=int(own), right=hit, gold=int(gold), found=hit)
    return total


def report(metric: str, scores: dict[str, Counts | None], cases: int, note: str = "") -> None:
    """Precision, recall and F1 of ours, each baseline beside it."""
    others = {name: score for name, score in scores.items() if name != OURS}
    for part, pair in (("precision", lambda c: (c.right, c.suggested)), ("recall", lambda c: (c.found, c.gold))):
        beside = {name: score and pair(score) for name, score in others.items()}
        say_share("assertion", f"{metric} {part}", *pair(scores[OURS]), beside=beside, note=note)
    beside = {name: score and score.to_dict()["f1"] for name, score in others.items()}
    own = scores[OURS].to_dict()["f1"]
    say("assertion", f"{metric} f1", own, unit="F1", size=cases, beside=beside, note=note)


def negex(systems: Systems) -> None:
    """Cases whose condition does not stand in their sentence count as not marked, for every system."""
    cases = list(read_negex(need("negation/negex_dev.tsv")))
    placed = [case for case in cases if case.span]
    found = systems.assertions([(case.text, case.span) for case in placed])

    def score(flags: list[bool], gold: Callable) -> Counts:
        given = iter(flags)
        return counts([bool(case.span and next(given)) for case in cases], [gold(case) for case in cases])

    def of(axis: str, gold: Callable) -> dict[str, Counts | None]:
        return {name: score([bool(said[axis]) for said in saids], gold) for name, saids in found.items()}

    negation = of("negated", lambda case: case.negated)
    for terms in TERMSETS:
        records = [{"text": case.text, "span": case.span} for case in placed]
        answers = oracles.ask("negspacy", records, terms=terms)
        negation[f"negspacy {terms}"] = score(answers, lambda case: case.negated) if answers else None
    report("negex negated", negation, len(cases))
    report("negex historical", of("historical", lambda case: case.historical), len(cases), HISTORY)
    other = {
        name: score([said["experiencer"] != "patient" for said in saids], lambda case: case.other_person)
        for name, saids in found.items()
    }
    report("negex experiencer (not the patient)", other, len(cases))


def chexpert(systems: Systems) -> None:
    folder = need("negation/chexpert_labeler")
    rows = [r for r in read_reports(folder / "labeled_reports.csv", folder / "phrases" / "mention") if r.spans]
    found = systems.assertions([(row.text, span) for row in rows for span in row.spans])
    states = {}
    for name, saids in found.items():
        given = iter(saids)
        flags = [[next(given) for _ in row.spans] for row in rows]
        states[name] = [state_of([(f["negated"], f["uncertain"]) for f in own]) for own in flags]
    right = {n: sum(s == row.state for s, row in zip(own, rows, strict=True)) for n, own in states.items()}
    beside = {name: (right[name], len(rows)) for name in (STOCK, MENDED)}
    say_share("assertion", "chexpert label states right", right[OURS], len(rows), beside=beside)
    for state in ("uncertain", "denied"):
        scores = {n: counts([s == state for s in own], [r.state == state for r in rows]) for n, own in states.items()}
        report(f"chexpert {state}", scores, len(rows))


def negbio(systems: Systems) -> None:
    """Two radiology notes with a system's marks: what it leaves unmarked says nothing, so only recall is shown."""
    documents = [d for n in ("1.xml", "2.xml") for d in read_gold(need(f"negation/negbio/examples/{n}"))]
    denied = [(d.text, (e.start, e.end)) for d in documents for e in d.entities if e.assertion.get("polarity")]
    hits = {name: sum(s["negated"] for s in saids) for name, saids in systems.assertions(denied).items()}
    beside = {name: (hits[name], len(denied)) for name in (STOCK, MENDED)}
    note = "that gold is a system's output"
    say_share("assertion", "negbio examples negated recall", hits[OURS], len(denied), beside=beside, note=note)


def marked(systems: Systems) -> None:
    """Problems of whole texts with polarity and doubt as attributes; PHEE marks events, so it is left out."""
    documents = list(read_gold(need("entities/maccrobat_dev"), label_map("maccrobat_dev")))
    spans = [(d.text, e) for d in documents for e in d.entities if e.label in ("PROBLEM", "SYMPTOM")]
    found = systems.assertions([(text, (e.start, e.end)) for text, e in spans])
    for flag, gold in (("negated", ("polarity", "negated")), ("uncertain", ("uncertain", True))):
        meant = [e.assertion.get(gold[0]) == gold[1] for _, e in spans]
        scores = {name: counts([s[flag] for s in saids], meant) for name, saids in found.items()}
        report(f"maccrobat_dev problems {flag}", scores, len(spans))


def own_gold(systems: Systems) -> None:
    """Our own sentences, where there are any: every axis they mark."""
    for path in sorted(OWN_GOLD.glob("assertion_*.jsonl")):
        try:
            documents = list(read_gold(path))
        except Invalid as error:
            print(f"{path.name}: left out: {error}", file=sys.stderr)
            continue
        ours = evaluate(systems.ours, documents)["assertion"]
        stock = evaluate(systems.stock, documents)["assertion"]
        for axis, score in ours.items():
            other = stock.get(axis, {}).get("f1")
            size = score["gold"]
            say("assertion", f"{path.stem} {axis} f1", score["f1"], unit="F1", size=size, beside={STOCK: other})


def passages(systems: Systems) -> None:
    """Our 150 passages in the shape of real notes: assertion, mentions and relations, beside stock medSpaCy."""
    documents = list(read_gold(PASSAGES / "gold.jsonl"))
    ours, stock = (evaluate(pipeline, documents) for pipeline in (systems.ours, systems.stock))
    for axis, score in ours["assertion"].items():
        other = stock["assertion"].get(axis, {})
        if axis == "course":  # the gold marks few courses and leaves the others open
            continue
        for part in ("precision", "recall", "f1"):
            beside = {STOCK: other.get(part)}
            say("assertion", f"passages {axis} {part}", score[part], unit=part, size=score["gold"], beside=beside)
    for kind in (CLINICAL, "MEDICATION", "PROCEDURE"):
        for level in ("relaxed", "strict"):
            score, other = (report["entities"].get(kind, {}).get(level, {}) for report in (ours, stock))
            for part in ("precision", "recall"):
                beside = {STOCK: other.get(part)}
                size = score["gold"]
                say("assertion", f"passages {kind} {level} {part}", score[part], unit=part, size=size, beside=beside)
    for kind, score in ours["relations"].items():
        for part in ("precision", "recall"):
            say("assertion", f"passages {kind} {part}", score[part], unit=part, size=score["gold"])


def on_drug(systems: Systems) -> None:
    """Minimal pairs of "X on DRUG": what is drawn between the two, against what is meant; both error directions."""
    rows = [json.loads(line) for line in (PASSAGES / "on_drug_pairs.jsonl").read_text(encoding="utf-8").splitlines()]
    found = Counter((row["want"], drawn_between(systems.ours, row)) for row in rows)
    right = sum(count for (wanted, drawn), count in found.items() if wanted == drawn)
    say_share("assertion", "X on DRUG right", right, len(rows))
    for wanted, drawn in (("causes", "reason"), ("causes", "none"), ("reason", "causes"), ("reason", "none"),
                          ("none", "causes"), ("none", "reason")):  # fmt: skip
        size = sum(row["want"] == wanted for row in rows)
        say_share("assertion", f"X on DRUG: {wanted} drawn as {drawn}", found[wanted, drawn], size)


def drawn_between(pipeline: ChartmarkRules, row: dict) -> str:
    said = pipeline.annotate(row["text"])

    def touches(number: int, span: list[int]) -> bool:
        entity = said.entities[number]
        return entity.start < span[1] and span[0] < entity.end

    ends = [r for r in said.relations if touches(r.head, row["drug"]) and touches(r.tail, row["event"])]
    kinds = {"causes": "causes", "has_reason": "reason"}
    return next((kinds[r.type] for r in ends if r.type in kinds), "none")


def main() -> None:
    systems = Systems()
    for measure in (negex, chexpert, negbio, marked, own_gold, passages, on_drug):
        measure(systems)


if __name__ == "__main__":
    os.environ.setdefault("CHARTMARK_VAR", "var")
    main()
