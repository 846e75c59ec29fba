"""Gold annotations: what a gold document is, who reads which file, and other corpora's names mapped to ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from app.core.errors import Invalid
from app.core.registry import Registry
from app.tagging.labels import RELATION_TYPES
from app.tagging.valuesets import rows

#: another corpus's label → ours, "" where we have none
LabelMap = Callable[[str], str]

_BY_ENDS = {
    ("MEDICATION", "DOSE"): "has_dose",
    ("MEDICATION", "ROUTE"): "has_route",
    ("MEDICATION", "FREQUENCY"): "has_frequency",
    ("MEDICATION", "DURATION"): "has_duration",
    ("MEDICATION", "FORM"): "has_form",
    ("LAB_TEST", "LAB_VALUE"): "has_value",
    ("VITAL_SIGN", "LAB_VALUE"): "has_value",
    ("PROCEDURE", "LAB_VALUE"): "has_value",  # corpora that call a laboratory test a procedure
    ("PROBLEM", "ANATOMY"): "located_in",
    ("SYMPTOM", "ANATOMY"): "located_in",
    ("MEDICATION", "ADVERSE_EVENT"): "causes",
}


@dataclass
class GoldEntity:
    """A span with its label in our names ("" where ours has none) and the axes the gold states."""

    start: int
    end: int
    label: str
    fragments: list[list[int]]
    assertion: dict[str, Any] = field(default_factory=dict)


@dataclass
class GoldDocument:
    """One text with its entities, and relations as (type, head, tail) over positions in `entities`."""

    id: str
    text: str
    entities: list[GoldEntity]
    relations: list[tuple[str, int, int]]
    #: annotations that could not be used, by place; the others are kept
    problems: list[str] = field(default_factory=list)


class GoldReader(Protocol):
    """One format of gold. The first registered reader that knows a path reads it."""

    key: str
    title: str

    def reads(self, path: Path) -> bool:
        """Whether this file or folder is in the format, from its name and beginning."""
        ...

    def read(self, path: Path, label_of: LabelMap) -> Iterator[GoldDocument]:
        """Its documents, labels in our names. Raises Invalid naming the place, never quoting the text."""
        ...


GOLD_READERS: Registry[GoldReader] = Registry("gold reader", GoldReader)


def read_gold(path: Path, label_of: LabelMap | None = None) -> Iterator[GoldDocument]:
    """Documents of a gold file or folder in any registered format. Raises Invalid naming the place."""
    if not path.exists():
        raise Invalid("no-gold", f"{path.name}: no such file or folder")
    for reader in GOLD_READERS:
        if reader.reads(path):
            return reader.read(path, label_of or our_label)
    known = ", ".join(reader.title for reader in GOLD_READERS)
    raise Invalid("no-gold", f"{path.name}: none of the formats known: {known}")


def first_line(path: Path) -> str:
    """The first line that is not blank; "" when there is none."""
    try:
        with path.open("rb") as file:
            head = file.read(65_536).decode("utf-8-sig", errors="replace")
    except OSError:
        return ""
    return next((line for line in head.splitlines(keepends=True) if line.strip()), "")


def our_label(label: str) -> str:
    """Our name for another corpus's label; "" where we have none."""
    known = rows("gold_labels")
    exact = next((row["ours"] for row in known if row["theirs"] == label), None)
    if exact is not None:
        return exact
    return next((row["ours"] for row in known if row["theirs"].lower() == label.lower()), "")


def our_relation(entities: list[GoldEntity], kind: str, head: int, tail: int) -> tuple[str, int, int] | None:
    """A relation in our names and direction: by the labels of its ends, else by its own name; or None."""
    for one, other in ((head, tail), (tail, head)):
        ours = _BY_ENDS.get((entities[one].label, entities[other].label))
        if ours:
            return ours, one, other
    low = kind.lower()
    if low in RELATION_TYPES:
        return low, head, tail
    return ("causes", head, tail) if low in ("cause", "causes", "ade-drug") else None
