"""Rows of an importer into an artefact: checked for duplicates and dangling codes, then indexed."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Callable, Iterable
from pathlib import Path

from app.core.errors import Problem, invalid
from app.terminology import rows as r
from app.terminology.indexing.building import TermSpool, write_index
from app.terminology.systems import code_key, display_code

MAX_PROBLEMS = 50
BATCH = 5_000
_SCHEMA = """
CREATE TABLE concept (id INTEGER PRIMARY KEY, code TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL,
  billable INTEGER NOT NULL, active INTEGER NOT NULL, valid_from TEXT NOT NULL, valid_to TEXT NOT NULL);
CREATE TABLE note (concept_id INTEGER NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE mapping (concept_id INTEGER NOT NULL, target_system TEXT NOT NULL, target TEXT NOT NULL,
  map_group INTEGER NOT NULL, priority INTEGER NOT NULL, rule TEXT NOT NULL, advice TEXT NOT NULL);
CREATE TABLE member (value_set TEXT NOT NULL, concept_id INTEGER NOT NULL, detail TEXT NOT NULL);
CREATE TABLE replacement (concept_id INTEGER NOT NULL, replaced_by TEXT NOT NULL, reason TEXT NOT NULL);
"""
_INDEXES = """
CREATE UNIQUE INDEX concept_key ON concept (key);
CREATE INDEX note_concept ON note (concept_id);
CREATE INDEX mapping_concept ON mapping (concept_id);
CREATE INDEX mapping_target ON mapping (target);
CREATE INDEX member_set ON member (value_set);
CREATE INDEX member_concept ON member (concept_id);
CREATE INDEX replacement_concept ON replacement (concept_id);
"""


class ReleaseWriter:
    """Collects the rows of one release under `folder`; `finish()` checks and indexes them."""

    def __init__(self, folder: Path, system: str, progress: Callable[[str], None] = lambda _: None) -> None:
        self.folder, self.system, self.progress = folder, system, progress
        self.problems: list[Problem] = []
        self.counts = {"concepts": 0, "terms": 0, "parents": 0, "notes": 0, "maps": 0, "members": 0}
        self._ids: dict[str, int] = {}
        self._flags = bytearray()  # bit 0 active, bit 1 billable, per concept
        self._parents = array("i")
        self._pending: list[r.ReleaseRow] = []  # rows that may name a concept that comes later
        self._batches: dict[str, list[tuple]] = {}
        self._terms = TermSpool(folder)
        self._db = sqlite3.connect(folder / "release.sqlite")
        self._db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _SCHEMA)

    def add_all(self, rows: Iterable[r.ReleaseRow]) -> None:
        """Take every row; refuses with the problems once there are too many."""
        for row in rows:
            if type(row) is r.ConceptRow:
                self._add_concept(row)
            else:
                self._add_other(row)
            if len(self.problems) >= MAX_PROBLEMS:
                raise invalid(self.problems, "bad-release")

    def close(self) -> None:
        """Let go of the files, whether the release was finished or refused."""
        self._terms.close()
        self._db.close()

    def has(self, code: str) -> bool:
        """Whether the release has this code (so far)."""
        return code_key(code) in self._ids

    def finish(self) -> dict[str, int]:
        """Write indexes and search arrays; returns the counts. Raises Invalid naming every problem."""
        pending, self._pending = self._pending, []
        for row in pending:
            self._add_other(row, final=True)
            if len(self.problems) >= MAX_PROBLEMS:
                break
        if not self._ids and not self.problems:
            self.problems.append(Problem("empty-release", "source", "no code was found"))
        if self.problems:
            raise invalid(self.problems, "bad-release")
        for table in list(self._batches):
            self._flush(table)
        self._db.executescript(_INDEXES)  # ends the open transaction first
        self.close()
        self.progress(f"indexing {self.counts['terms']:,} terms")
        write_index(self.folder, self._terms, bytes(self._flags), self._parents)
        return self.counts

    def _add_concept(self, row: r.ConceptRow) -> None:
        code = display_code(self.system, row.code)
        key = code_key(code)
        if key in self._ids:
            self.problems.append(Problem("duplicate-code", row.where, f"code {code} is there twice"))
            return
        concept = self._ids[key] = len(self._ids)
        self._flags.append(int(row.active) | int(row.billable) << 1)
        self._put(
            "concept",
            (concept, code, key, row.kind, int(row.billable), int(row.active), row.valid_from, row.valid_to),
        )
        self.counts["concepts"] += 1
        if row.preferred:
            self._terms.add(concept, row.preferred, r.PREFERRED, "")
            self.counts["terms"] += 1
        if self.counts["concepts"] % 50_000 == 0:
            self.progress(f"{self.counts['concepts']:,} codes")

    def _add_other(self, row: r.ReleaseRow, *, final: bool = False) -> None:
        concept = self._ids.get(code_key(row.code))
        other = self._ids.get(code_key(row.parent)) if type(row) is r.ParentRow else 0
        if concept is None or other is None:
            if not final:
                self._pending.append(row)
            else:
                missing = row.parent if type(row) is r.ParentRow and concept is not None else row.code
                self.problems.append(Problem("dangling-code", row.where, f"code {missing} does not exist"))
            return
        match row:
            case r.TermRow():
                self._terms.add(concept, row.text, row.kind, row.language)
                self._count("terms")
            case r.ParentRow():
                self._parents.extend((concept, other))
                self._count("parents")
            case r.NoteRow():
                self._put("note", (concept, row.kind, row.text))
                self._count("notes")
            case r.MappingRow():
                self._put(
                    "mapping",
                    (concept, row.target_system, row.target, row.group, row.priority, row.rule, row.advice),
                )
                self._count("maps")
            case r.MemberRow():
                self._put("member", (row.value_set, concept, row.detail))
                self._count("members")
            case r.ReplacementRow():
                self._put("replacement", (concept, row.replaced_by, row.reason))

    def _count(self, what: str) -> None:
        self.counts[what] += 1
        if self.counts[what] % 200_000 == 0:
            self.progress(f"{self.counts[what]:,} {what}")

    def _put(self, table: str, values: tuple) -> None:
        batch = self._batches.setdefault(table, [])
        batch.append(values)
        if len(batch) >= BATCH:
            self._flush(table)

    def _flush(self, table: str) -> None:
        batch = self._batches.pop(table)
        self._db.executemany(f"INSERT INTO {table} VALUES ({','.join('?' * len(batch[0]))})", batch)
