"""Phrases of code systems with label and candidate codes, compiled into arrays that load at once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from app.tagging.entities.mention import Codes, Mention
from app.tagging.labels import LABELS
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.tokens import words_of

MAX_TERMS = 150_000
MAX_CODES = 3  # of one phrase in one system
FILES = ("words.txt", "step.npy", "node.npy", "label.npy", "codes.bin", "code_at.npy")
_SILENT = len(LABELS)  # the label number of a phrase that gives codes and suggests nothing
# Labels whose codes do for one another.
_ALIKE = {"SYMPTOM": "PROBLEM", "ADVERSE_EVENT": "PROBLEM", "VITAL_SIGN": "LAB_TEST"}


class Term(NamedTuple):
    """One wording of a code. From `least` words on it is suggested; 0 means never: codes only."""

    label: str
    phrase: str
    code: tuple[str, str, str, str] | None = None  # system, release, code, preferred term
    least: int = 1


class GazetteerEntry(NamedTuple):
    """A phrase in the making: `label` is empty as long as no term suggests it."""

    label: str
    order: int
    codes: tuple[tuple[str, tuple[str, str, str, str]], ...]  # with the label each code is for


class Gazetteer:
    """A phrase table with a label and codes per entry. Read-only once built: safe in threads."""

    def __init__(self, table: PhraseTable, labels: list[int], codes: memoryview | bytes, code_at: np.ndarray) -> None:
        self.table = table
        self._labels = labels
        self._codes, self._code_at = codes, code_at
        self._decoded: dict[int, dict[str, Codes]] = {}

    def __len__(self) -> int:
        return len(self._labels)

    @classmethod
    def of(cls, terms: Iterable[Term]) -> Gazetteer:
        """Compile terms; of more than MAX_TERMS phrases the shortest stay, as notes use those."""
        entries = _gathered(terms)
        table, labels, lines = PhraseTable(), [], []
        for number, (phrase, entry) in enumerate(entries.items()):
            table.add(phrase.split(" "), number)
            labels.append(LABELS.index(entry.label) if entry.label else _SILENT)
            lines.append(json.dumps(entry.codes, ensure_ascii=False).encode() if entry.codes else b"")
        table.entry = {node: number for node, number in table.known.items() if labels[number] != _SILENT}
        code_at = np.zeros(len(lines) + 1, dtype=np.int64)
        np.cumsum([len(line) for line in lines], out=code_at[1:])
        return cls(table, labels, b"".join(lines), code_at)

    def mentions(self, note: TokenisedNote) -> Iterator[Mention]:
        """The longest suggested phrases, left to right, none across the end of a sentence."""
        for first, last, number in self.table.longest(note.tokens.words):
            if last <= note.ends[first]:
                label = LABELS[self._labels[number]]
                yield Mention(first, last, label, "code system", self._codes_for(number, label))

    def codes_of(self, words: list[str], label: str) -> Codes:
        """Candidate codes of exactly this phrase for a mention with that label."""
        number = self.table.number_of(words)
        return () if number is None else self._codes_for(number, label)

    def _codes_for(self, number: int, label: str) -> Codes:
        by_label = self._decoded.get(number)
        if by_label is None:
            by_label = self._decoded[number] = self._decode(number)
        return by_label.get(_ALIKE.get(label, label), ())

    def _decode(self, number: int) -> dict[str, Codes]:
        start, end = self._code_at[number : number + 2].tolist()
        found: dict[str, Codes] = {}
        for label, code in json.loads(bytes(self._codes[start:end])) if end > start else ():
            found[label] = (*found.get(label, ()), tuple(code))
        return found

    def save(self, folder: Path) -> None:
        """Write arrays and texts (no pickles) into an existing folder."""
        (folder / "words.txt").write_bytes("\n".join(self.table.ids).encode())
        np.save(folder / "step.npy", _pairs(self.table.step))
        np.save(folder / "node.npy", _pairs(self.table.known))
        np.save(folder / "label.npy", np.array(self._labels, dtype=np.uint8))
        (folder / "codes.bin").write_bytes(self._codes)
        np.save(folder / "code_at.npy", self._code_at)

    @classmethod
    def load(cls, folder: Path) -> Gazetteer:
        """The gazetteer of a folder; the codes, most of it, stay on disk until they are asked for."""
        words = (folder / "words.txt").read_bytes().decode().split("\n")
        labels = np.load(folder / "label.npy", allow_pickle=False).tolist()
        table = PhraseTable()
        table.ids = {word: number for number, word in enumerate(words, start=1)}
        table.step = _mapping(folder / "step.npy")
        table.known = _mapping(folder / "node.npy")
        table.entry = {node: number for node, number in table.known.items() if labels[number] != _SILENT}
        size = (folder / "codes.bin").stat().st_size
        codes = memoryview(np.memmap(folder / "codes.bin", np.uint8, "r").data) if size else b""
        return cls(table, labels, codes, np.load(folder / "code_at.npy", mmap_mode="r"))


def _gathered(terms: Iterable[Term]) -> dict[str, GazetteerEntry]:
    """Phrase (normal words with single spaces) → entry, at most MAX_TERMS."""
    entries: dict[str, GazetteerEntry] = {}
    for order, term in enumerate(terms):
        words = words_of(term.phrase)
        if not words:
            continue
        phrase = " ".join(words)
        label = term.label if 0 < term.least <= len(words) else ""
        known = entries.get(phrase)
        codes = known.codes if known else ()
        if term.code is not None and _is_further(codes, term.code):
            codes = (*codes, (_ALIKE.get(term.label, term.label), term.code))
        entries[phrase] = GazetteerEntry((known and known.label) or label, known.order if known else order, codes)
        if len(entries) >= 2 * MAX_TERMS:
            entries = _shortest(entries)
    return _shortest(entries) if len(entries) > MAX_TERMS else entries


def _is_further(codes: tuple, code: tuple[str, str, str, str]) -> bool:
    same = [other for _, other in codes if other[0] == code[0]]
    return len(same) < MAX_CODES and all(other[2] != code[2] for other in same)


def _shortest(entries: dict[str, GazetteerEntry]) -> dict[str, GazetteerEntry]:
    """MAX_TERMS of them: fewest words first, one that suggests nothing counting as a word longer."""

    def rank(item: tuple[str, GazetteerEntry]) -> tuple[int, int]:
        phrase, entry = item
        return phrase.count(" ") + (not entry.label), entry.order

    return dict(sorted(entries.items(), key=rank)[:MAX_TERMS])


def _pairs(values: dict[int, int]) -> np.ndarray:
    return np.array([list(values.keys()), list(values.values())], dtype=np.int64)


def _mapping(path: Path) -> dict[int, int]:
    keys, values = np.load(path, allow_pickle=False).tolist()
    return dict(zip(keys, values, strict=True))
