"""The one code proposed for a span: right among the proposed, and how many of those that need one get it."""

import sys
from collections import Counter

from app.factory import compose
from app.terminology.proposals.lookup import find_code
from app.terminology.proposals.propose import propose_all
from app.terminology.proposals.surroundings import surroundings
from tests.codes_gold import passages, second_coding
from tests.quality.lines import say_share
from tests.terminology_data import coder_queries, icd10cm

GOLDS = {
    "proposal_gold": "302 spans coded twice; first run on its unseen half 97 of 104 proposed right",
    "proposal_gold_unseen": "100 spans, first run 70 of 79 proposed right, mended since",
    "proposal_gold_last": "87 spans, first run 56 of 63 proposed right, mended since",
    "proposal_gold_final": "79 spans written last; first run 48 of 51 proposed right",
}

# What the first coding said where the second was taken.
FIRST = {
    "p22": ["C50.912", "N95.1"],
    "p85": ["F31.9", "F90.9", "F11.90", ""],
    "p102": ["I34.0", "I44.7", "I71.40", "I86.8"],
}


def main():
    compose()
    release = icd10cm()
    if "--kinds" in sys.argv:
        print_kinds(release)
        return
    for name, what in GOLDS.items():
        report(release, name, what)
    first = {passage.key: passage.codes for passage in passages("proposal_gold")} | FIRST
    second = second_coding()
    pairs = [pair for key in first for pair in zip(first[key], second[key], strict=True)]
    say_share("codes", "first and second coding gave the same code", sum(a == b for a, b in pairs), len(pairs),
              note="one coder, twice")  # fmt: skip


def report(release, name, what):
    """Precision over what is proposed, coverage over what has a code; beside it the first billable hit of the words."""
    counts, plain = Counter(), Counter()
    for passage in passages(name):
        proposals = propose_all(release, passage.text, passage.spans)
        for span, code, proposal in zip(passage.spans, passage.codes, proposals, strict=True):
            hit = find_code(release, surroundings(passage.text, span.fragments)).hit
            counts.update(needed=bool(code), proposed=bool(proposal.code), right=bool(code) and proposal.code == code)
            plain.update(proposed=hit is not None, right=hit is not None and hit.code == code)
    beside = {"search's first billable hit of the words, always": (plain["right"], plain["proposed"])}
    say_share("codes", f"{name} precision", counts["right"], counts["proposed"], beside=beside, note=what)
    say_share("codes", f"{name} coverage", counts["proposed"], counts["needed"], note="proposals ÷ spans with a code")


def print_kinds(release):
    """The counts for ontologies/icd10cm_proposal_confidence.tsv, threshold or not."""
    right, of = Counter(), Counter()
    for name in ("proposal_gold", "proposal_gold_unseen", "proposal_gold_last"):
        for passage in passages(name):
            proposals = propose_all(release, passage.text, passage.spans, least=0.0)
            for code, found in zip(passage.codes, proposals, strict=True):
                if found.kind:
                    of[found.kind] += 1
                    right[found.kind] += found.code == code
    for row in coder_queries("tuning"):
        found = find_code(release, surroundings(row["query"], [[0, len(row["query"])]]))
        of[found.kind] += 1
        right[found.kind] += bool(found.hit and found.hit.code in row["expected"].split(","))
    for kind in sorted(of):
        print(kind, right[kind], of[kind], sep="\t")


if __name__ == "__main__":
    main()
