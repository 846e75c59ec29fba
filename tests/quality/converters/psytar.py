"""PsyTAR: CoNLL, one token and its B-/I-/O tag a line, sentences separated by blank lines."""

from app.tagging.evaluation.gold import GoldDocument, GoldEntity


def read_sentences(path, label_of):
    """Gold documents, one a sentence; tokens are joined by a space, so offsets are ours."""
    block = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if line.strip():
            block.append(line.split("\t"))
        elif block:
            yield sentence(block, label_of, path.stem)
            block = []


def sentence(block, label_of, name):
    text, entities = "", []
    for word, tag, *_ in block:
        start = len(text) + 1 if text else 0
        text = f"{text} {word}" if text else word
        kind, _, label = tag.strip().partition("-")
        if kind == "B" or (kind == "I" and not entities):
            entities.append(GoldEntity(start, len(text), label_of(label), [[start, len(text)]]))
        elif kind == "I":
            entities[-1].end = len(text)
            entities[-1].fragments = [[entities[-1].start, len(text)]]
    return GoldDocument(name, text, entities, [])
