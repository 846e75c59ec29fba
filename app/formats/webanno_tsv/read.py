"""WebAnno TSV 3, read: layers of spans, relations and chains; slots and relations of bare tokens are left out.

A span's label is its feature `label`, `value` or the like, else the name of its layer; other features are said as its
assertion.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.core.errors import Invalid
from app.core.numbers import whole
from app.core.reading import text_lines
from app.formats.attributes import parts_of
from app.formats.files import InputFiles, first_line
from app.formats.model import Body, Elements, ExchangeDocument
from app.formats.offsets import OffsetTable, OffsetUnit
from app.formats.record import FoundSpans
from app.formats.webanno_tsv.escaping import stacked, unescaped
from app.formats.webanno_tsv.layers import LayerColumns, layer_of
from app.formats.webanno_tsv.write import RELATION, SPAN

_BEGIN = "#FORMAT=WebAnno TSV 3"
_TEXT = "#Text="
_UNIT = re.compile(r"[0-9]{1,9}-[0-9]{1,9}(?:\.[0-9]{1,9})?")
_NUMBERED = re.compile(r"(?P<value>.*?)(?:(?<!\\)\[(?P<id>[0-9]{1,9})\])?", re.DOTALL)
_HEAD = re.compile(r"(?P<unit>[0-9]+-[0-9]+(?:\.[0-9]+)?)(?:\[(?P<head>[0-9]+)(?:_(?P<tail>[0-9]+))?\])?")
_LINK = re.compile(r".*->(?P<chain>[0-9]{1,9})-(?P<place>[0-9]{1,9})")
_FURTHEST = 1_000_000  # no file leaves a wider gap before a sentence


class WebAnnoTsvReader:
    """A document a file, its id the file's name."""

    title = "WebAnno TSV 3"

    def knows(self, files: InputFiles) -> bool:
        if files.is_folder:
            return any(_is_tsv(files, name) for name in files.names()[:1000] if name.endswith(".tsv"))
        return first_line(files).startswith(_BEGIN)

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """Raises Invalid for a folder without such files, or a file that is none."""
        names = [name for name in files.names() if name.endswith(".tsv")] if files.is_folder else [files.name]
        if not names:
            raise Invalid("no-annotations", f"{files.name}: no .tsv files")
        for name in names:
            reading = _TsvFile(name)
            with files.open(name) as raw:
                for number, line in text_lines(raw, name):
                    reading.add(number, line.removesuffix("\r"))
            yield reading.document()


def _is_tsv(files: InputFiles, name: str) -> bool:
    with files.open(name) as raw:
        return raw.read(64).decode("utf-8-sig", errors="replace").startswith(_BEGIN)


@dataclass
class _TsvFile:
    """One file as its lines come: text and tokens first, then what the columns say of them."""

    name: str
    text: str = ""
    length: int = 0  # of the text, in UTF-16 code units
    layers: list[LayerColumns] = field(default_factory=list)
    sentence: list[str] = field(default_factory=list)
    units: list[tuple[str, int, int, list[str], int]] = field(default_factory=list)
    found: FoundSpans = field(default_factory=FoundSpans)

    def add(self, number: int, line: str) -> None:
        if number == 1 and not line.startswith(_BEGIN):
            raise Invalid("bad-tsv", f"{self.name}: is no WebAnno TSV 3")
        if line.startswith("#T_"):
            self.layers.append(layer_of(line, sum(len(one.columns) for one in self.layers)))
        elif line.startswith(_TEXT):
            self.sentence.append(unescaped(line.removeprefix(_TEXT)))
        elif line and not line.startswith("#"):
            self._unit(number, line)

    def _unit(self, number: int, line: str) -> None:
        fields = line.split("\t")
        try:
            start, end = (whole(part) for part in fields[1].split("-"))
        except (ValueError, IndexError):
            start, end = -1, -1
        if not _UNIT.fullmatch(fields[0]) or not 0 <= start <= end:
            self.found.problem("bad_line", f"line {number}", "no token with its place")
            return
        if self.sentence:
            self._begin(start, number)
        self.units.append((fields[0], start, end, fields[3:], number))

    def _begin(self, start: int, number: int) -> None:
        """The sentence goes where its first token begins."""
        gap = start - self.length
        if not 0 <= gap <= _FURTHEST:
            self.found.problem("bad_offsets", f"line {number}", "a sentence begins before the one before it has ended")
            gap = 0
        said = "\n".join(self.sentence)
        self.text += ("\n" + " " * (gap - 1) if self.text and gap else " " * gap) + said
        self.length += gap + len(said) + sum(character > "\uffff" for character in said)
        self.sentence = []

    def document(self) -> ExchangeDocument:
        if self.sentence:  # a sentence without a token
            self._begin(self.length, 0)
        marks = _Marks(self.layers, OffsetTable(self.text, OffsetUnit.UTF16), self.found)
        for unit, start, end, cells, number in self.units:
            marks.add(unit, start, end, cells, number)
        elements = marks.elements()
        own = self.name.rpartition("/")[2].removesuffix(".tsv")
        return ExchangeDocument(own, self.text, elements, file=self.name, problems=self.found.problems)


@dataclass
class _Marks:
    """Spans as they grow from token to token, then relations and chains between them."""

    layers: list[LayerColumns]
    table: OffsetTable
    found: FoundSpans
    spans: dict[str, tuple[int, int, dict[str, str], LayerColumns, int]] = field(default_factory=dict)
    heads: list[tuple[LayerColumns, str, str, str, str, int]] = field(default_factory=list)
    chains: dict[tuple[str, str], list[tuple[int, str]]] = field(default_factory=dict)

    def add(self, unit: str, start: int, end: int, cells: list[str], number: int) -> None:
        for layer in self.layers:
            own = cells[layer.first : layer.first + len(layer.columns)]
            if len(own) < len(layer.columns):
                continue
            if layer.kind == "T_RL":
                self._relations(layer, unit, own, number)
            else:
                keys = self._spans(layer, unit, (start, end), own, number)
                if layer.kind == "T_CH":
                    self._links(layer, own[0], keys)

    def _spans(
        self, layer: LayerColumns, unit: str, place: tuple[int, int], cells: list[str], number: int
    ) -> list[str]:
        keys: list[str] = []
        for column in layer.features:
            for position, value in enumerate(stacked(cells[column])):
                said = _NUMBERED.fullmatch(value)
                if value == "_" or said is None:
                    continue
                links = stacked(cells[0]) if layer.kind == "T_CH" else []
                link = _LINK.fullmatch(links[position]) if position < len(links) else None
                # In a chain the number is the chain's: its links are told apart by their place in it.
                own = f"{link['chain']}-{link['place']}" if link else said["id"] or f"{unit}.{position}"
                key = f"{layer.number}.{own}"
                start, end, features, _, line = self.spans.get(key, (*place, {}, layer, number))
                self.spans[key] = min(start, place[0]), max(end, place[1]), features, layer, line
                if said["value"] not in ("*", "") and not layer.is_slot(column):
                    features.setdefault(layer.columns[column], unescaped(said["value"]))
                keys += [] if key in keys else [key]
        return keys

    def _relations(self, layer: LayerColumns, unit: str, cells: list[str], number: int) -> None:
        kinds = stacked(cells[0]) if len(cells) > 1 else []
        sure = stacked(cells[1]) if layer.name == RELATION and len(cells) > 2 else []
        for position, value in enumerate(stacked(cells[-1])):
            said = _HEAD.fullmatch(value)
            if said is None:
                continue
            base = next((one.number for one in self.layers if one.name == layer.base), None)
            ends = [said["head"] or "0", said["tail"] or "0"]
            places = [said["unit"], unit]
            head, tail = (
                f"{base}.{own if own != '0' else f'{place}.0'}" for own, place in zip(ends, places, strict=True)
            )
            kind, certainty = (
                unescaped(said[position]) if position < len(said) and said[position] not in ("*", "_") else ""
                for said in (kinds, sure)
            )
            self.heads.append((layer, kind or layer.short, certainty, head, tail, number))

    def _links(self, layer: LayerColumns, cell: str, keys: list[str]) -> None:
        for key, value in zip(keys, stacked(cell), strict=False):
            if said := _LINK.fullmatch(value):
                self.chains.setdefault((layer.name, said["chain"]), []).append((int(said["place"]), key))

    def elements(self) -> Elements:
        for key, (start, end, features, layer, number) in self.spans.items():
            body = _body(features, layer)
            where = f"line {number}"
            self.found.span(key, self.table.span_back(start, end), body["label"], where)
            if key in self.found.spans:
                said = body["assertion"]
                self.found.spans[key] |= parts_of(said) if layer.name == SPAN else {"assertion": said} if said else {}
        for position, (layer, kind, certainty, head, tail, number) in enumerate(self.heads):
            if not {head, tail} <= self.found.spans.keys():
                self.found.problem("bad_relation", f"line {number}", f"a {layer.short} of what is no span")
            else:
                self.found.relation(f"R{position}", kind, head, tail)
                self.found.relations[f"R{position}"] |= {"certainty": certainty} if certainty else {}
        elements = self.found.connected()
        for (name, chain), links in self.chains.items():
            mentions = list(dict.fromkeys(key for _, key in sorted(links) if key in elements))
            if len(mentions) > 1:
                elements[f"C{name.rpartition('.')[2]}.{chain}"] = {"kind": "chain", "mentions": mentions}
        return elements


def _body(features: dict[str, str], layer: LayerColumns) -> Body:
    named = next((features[name] for name in layer.labels if features.get(name)), layer.short)
    rest = {name: value for name, value in features.items() if name not in layer.labels and name}
    return {"label": named, "assertion": rest}
