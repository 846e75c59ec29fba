"""Run by the oracles' own Python: negspacy on given spans; whether each is negated, per line."""

import json
import sys

import negspacy.negation  # noqa: F401  (registers "negex")
import spacy
from negspacy.termsets import termset


def pipeline(terms):
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("negex", config={"neg_termset": termset(terms).get_patterns()})
    return nlp


def main():
    made = {}
    for line in sys.stdin:
        record = json.loads(line)
        nlp = made.setdefault(record["terms"], None) or pipeline(record["terms"])
        made[record["terms"]] = nlp
        doc = nlp.get_pipe("sentencizer")(nlp.make_doc(record["text"]))
        doc.ents = [doc.char_span(*record["span"], label="PROBLEM", alignment_mode="expand")]
        print(json.dumps(bool(nlp.get_pipe("negex")(doc).ents[0]._.negex)))


main()
