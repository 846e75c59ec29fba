"""A plain dictionary: spaCy's PhraseMatcher over ICD-10-CM descriptions and inclusion terms, longest match."""

from functools import cache

from app.tagging.labels import assertion
from app.tagging.protocol import Annotated, Entity


class Dictionary:
    """A pipeline whose every match has the one label asked for; it asserts nothing and relates nothing."""

    title = "PhraseMatcher over ICD-10-CM"
    version = "1"
    languages = ("en",)

    def __init__(self, label):
        self.key = f"dictionary_{label.lower()}"
        self.label = label

    def ready(self):
        matcher()

    def digest(self):
        return self.key

    def annotate(self, text, *, targets=None, meta=None):
        spans = matches(text) if targets is None else targets
        return Annotated([], [Entity(a, b, self.label, assertion()) for a, b in spans], [])


@cache
def matcher():
    import simple_icd_10_cm as icd
    import spacy
    from spacy.matcher import PhraseMatcher

    nlp = spacy.blank("en")
    names = {
        name.lower()
        for code in icd.get_all_codes(with_dots=True)
        for name in (icd.get_description(code), *icd.get_inclusion_term(code))
    }
    found = PhraseMatcher(nlp.vocab, attr="LOWER")
    found.add("icd10cm", list(nlp.tokenizer.pipe(sorted(names))))
    return nlp, found


def matches(text):
    from spacy.util import filter_spans

    nlp, found = matcher()
    spans = filter_spans(found(nlp.make_doc(text), as_spans=True))
    return [(span.start_char, span.end_char) for span in spans]
