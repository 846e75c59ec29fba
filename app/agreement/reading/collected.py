"""What was read so far: ratings or spans, and everything that was left out, with its reason."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from app.agreement.metrics.data import Link, MarkedSpan, Ratings, Reading, Spans
from app.core.errors import Invalid

# More are measurements or texts: no coefficient over them says anything, and its tables fill the memory.
MOST_CATEGORIES = 200
MISSING = frozenset({"", "NA", "NaN", "nan", "null", "."})


@dataclass
class Collected:
    """Ratings as they came, spans by document and rater, texts, and exclusions.

    An exclusion is ``{"reason", "where", …}``; it never quotes a value or a text.
    """

    cells: list[tuple[str, str, str]] = field(default_factory=list)
    home: dict[str, str] = field(default_factory=dict)  # item → document
    readings: dict[str, dict[str, Reading]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    excluded: list[dict[str, Any]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    missing: frozenset[str] = MISSING

    def leave_out(self, reason: str, where: str, **more: Any) -> None:
        self.excluded.append({"reason": reason, "where": where, **more})

    def rate(self, item: str, rater: str, value: str, document: str = "") -> None:
        """One rating; one that says nothing is counted as missing."""
        item, rater, value = item.strip(), rater.strip(), value.strip()
        if value in self.missing:
            self.leave_out("missing_rating", item, rater=rater)
            return
        self.cells.append((item, rater, value))
        if document:
            self.home[item] = document.strip()

    def reading(self, document: str, rater: str) -> Reading:
        return self.readings.setdefault(document, {}).setdefault(rater, Reading())

    def add_text(self, document: str, text: str, where: str) -> None:
        """The text of a document; readers who saw another one cannot be compared on it."""
        if self.texts.setdefault(document, text) != text:
            self.leave_out("texts_differ", where)

    def spans(self, *, fold: bool = False) -> Spans:
        """Spans by document and rater; `fold` as in `ratings`."""
        if fold:
            shown = self._shown()
            for readers in self.readings.values():
                for reading in readers.values():
                    _relabel(reading, shown)
        return Spans(self.readings, self.texts)

    def ratings(
        self, *, categories: tuple[str, ...] | None = None, positive: str | None = None, fold: bool = False
    ) -> Ratings:
        """The table of ratings. Values a rater gave twice count once when equal, not at all when not.

        `fold` takes values that differ only in case, spaces or hyphens for one.
        """
        cells = _one_form_of_numbers(self._folded() if fold else self.cells)
        self._require_categories(cells)
        return Ratings.from_cells(self._single(cells), categories=categories, documents=self.home, positive=positive)

    def _require_categories(self, cells: list[tuple[str, str, str]]) -> None:
        """Raises Invalid before any table of categories is built: its size grows with their square."""
        values: dict[str, set[str]] = defaultdict(set)
        for _, rater, value in cells:
            values[rater].add(value)
        found = len(set().union(*values.values())) if values else 0
        if found > MOST_CATEGORIES:
            worst = max(sorted(values), key=lambda rater: len(values[rater]))
            raise Invalid(
                "too-many-categories",
                f"{found} different values, more than {MOST_CATEGORIES}; most of them ({len(values[worst])}) of rater"
                f" {worst!r}: is that column a text or an id? Name the columns with --item and --raters",
            )

    def spellings(self) -> list[list[str]]:
        """Values that differ only in case, spaces or hyphens: probably one label spelt in several ways."""
        variants: dict[str, set[str]] = defaultdict(set)
        labels = {span.label for r in self.readings.values() for reading in r.values() for span in reading.spans}
        for value in {value for _, _, value in self.cells} | labels:
            variants[_plain(value)].add(value)
        return sorted(sorted(spelt) for spelt in variants.values() if len(spelt) > 1)

    def _shown(self) -> dict[str, str]:
        """Each variant spelling → the first of its group."""
        return {spelling: spelt[0] for spelt in self.spellings() for spelling in spelt}

    def _folded(self) -> list[tuple[str, str, str]]:
        shown = self._shown()
        return [(item, rater, shown.get(value, value)) for item, rater, value in self.cells]

    def _single(self, cells: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
        values: dict[tuple[str, str], list[str]] = defaultdict(list)
        for item, rater, value in cells:
            values[item, rater].append(value)
        kept = []
        for (item, rater), said in values.items():
            if len(set(said)) > 1:
                self.leave_out("rated_more_than_once_differently", item, rater=rater, times=len(said))
            else:
                if len(said) > 1:
                    self.leave_out("repeated_rating", item, rater=rater, times=len(said) - 1)
                kept.append((item, rater, said[0]))
        return kept


def _one_form_of_numbers(cells: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Where all values are numbers, ``1.0`` and ``1`` are one rating."""
    number = re.compile(r"([+-]?\d+)(?:\.0+)?|[+-]?\d*\.\d+")
    found = {value: number.fullmatch(value) for _, _, value in cells}
    if not all(found.values()):
        return cells
    shown = {value: match[1] or value for value, match in found.items() if match}
    return [(item, rater, shown[value]) for item, rater, value in cells]


def _relabel(reading: Reading, shown: dict[str, str]) -> None:
    def named(span: MarkedSpan) -> MarkedSpan:
        return MarkedSpan(shown.get(span.label, span.label), span.fragments)

    reading.spans = [named(span) for span in reading.spans]
    reading.links = [Link(link.type, named(link.head), named(link.tail)) for link in reading.links]


def _plain(value: str) -> str:
    """A value without case, spaces, hyphens and underscores; a sign before a digit stays."""
    return re.sub(r"[\s_]|-(?!\d)", "", value.casefold()) or value
