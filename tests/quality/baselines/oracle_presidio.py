"""Run by the oracles' own Python: presidio-analyzer's own recognisers, without a model; spans per line."""

import json
import logging
import sys

import spacy
import tldextract.tldextract
from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine
from spacy.language import Language

# The bundled list of public suffixes: the default would be fetched.
tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
tldextract.extract = tldextract.tldextract.TLD_EXTRACTOR


@Language.component("lower_as_lemma")
def lower_as_lemma(doc):
    """Context words are looked up by lemma, which a blank pipeline lacks; without this they never count."""
    for token in doc:
        token.lemma_ = token.lower_
    return doc


class BlankEngine(SpacyNlpEngine):
    def load(self):
        nlp = spacy.blank("en")
        nlp.add_pipe("lower_as_lemma")
        self.nlp = {"en": nlp}


def analyzer():
    engine = BlankEngine(models=[{"lang_code": "en", "model_name": "blank"}])
    engine.load()
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    registry.remove_recognizer("SpacyRecognizer")
    return AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])


def main():
    logging.disable(logging.CRITICAL)
    find = analyzer()
    for line in sys.stdin:
        results = find.analyze(text=json.loads(line)["text"], language="en")
        print(json.dumps([[r.start, r.end, r.entity_type] for r in results]))


main()
