"""The code set proposed for an encounter, end to end from its texts, against our own gold of forty."""

import os
from collections import Counter

from app.factory import compose
from app.pipelines.chartmark import ChartmarkRules
from app.pipelines.proposing import with_proposals
from app.terminology.proposals.evidence import NoteOfEncounter, code_set
from tests.codes_gold import FOLDER
from tests.quality.lines import say, say_share
from tests.terminology_data import icd10cm


def main():
    compose()
    release, pipeline, counts = icd10cm(), ChartmarkRules(), Counter()
    for key, setting, notes, gold in encounters():
        proposed = code_set([read(pipeline, release, setting, *note) for note in notes], setting, release)
        counts += compared(key, setting, proposed, gold)
    precision = counts["right"] / counts["proposed"]
    recall = counts["right"] / counts["gold"]
    note = "coded once, by an engineer, not a coder"
    f1 = 2 * precision * recall / (precision + recall)
    say("code sets", "codes of the set, F1", f1, unit="F1", size=40, note=note)
    say_share("code sets", "codes of the set, precision", counts["right"], counts["proposed"])
    say_share("code sets", "codes of the set, recall", counts["right"], counts["gold"])
    say_share("code sets", "set exactly right", counts["exact"], counts["encounters"])
    say_share("code sets", "principal or first-listed right", counts["principal"], counts["encounters"])
    say_share("code sets", "principal among the first three candidates", counts["among"], counts["encounters"])
    say_share("code sets", "present on admission right, of codes in both", counts["poa right"], counts["poa"])


def encounters():
    """(key, setting, [(kind, text)], {code: (is principal, present on admission)}) of each."""
    lines = (FOLDER / "encounters_gold.txt").read_text(encoding="utf-8").splitlines()
    key, setting, notes = "", "", []
    for line in lines:
        if line.startswith("@ "):
            _, key, setting = line.split()
            notes = []
        elif line.startswith("## "):
            notes.append((line[3:], ""))
        elif line.startswith("= "):
            answers = (answer.split() for answer in line[2:].split(";"))
            told = {"Y": "Y", "N": "N", "U": "U", "E": "exempt", "": None}
            yield key, setting, notes, {a[0].lstrip("*"): (a[0][0] == "*", told[[*a, ""][1]]) for a in answers}
        elif notes:
            notes[-1] = (notes[-1][0], line)


def read(pipeline, release, setting, kind, text):
    answer = with_proposals(pipeline.annotate(text).to_dict(text), text, setting, release)
    entities = {f"s{n}": found for n, found in enumerate(answer["entities"], 1)}
    return NoteOfEncounter(kind, text, answer["sections"], entities)


def compared(key, setting, proposed, gold):
    codes = {code.code for code in proposed}
    ranked = [code.code for code in sorted(proposed, key=lambda code: code.rank or 99) if code.rank]
    (principal,) = [code for code, (leads, _) in gold.items() if leads]
    both = [code for code in proposed if code.code in gold and setting == "inpatient"]
    if os.environ.get("SHOW_CODE_SETS"):
        print(key, "missing", sorted(gold.keys() - codes), "too many", sorted(codes - gold.keys()), "first", ranked[:1],
              "poa", [(c.code, c.poa) for c in both if c.poa != gold[c.code][1]])  # fmt: skip
    return Counter(
        encounters=1, gold=len(gold), proposed=len(codes), right=len(codes & gold.keys()), exact=codes == gold.keys(),
        principal=ranked[:1] == [principal], among=principal in ranked[:3],
        poa=len(both), **{"poa right": sum(code.poa == gold[code.code][1] for code in both)},
    )  # fmt: skip


if __name__ == "__main__":
    os.environ.setdefault("CHARTMARK_VAR", "var")
    main()
