"""Terms of code systems, compiled once into a phrase table and kept under `var/preannotate/<digest>/`."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

import numpy as np

from app.core.digest import sha256
from app.core.registry import Registry
from app.preannotate.entities.mention import Codes, Mention
from app.preannotate.reading.note import Note
from app.preannotate.reading.phrases import PhraseTable
from app.preannotate.reading.tokens import words_of

FORMAT = 2  # of the files; part of the digest
MAX_TERMS = 150_000

Term = tuple[str, str, Codes]  # label, term, codes


class TermSource(Protocol):
    """Where a gazetteer's terms come from: an installed code system, chosen semantic types only."""

    key: str

    def version(self) -> str:
        """Cheap to ask; changes whenever the terms do."""
        ...

    def terms(self) -> Iterable[Term]:
        """(label, term, codes), the preferred term of a phrase first."""
        ...


TERM_SOURCES: Registry[TermSource] = Registry("term-source", TermSource)


class Gazetteer:
    """A phrase table with label and codes per entry. Read-only once built: safe in threads."""

    def __init__(self, table: PhraseTable, entries: list[tuple[str, Codes]]) -> None:
        self.table = table
        self.entries = entries

    @classmethod
    def of(cls, terms: Iterable[Term]) -> Gazetteer:
        """Compile terms; at most MAX_TERMS, the first of equal phrases wins."""
        table, entries = PhraseTable(), []
        for label, term, codes in terms:
            words = words_of(term)
            if words and table.find(words) is None:
                table.add(words, len(entries))
                entries.append((label, codes))
                if len(entries) == MAX_TERMS:
                    break
        return cls(table, entries)

    def mentions(self, note: Note) -> Iterator[Mention]:
        for first, last, number in self.table.longest(note.tokens.words):
            if last <= note.ends[first]:
                label, codes = self.entries[number]
                yield Mention(first, last, label, "code system", codes)

    def codes_of(self, words: list[str]) -> Codes:
        number = self.table.find(words)
        return () if number is None else self.entries[number][1]

    def save(self, folder: Path) -> None:
        """Write arrays and JSON (no pickles) into an existing folder."""
        for name, values in (("step", self.table.step), ("entry", self.table.entry)):
            pairs = np.array([list(values.keys()), list(values.values())], dtype=np.int64)
            np.save(folder / f"{name}.npy", pairs)
        content = {"words": list(self.table.ids), "entries": self.entries}
        (folder / "content.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Gazetteer:
        content = json.loads((folder / "content.json").read_text(encoding="utf-8"))
        table = PhraseTable()
        table.ids = {word: number for number, word in enumerate(content["words"], start=1)}
        for name in ("step", "entry"):
            keys, values = np.load(folder / f"{name}.npy", allow_pickle=False).tolist()
            setattr(table, name, dict(zip(keys, values, strict=True)))
        return cls(table, [(label, tuple(map(tuple, codes))) for label, codes in content["entries"]])


def gazetteer_digest(source: TermSource) -> str:
    return sha256(f"gazetteer {FORMAT} {source.key} {source.version()}")


def load_gazetteer(source: TermSource, root: Path) -> Gazetteer:
    """From the cache, or compiled now and published by rename, so that racing processes do no harm."""
    folder = root / gazetteer_digest(source)
    if not folder.is_dir():
        root.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix="building-", dir=root))
        Gazetteer.of(source.terms()).save(building)
        try:
            os.rename(building, folder)  # noqa: PTH104 (fails where another process was faster)
        except OSError:
            shutil.rmtree(building)
    return Gazetteer.load(folder)
