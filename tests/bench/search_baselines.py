"""What search is measured against: the usual ways to do it without writing an index of one's own."""

import re
import sqlite3
from pathlib import Path

import tantivy
from rapidfuzz import fuzz, process

CANDIDATES = 300  # fetched from an engine, then ordered by rapidfuzz


def _texts(release) -> list[str]:
    return [release.text(t).lower() for t in range(len(release.matcher.term_concept))]


def _words(query: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", query.lower())


class _Engine:
    """Ten best concepts of the terms an engine returns, ordered by token_sort_ratio."""

    def __init__(self, release) -> None:
        self.texts = _texts(release)
        self.concepts = release.matcher.term_concept
        self.by_code = release.number

    def ordered(self, query: str, terms: list[int]) -> list[int]:
        best = process.extract(
            query, {t: self.texts[t] for t in terms}, scorer=fuzz.token_sort_ratio, limit=40
        )
        return list(dict.fromkeys(int(self.concepts[t]) for _, _, t in best))[:10]

    def search(self, query: str) -> list[int]:
        if query.isdigit() and len(query) > 8:
            number = self.by_code(query)
            return [] if number is None else [number]
        return self.ordered(query, self.candidates(query))


class BruteForce(_Engine):
    """rapidfuzz over every term."""

    name = "rapidfuzz token_sort_ratio over all terms"

    def candidates(self, query: str) -> list[int]:
        return [t for _, _, t in process.extract(query, self.texts, scorer=fuzz.token_sort_ratio, limit=40)]


class Fts5(_Engine):
    """SQLite FTS5 with Porter stems and prefix indexes: all words, then any."""

    name = "SQLite FTS5 porter+prefix, AND then OR, rerank 300"

    def __init__(self, release, folder: Path) -> None:
        super().__init__(release)
        self.db = sqlite3.connect(folder / "fts.sqlite")
        self.db.execute("CREATE VIRTUAL TABLE f USING fts5(t, tokenize='porter ascii', prefix='2 3 4')")
        self.db.executemany("INSERT INTO f(rowid, t) VALUES (?, ?)", enumerate(self.texts))
        # Unstemmed, to say which terms really have a beginning (`locali` is none of the stem `local`).
        self.db.execute(
            "CREATE VIRTUAL TABLE plain USING fts5(t, tokenize='ascii', detail=none, columnsize=0)"
        )
        self.db.executemany("INSERT INTO plain(rowid, t) VALUES (?, ?)", enumerate(self.texts))

    def _run(self, match: str, limit: int) -> list[int]:
        sql = "SELECT rowid FROM f WHERE f MATCH ? ORDER BY bm25(f) LIMIT ?"
        return [r[0] for r in self.db.execute(sql, (match, limit))]

    def candidates(self, query: str) -> list[int]:
        words = [f'"{w}"' for w in _words(query)]
        words[-1] += "*"
        return self._run(" AND ".join(words), CANDIDATES) or self._run(" OR ".join(words), CANDIDATES)

    def matching(self, query: str) -> set[int]:
        """Every concept with all words of a query, the last as a beginning: the truth for prefixes."""
        words = [f'"{w}"' for w in _words(query)]
        words[-1] += "*"
        rows = self.db.execute("SELECT rowid FROM plain WHERE plain MATCH ?", (" AND ".join(words),))
        return {int(self.concepts[r[0]]) for r in rows}


class Tantivy(_Engine):
    """tantivy: every word within one edit (two when long), the last also as a beginning."""

    name = "tantivy fuzzy+prefix, rerank 300"

    def __init__(self, release) -> None:
        super().__init__(release)
        builder = tantivy.SchemaBuilder()
        builder.add_integer_field("id", stored=True, indexed=False)
        builder.add_text_field("t", stored=False)
        self.schema = builder.build()
        self.index = tantivy.Index(self.schema)
        writer = self.index.writer(heap_size=200_000_000, num_threads=1)
        for number, text in enumerate(self.texts):
            writer.add_document(tantivy.Document(id=number, t=text))
        writer.commit()
        self.index.reload()
        self.searcher = self.index.searcher()

    def candidates(self, query: str) -> list[int]:
        words = _words(query)
        parts = []
        for at, word in enumerate(words):
            distance = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
            last = at == len(words) - 1
            parts.append(
                (
                    tantivy.Occur.Should,
                    tantivy.Query.fuzzy_term_query(self.schema, "t", word, distance, True, last),
                )
            )
        found = self.searcher.search(tantivy.Query.boolean_query(parts), CANDIDATES).hits
        return [self.searcher.doc(address)["id"][0] for _, address in found]
