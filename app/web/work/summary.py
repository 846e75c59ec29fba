"""Differences in words, whatever the modality: what each version says, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.review.queries import Feedback, Reason

CONTEXT = 60
# Where something came from is nothing anybody decided.
_SILENT = {"fragments", "evidence", "status", "origin", "because", "kind", "label"}


@dataclass(frozen=True)
class Place:
    """The text of a case with a little around it."""

    before: str
    marked: str
    after: str


@dataclass(frozen=True)
class Case:
    """One case as a person reads it: `own` and `settled` are lines, empty where nothing is said."""

    kinds: tuple[str, ...]
    labels: tuple[str, ...]
    place: Place | None
    own: list[str]
    settled: list[str]
    why: Reason | None


def cases_of(found: Feedback) -> list[Case]:
    """Cases of an own answer (version 0) and the settled one (version 1)."""
    text = found.text
    return [
        Case(
            kinds=tuple(kind.value for kind in one.kinds),
            labels=one.labels,
            place=_place(text, one.place),
            own=_lines(text, one.versions[0]),
            settled=_lines(text, one.versions[1]),
            why=why,
        )
        for one, why in zip(found.differences, found.reasons, strict=True)
    ]


def _place(text: str, place: tuple[int, int] | None) -> Place | None:
    if place is None:
        return None
    start, end = place
    return Place(text[max(0, start - CONTEXT) : start], text[start:end], text[end : end + CONTEXT])


def _lines(text: str, elements: dict[str, Any]) -> list[str]:
    return [_line(text, body) for body in elements.values() if body.get("status") != "rejected"]


def _line(text: str, body: dict[str, Any]) -> str:
    """`problem “chest pain”: presence negated`"""
    label = str(body.get("label") or body.get("kind") or "")
    quotes = " … ".join(text[start:end] for start, end in body.get("fragments") or [])
    head = f"{label} “{quotes}”" if quotes else label
    said = "; ".join(_said(name, value) for name, value in body.items() if name not in _SILENT and value)
    return f"{head}: {said}" if said else head


def _said(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(_said(inner, v) for inner, v in value.items() if v not in (None, "", [], {}))
    if isinstance(value, list):
        return f"{name.replace('_', ' ')} {', '.join(_said('', v).strip() for v in value)}"
    return f"{name.replace('_', ' ')} {value}"
