"""Any spaCy pipeline on disk as a pre-annotator: one JSON file names its path and maps its labels."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.core.digest import sha256
from app.core.errors import Invalid
from app.core.reading import parsed, read_text
from app.core.text import storable
from app.tagging.assertion.engine import assert_spans
from app.tagging.labels import LABELS
from app.tagging.protocol import Annotated, Entity, OffsetPair, checked_targets
from app.tagging.reading.note import TokenisedNote

_FIELDS = ("key", "title", "version", "path", "labels")


class SpacyOnDisk:
    """Entities of a trained spaCy pipeline under our labels; sections and assertion are ours.

    spaCy's own pipelines are not promised to be safe in threads, so calls take turns.
    """

    def __init__(self, card: dict[str, Any], folder: Path) -> None:
        self.card = card
        self.key: str = card["key"]
        self.title: str = card["title"]
        self.version: str = card["version"]
        self.languages: tuple[str, ...] = tuple(card.get("languages", ("en",)))
        self._labels: dict[str, str] = card["labels"]
        self.path = (folder / card["path"]).resolve()
        self._lock = threading.Lock()
        self._nlp: Any = None

    def ready(self) -> None:
        with self._lock:
            if self._nlp is None:
                import spacy

                self._nlp = spacy.load(self.path)

    def digest(self) -> str:
        """Over the label map and every file of the pipeline."""
        whole = hashlib.sha256()
        for file in sorted(path for path in self.path.rglob("*") if path.is_file()):
            whole.update(str(file.relative_to(self.path)).encode() + b"\0")
            whole.update(hashlib.sha256(file.read_bytes()).digest())
        labels = json.dumps(self._labels, sort_keys=True)
        return sha256(f"{self.key} {self.version} {labels} {whole.hexdigest()}")

    def sources(self) -> list[dict[str, str]]:
        return []

    def annotate(
        self, text: str, *, targets: Sequence[OffsetPair] | None = None, meta: dict[str, Any] | None = None
    ) -> Annotated:
        note = TokenisedNote(text)
        if targets is None:
            spans = self._found(text)
        else:
            spans = [(*span, "PROBLEM") for span in checked_targets(text, targets)]
            if not note.tokens.raw:
                raise Invalid("empty-text", "the text holds no words")
        # A target on white space takes the token beside it.
        touch = note.tokens.covering if targets is None else note.tokens.beside
        ranges = [(*touch(start, end), label) for start, end, label in spans]
        usable = [
            (span, (first, last, label))
            for span, (first, last, label) in zip(spans, ranges, strict=True)
            if first < last or targets is not None
        ]
        asserted = assert_spans(note, [within for _, within in usable])
        entities = [
            Entity(start, end, label, found.assertion, [[start, end]], found.because)
            for ((start, end, label), _), found in zip(usable, asserted, strict=True)
        ]
        return Annotated([section.to_dict() for section in note.sections.found], entities, [])

    def _found(self, text: str) -> list[tuple[int, int, str]]:
        self.ready()
        with self._lock:
            doc = self._nlp(storable(text))
            return [
                (ent.start_char, ent.end_char, self._labels[ent.label_])
                for ent in doc.ents
                if ent.label_ in self._labels
            ]


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that no file system takes
        return False


def read_card(file: Path) -> SpacyOnDisk:
    """The pipeline a JSON file describes. Raises Invalid naming the field that is missing or wrong."""
    try:
        card = parsed(read_text(file), file.name)
    except Invalid as error:
        raise Invalid("bad-pipeline", f"{file.name}: no readable JSON: {error.message}") from None
    missing = [name for name in _FIELDS if not isinstance(card, dict) or not card.get(name)]
    if missing:
        raise Invalid("bad-pipeline", f"{file.name}: {missing[0]} is missing")
    if wrong := [name for name in _FIELDS[:-1] if not isinstance(card[name], str) or "\0" in card[name]]:
        raise Invalid("bad-pipeline", f"{file.name}: {wrong[0]} must be words")
    languages = card.get("languages", ["en"])
    if not isinstance(languages, list) or not all(isinstance(one, str) for one in languages):
        raise Invalid("bad-pipeline", f"{file.name}: languages must be a list of words")
    if not isinstance(card["labels"], dict):
        raise Invalid("bad-pipeline", f"{file.name}: labels must map the pipeline's labels to ours")
    unknown = sorted({str(label) for label in card["labels"].values()} - {*LABELS})
    if unknown:
        raise Invalid("bad-pipeline", f"{file.name}: {unknown[0]} is no label of ours")
    pipeline = SpacyOnDisk(card, file.parent)
    if not _is_folder(pipeline.path):
        raise Invalid("bad-pipeline", f"{file.name}: no pipeline at its path")
    return pipeline
