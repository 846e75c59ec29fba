"""CoNLL columns, read: ours with places, or anybody's whose last column is a BIO tag."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.core.errors import Problem
from app.core.numbers import whole
from app.core.reading import text_lines
from app.formats.conll.write import COLUMNS, DOCUMENT
from app.formats.files import InputFiles, first_line
from app.formats.model import Body, Elements, ExchangeDocument

_ANOTHER = "-DOCSTART-"  # CoNLL-2003
_FURTHEST = 1_000_000  # no file leaves a wider gap between two words


class ConllReader:
    """Documents one by one. Where the file gives no places, words are joined by a space, sequences by a line end."""

    title = "CoNLL columns"

    def knows(self, files: InputFiles) -> bool:
        return files.name.endswith((".conll", ".bio")) or first_line(files).startswith((COLUMNS, _ANOTHER))

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        name = next((one for one in files.names() if one.endswith((".conll", ".bio"))), files.name)
        document: _Columns | None = None
        placed = False
        with files.open(name) as raw:
            for number, line in text_lines(raw, name):
                if line.startswith((DOCUMENT, _ANOTHER)):
                    if document is not None:
                        yield document.exchanged(name)
                    own = line.removeprefix(DOCUMENT) if line.startswith(DOCUMENT) else str(number)
                    document = _Columns(own.rstrip("\r"), placed)
                elif line.startswith("# "):
                    placed = placed or line.startswith(COLUMNS)
                else:
                    document = document or _Columns(str(number), placed)
                    document.add(number, line.rstrip("\r"))
        if document is not None:
            yield document.exchanged(name)


@dataclass
class _Columns:
    """One document as its lines come."""

    id: str
    placed: bool
    text: str = ""
    elements: Elements = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    open: dict[int, Body] = field(default_factory=dict)  # column → the span that may go on
    gap: str = ""

    def add(self, number: int, line: str) -> None:
        if not line.strip():
            self.gap = "\n"
            return
        fields = line.split("\t") if "\t" in line else line.split()
        at = self._place(fields)
        if at is None:
            self.problems.append(Problem("bad_line", f"line {number}", "no word with its place and tag"))
            return
        self.text += (self.gap or " ") * min(1, at - len(self.text)) + " " * (at - len(self.text) - 1) + fields[0]
        self.gap = ""
        for column, tag in enumerate(fields[3:] if self.placed else fields[-1:]):
            self._tag(column, tag, at, at + len(fields[0]))

    def _place(self, fields: list[str]) -> int | None:
        """Where the word begins; None for a line that is not in the form."""
        here = len(self.text)
        if not self.placed:
            return (here + bool(self.text)) if len(fields) > 1 else None
        try:
            start, end = whole(fields[1]), whole(fields[2])
        except (ValueError, IndexError):
            return None
        good = len(fields) > 3 and here <= start <= here + _FURTHEST and end - start == len(fields[0])
        return start if good else None

    def _tag(self, column: int, tag: str, start: int, end: int) -> None:
        """B- begins a span, I- goes on with it, D- goes on after a gap; I- of nothing begins one (IOB1)."""
        how, _, label = tag.partition("-")
        body = self.open.get(column)
        same = body is not None and body["label"] == label
        if how == "D" and body is not None and same:
            body["fragments"].append([start, end])
            body["open"] = True
        elif how == "I" and body is not None and same and body["open"]:
            body["fragments"][-1][1] = end
        elif how in ("B", "I", "D") and label:
            body = {"kind": "entity", "fragments": [[start, end]], "label": label, "open": True}
            self.elements[f"T{len(self.elements) + 1}"] = self.open[column] = body
        elif body is not None:
            body["open"] = False

    def exchanged(self, name: str) -> ExchangeDocument:
        for body in self.elements.values():
            del body["open"]
        return ExchangeDocument(self.id, self.text, self.elements, file=name, problems=self.problems)
