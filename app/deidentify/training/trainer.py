"""Trains the small model on generated documents: single thread, fixed seeds, same bytes on one machine."""

from __future__ import annotations

# ruff: noqa: S311 (repeatable, not secret)
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any

from app.deidentify.evaluation import DeidentificationEvaluation, Marked
from app.deidentify.model import LABELS, Model, add_ner, digest, new_language
from app.deidentify.note import Note
from app.deidentify.span import Span
from app.deidentify.training.generator import GENERATOR_VERSION, Sample, generate

BATCH_WORDS = 1500
DROPOUT = 0.2
HELD_OUT_DOCUMENTS = 600


@dataclass(frozen=True)
class Recipe:
    """What a model is made of; stored with it."""

    seed: int = 7
    documents: int = 20_000
    epochs: int = 5
    generator: int = GENERATOR_VERSION


def train(recipe: Recipe, folder: Path, pin: Path, *, texts: Path | None, say: Callable[[str], None]) -> dict[str, Any]:
    """Trains, writes the model's files into `folder` and its digest into `pin`; returns what was pinned.

    `texts` names a folder of ``*.txt`` without identifiers, into whose sentences names are planted.
    """
    import spacy
    from spacy.training.batchers import minibatch_by_words

    spacy.util.fix_random_seed(recipe.seed)
    language = new_language()
    ner = add_ner(language)
    for label in LABELS:
        ner.add_label(label)
    samples = list(generate(recipe.documents, recipe.seed))
    if texts is not None:
        samples += planted(texts, recipe.seed)
    examples = [_example(language, sample) for sample in samples]
    optimizer = language.initialize(lambda: examples[:500])
    random = Random(recipe.seed)
    for epoch in range(recipe.epochs):
        random.shuffle(examples)
        losses: dict[str, float] = {}
        for batch in minibatch_by_words(examples, BATCH_WORDS, discard_oversize=False):
            language.update(batch, drop=DROPOUT, sgd=optimizer, losses=losses)
        say(f"epoch {epoch + 1}/{recipe.epochs}: loss {losses['ner']:.0f}")
    with language.use_params(optimizer.averages):
        shutil.rmtree(folder, ignore_errors=True)
        ner.to_disk(folder, exclude=["vocab"])
        measured = measure(Model(language), recipe.seed + 1)
    pinned = {
        "sha256": digest(folder),
        "spacy": spacy.__version__,
        "recipe": asdict(recipe),
        "extra_texts": texts is not None,
        "held_out_templates": measured,
    }
    pin.write_text(json.dumps(pinned, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return pinned


def measure(model: Model, seed: int) -> dict[str, Any]:
    """The model alone on frames, names and layouts it was not trained on: recall and precision by type."""
    evaluation = DeidentificationEvaluation()
    for number, sample in enumerate(generate(HELD_OUT_DOCUMENTS, seed, held_out=True)):
        gold = [Marked(s.start, s.end, s.type) for s in sample.spans if s.type in LABELS]
        found = [Marked(s.start, s.end, s.type) for s in model.find(Note(sample.text))]
        evaluation.add(number, sample.text, gold, found)
    levels = evaluation.report()["levels"]
    return {
        level: {key: [row["precision"], row["recall"], row["f1"]] for key, row in levels[level].items()}
        for level in ("strict", "relaxed", "binary")
    }


def planted(folder: Path, seed: int) -> list[Sample]:
    """Sentences of the trainer's own texts, every second one with a generated identifier dropped in."""
    random = Random(seed)
    donors = [s for s in generate(2000, seed + 1) if s.spans]
    found = []
    for path in sorted(folder.rglob("*.txt")):
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
        found += [_plant(line.strip(), random.choice(donors), random) for line in lines if len(line.split()) >= 4]
    return found


def _plant(line: str, donor: Sample, random: Random) -> Sample:
    if random.random() < 0.5:
        return Sample(line, ())
    span = random.choice(donor.spans)
    words = line.split(" ")
    at = random.randrange(len(words) + 1)
    before = " ".join(words[:at]) + (" " if at else "")
    value = donor.text[span.start : span.end]
    after = (" " if at < len(words) else "") + " ".join(words[at:])
    return Sample(before + value + after, (Span(len(before), len(before) + len(value), span.type, 1.0, "planted"),))


def _example(language: Any, sample: Sample) -> Any:
    from spacy.training import Example

    document = language.make_doc(sample.text)
    return Example.from_dict(document, {"entities": list(_entities(document, sample))})


def _entities(document: Any, sample: Sample) -> Iterator[tuple[int, int, str]]:
    taken = 0
    for span in sample.spans:
        if span.type not in LABELS:
            continue
        tokens = document.char_span(span.start, span.end, alignment_mode="expand")
        if tokens is not None and tokens.start >= taken:
            taken = tokens.end
            yield tokens.start_char, tokens.end_char, span.type
