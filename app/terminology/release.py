"""One opened release: concepts, hierarchy and texts, from memory maps and a read-only SQLite file."""

from __future__ import annotations

import os
import sqlite3
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from app.terminology.artefacts import Manifest
from app.terminology.indexing.matching import Matcher
from app.terminology.rows import INDEX, PREFERRED, TERM_KINDS
from app.terminology.systems import code_key


@dataclass(frozen=True)
class Concept:
    """A code with what the release says of it."""

    code: str
    preferred: str
    kind: str
    billable: bool
    active: bool
    valid_from: str
    valid_to: str
    replaced_by: list[str] = field(default_factory=list)
    synonyms: list[str] = field(default_factory=list)
    parents: list[str] = field(default_factory=list)
    children: list[str] = field(default_factory=list)


class ReleaseData:
    """Concepts by number and by code. Safe to share between threads; connections are per thread."""

    def __init__(self, folder: Path, manifest: Manifest) -> None:
        self.folder, self.manifest, self.system = folder, manifest, manifest.system
        self.matcher = Matcher(folder)
        self._arrays: dict[str, np.ndarray] = {}
        self._texts = np.memmap(folder / "texts.bin", np.uint8, "r") if (folder / "texts.bin").stat().st_size else b""
        self._text_view = memoryview(self._texts.data if isinstance(self._texts, np.memmap) else self._texts)
        self.languages = (folder / "languages.txt").read_text(encoding="utf-8").split("\n")
        self._local = threading.local()

    def array(self, name: str) -> np.ndarray:
        """A memory-mapped array of the artefact, by file name."""
        found = self._arrays.get(name)
        if found is None:
            found = np.load(self.folder / f"{name}.npy", mmap_mode="r").view(np.ndarray)
            self._arrays[name] = found
        return found

    def query(self, sql: str, values: tuple = ()) -> list[tuple]:
        """Rows of the release's SQLite file, read only."""
        if getattr(self._local, "pid", None) != os.getpid():
            # `immutable` spares every lock: the file never changes.
            uri = f"{(self.folder / 'release.sqlite').as_uri()}?mode=ro&immutable=1"
            self._local.db, self._local.pid = sqlite3.connect(uri, uri=True), os.getpid()
        return self._local.db.execute(sql, values).fetchall()

    # --- texts ---

    def text(self, term: int) -> str:
        ptr = self.array("text_ptr")
        return bytes(self._text_view[int(ptr[term]) : int(ptr[term + 1])]).decode("utf-8")

    def terms_of(self, concept: int) -> list[int]:
        """Term numbers of a concept, best first."""
        return self._group("concept_term", concept)

    def preferred(self, concept: int) -> str:
        kinds = self.matcher.term_kind
        terms = self.terms_of(concept)
        best = next((t for t in terms if kinds[t] == PREFERRED), terms[0] if terms else None)
        return self.text(best) if best is not None else ""

    # --- hierarchy ---

    def _group(self, name: str, number: int) -> list[int]:
        ptr = self.array(f"{name}_ptr")
        return self.array(name)[ptr[number] : ptr[number + 1]].tolist()

    def parents(self, concept: int) -> list[int]:
        return self._group("parent", concept)

    def children(self, concept: int) -> list[int]:
        return self._group("child", concept)

    def ancestors(self, concept: int) -> list[int]:
        return self._group("ancestor", concept)

    def descendants(self, concept: int) -> list[int]:
        return self._group("descendant", concept)

    # --- concepts ---

    def number(self, code: str) -> int | None:
        found = self.query("SELECT id FROM concept WHERE key = ?", (code_key(code),))
        return found[0][0] if found else None

    def codes(self, concepts: list[int]) -> dict[int, tuple[str, bool, bool, str]]:
        """(code, billable, active, kind) of each concept."""
        marks = ",".join("?" * len(concepts))
        rows = self.query(
            f"SELECT id, code, billable, active, kind FROM concept WHERE id IN ({marks})", tuple(concepts)
        )
        return {i: (code, bool(billable), bool(active), kind) for i, code, billable, active, kind in rows}

    def best_term(self, concept: int) -> int:
        """The preferred term, or where a release gives none, the first there is."""
        terms = self.terms_of(concept)
        return next((t for t in terms if self.matcher.term_kind[t] == PREFERRED), terms[0])

    def replaced_by(self, concept: int) -> list[str]:
        return [r[0] for r in self.query("SELECT replaced_by FROM replacement WHERE concept_id = ?", (concept,))]

    def notes(self, concept: int, *kinds: str) -> list[tuple[str, str]]:
        """(kind, text) of the notes at a concept, in the source's order."""
        rows = self.query("SELECT kind, text FROM note WHERE concept_id = ? ORDER BY rowid", (concept,))
        return [row for row in rows if not kinds or row[0] in kinds]

    def concept(self, code: str) -> Concept | None:
        """Everything about one code, with or without dot; None when the release does not have it."""
        number = self.number(code)
        if number is None:
            return None
        row = self.query(
            "SELECT code, kind, billable, active, valid_from, valid_to FROM concept WHERE id = ?", (number,)
        )[0]
        kinds = self.matcher.term_kind
        synonyms = [self.text(t) for t in self.terms_of(number) if kinds[t] not in (PREFERRED, INDEX)]
        around = self.codes(self.parents(number) + self.children(number))
        return Concept(
            code=row[0],
            preferred=self.preferred(number),
            kind=row[1],
            billable=bool(row[2]),
            active=bool(row[3]),
            valid_from=row[4] or self.manifest.valid_from,
            valid_to=row[5] or self.manifest.valid_to,
            replaced_by=self.replaced_by(number),
            synonyms=synonyms,
            parents=[around[n][0] for n in self.parents(number)],
            children=[around[n][0] for n in self.children(number)],
        )

    def term_kind_name(self, term: int) -> str:
        return TERM_KINDS[int(self.matcher.term_kind[term])]
