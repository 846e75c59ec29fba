"""brat standoff as gold: a folder of .txt beside .ann, with events, relations and attributes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from app.core.errors import Invalid
from app.core.numbers import whole
from app.core.reading import read_text
from app.tagging.evaluation.gold import GoldDocument, GoldEntity, LabelMap, our_relation

_POLARITY: dict[str, dict[str, Any]] = {
    "NEG": {"polarity": "negated"},
    "NEGATED": {"polarity": "negated"},
    "MAYBE_NEG": {"uncertain": True},
    "MAYBE_POS": {"uncertain": True},
    "UNCERTAIN": {"uncertain": True},
}
# What an event, relation or attribute must name besides its id.
_WORDS = {"E": 1, "R": 3, "A": 2, "M": 2}
_BARE_EVENT = "Adverse_event"  # the trigger of corpora whose events may come without roles


class Brat:
    """A folder; every .ann needs its .txt. A line that cannot be used is a problem of its document."""

    key = "brat"
    title = "a brat folder"

    def reads(self, path: Path) -> bool:
        return path.is_dir()

    def read(self, path: Path, label_of: LabelMap) -> Iterator[GoldDocument]:
        pairs = sorted(path.glob("*.ann"))
        if not pairs:
            raise Invalid("no-gold", f"{path.name}: no .ann files")
        for file in pairs:
            yield _read_brat(file, label_of)


def _read_brat(file: Path, label_of: LabelMap) -> GoldDocument:
    text_file = file.with_suffix(".txt")
    if not text_file.is_file():
        raise Invalid("no-text", f"{file.name}: no {text_file.name} beside it")
    text = read_text(text_file)
    entities: list[GoldEntity] = []
    place: dict[str, int] = {}  # T and E identifiers → position
    raw_labels: set[str] = set()
    problems: list[str] = []
    links: list[tuple[str, str, str]] = []
    attributes: list[tuple[str, str, str]] = []
    for number, raw in enumerate(read_text(file).split("\n"), start=1):
        line = raw.rstrip("\r")
        parts = line.split("\t")
        if line[:1] in ("E", "R", "A", "M") and (len(parts) < 2 or len(parts[1].split()) < _WORDS[line[0]]):
            problems.append(f"{file.name} line {number}: it names too little")
            continue
        if line.startswith("T") and len(parts) > 1:
            raw_labels.add(parts[1].partition(" ")[0])
            try:
                entity = _brat_entity(parts[1], len(text), f"{file.name} line {number}", label_of)
            except Invalid as error:
                problems.append(error.message)
                continue
            place[parts[0]] = len(entities)
            entities.append(entity)
        elif line.startswith("E") and len(parts) > 1:
            links += _brat_event(parts, place)
        elif line.startswith("R") and len(parts) > 1:
            kind, *arguments = parts[1].split()
            links.append((kind, *(argument.partition(":")[2] for argument in arguments[:2])))  # type: ignore[arg-type]
        elif line[:1] in "AM" and len(parts) > 1:
            kind, target, *value = parts[1].split()
            attributes.append((kind, target, value[0] if value else ""))
    for kind, target, value in attributes:
        if target in place:
            entities[place[target]].assertion.update(_axes(kind, value))
    found = [(kind, place[head], place[tail]) for kind, head, tail in links if head in place and tail in place]
    relations = [link for link in (our_relation(entities, *one) for one in found) if link]
    if not relations and _BARE_EVENT in raw_labels:
        relations = _all_pairs(entities)
    return GoldDocument(file.stem, text, entities, relations, problems)


def _all_pairs(entities: list[GoldEntity]) -> list[tuple[str, int, int]]:
    """One sentence with an event without roles: every drug with every effect."""
    drugs = [n for n, entity in enumerate(entities) if entity.label == "MEDICATION"]
    effects = [n for n, entity in enumerate(entities) if entity.label == "ADVERSE_EVENT"]
    return [("causes", drug, effect) for drug in drugs for effect in effects]


def _brat_entity(said: str, length: int, where: str, label_of: LabelMap) -> GoldEntity:
    label, _, spans = said.partition(" ")
    try:
        fragments = [[whole(first), whole(last)] for first, last in (piece.split() for piece in spans.split(";"))]
        start, end = fragments[0][0], fragments[-1][1]
    except ValueError:
        raise Invalid("bad-brat", f"{where}: the offsets cannot be read") from None
    if not 0 <= start < end <= length or any(not 0 <= first < last <= length for first, last in fragments):
        raise Invalid("bad-brat", f"{where}: the offsets lie outside the text")
    return GoldEntity(start, end, label_of(label), fragments)


def _brat_event(parts: list[str], place: dict[str, int]) -> list[tuple[str, str, str]]:
    """An event stands at its trigger; its roles are relations from the trigger."""
    trigger, *roles = parts[1].split()
    anchor = trigger.partition(":")[2]
    if anchor in place:
        place[parts[0]] = place[anchor]
    pairs = (role.partition(":")[::2] for role in roles)
    return [(kind, anchor, target) for kind, target in pairs]


def _axes(kind: str, value: str) -> dict[str, Any]:
    """Attributes named like our axes or flags, or like the common corpora's."""
    low = kind.lower()
    if low in ("negated", "negation"):
        return {"polarity": "negated"}
    if low == "polarity":
        return _POLARITY.get(value.upper(), {})
    if low in ("uncertain", "uncertainty", "speculated", "speculation"):
        return {"uncertain": True}
    if low in ("historical", "hypothetical", "family", "conditional"):
        return {low: True}
    return {low: value} if value else {}
