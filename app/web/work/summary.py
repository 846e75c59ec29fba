"""Differences in words, whatever the modality: what each version says, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.annotation.bodies import BOOKKEEPING, Kinds
from app.annotation.forms import forms_of
from app.review.item import modality_of
from app.review.queries import Feedback, Reason

CONTEXT = 60
NO_FORM: dict[str, Any] = {"place": None, "key": None, "fields": []}
@dataclass(frozen=True)
class CasePlace:
    """The text of a case with a little around it."""

    before: str
    marked: str
    after: str


@dataclass(frozen=True)
class Case:
    """One case as a person reads it: `own` and `settled` are lines, empty where nothing is said."""

    kinds: tuple[str, ...]
    labels: tuple[str, ...]
    place: CasePlace | None
    own: list[str]
    settled: list[str]
    why: Reason | None


def cases_of(found: Feedback) -> list[Case]:
    """Cases of an own answer (version 0) and the settled one (version 1)."""
    text, kinds = found.text, modality_of(found.item).kinds
    return [
        Case(
            kinds=tuple(kind.value for kind in one.kinds),
            labels=one.labels,
            place=_place(text, one.place),
            own=_lines(text, one.versions[0], kinds),
            settled=_lines(text, one.versions[1], kinds),
            why=why,
        )
        for one, why in zip(found.differences, found.reasons, strict=True)
    ]


def _place(text: str, place: tuple[int, int] | None) -> CasePlace | None:
    if place is None:
        return None
    start, end = place
    return CasePlace(text[max(0, start - CONTEXT) : start], text[start:end], text[end : end + CONTEXT])


def _lines(text: str, elements: dict[str, Any], kinds: Kinds) -> list[str]:
    return [_line(text, body, kinds) for body in elements.values() if body.get("status") != "rejected"]


def _line(text: str, body: dict[str, Any], kinds: Kinds) -> str:
    """`problem “chest pain”: assertion polarity negated`; where something came from is nothing anybody decided."""
    form = forms_of(kinds).get(body.get("kind", ""), NO_FORM)
    label = str(body.get(form["key"]) or body.get("kind") or "")
    quotes = " … ".join(text[start:end] for start, end in body.get(form["place"]) or [])
    head = f"{label} “{quotes}”" if quotes else label
    told = [name for name in body if name not in _silent(form)]
    said = "; ".join(_said(name, body[name]) for name in told if body[name])
    return f"{head}: {said}" if said else head


def _silent(form: dict[str, Any]) -> set[str]:
    places = {field["name"] for field in form["fields"] if field["role"] == "span"}
    return places | {"kind", form["key"], *BOOKKEEPING}


def _said(name: str, value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(_said(inner, v) for inner, v in value.items() if v not in (None, "", [], {}))
    if isinstance(value, list):
        return f"{name.replace('_', ' ')} {', '.join(_said('', v).strip() for v in value)}"
    return f"{name.replace('_', ' ')} {value}"
