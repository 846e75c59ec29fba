"""A CAS read out of its XMI: sofas, feature structures by id, and what is in which view."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from app.core.errors import Invalid
from app.core.markup import xml_events
from app.core.numbers import is_digits

_XMI = "{http://www.omg.org/XMI}"
_CAS = "{http:///uima/cas.ecore}"
_TAG = re.compile(r"\{http:///(?P<package>[\w/.]*?)\.ecore\}(?P<name>[\w.$-]+)")


@dataclass
class FeatureStructure:
    """One structure: its type by the full name, and its features as they are written."""

    id: str
    type: str
    features: dict[str, str]


@dataclass
class ReadCas:
    """Everything in one XMI file; `sofas`: id → text or None."""

    structures: dict[str, FeatureStructure] = field(default_factory=dict)
    sofas: dict[str, str | None] = field(default_factory=dict)

    def of_sofa(self, sofa: str) -> Iterator[FeatureStructure]:
        return (one for one in self.structures.values() if one.features.get("sofa") == sofa)


def read_cas(raw: IO[bytes], name: str) -> ReadCas:
    """Raises Invalid naming file and line for what is no XMI."""
    cas = ReadCas()
    depth = 0
    for event, element in xml_events(raw, name):
        if event == "start":
            depth += 1
            if depth == 1 and element.tag != f"{_XMI}XMI":
                raise Invalid("bad-xmi", f"{name}: is no XMI")
            continue
        depth -= 1
        if depth == 1:
            _take(cas, element.tag, dict(element.attrib), {one.tag: one.text or "" for one in element})
            element.clear()
    return cas


def _take(cas: ReadCas, tag: str, said: dict[str, str], children: dict[str, str]) -> None:
    own = said.pop(f"{_XMI}id", "")
    if tag == f"{_CAS}Sofa":
        cas.sofas[own] = said.get("sofaString")
        return
    if tag in (f"{_CAS}NULL", f"{_CAS}View"):
        return
    found = _TAG.fullmatch(tag)
    # A type without a package is in the namespace `http:///uima/noNamespace.ecore`.
    package = found["package"].replace("/", ".") if found else ""
    named = f"{package}.{found['name']}" if found and package != "uima.noNamespace" else found["name"] if found else tag
    cas.structures[own] = FeatureStructure(own, named, children | said)


def references(value: str) -> list[str]:
    """Ids in a feature that names other structures."""
    return [one for one in value.split() if is_digits(one)]
