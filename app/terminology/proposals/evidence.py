"""What the notes of an encounter give to its code set: their coded entities with section and sentence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.terminology.proposals.code_set import CodeEvidence, SetCode, propose_set
from app.terminology.proposals.surroundings import surroundings
from app.terminology.systems import system_key

if TYPE_CHECKING:
    from app.terminology.search import SearchableRelease

SYSTEM = "icd10cm"  # codes are proposed of this system


@dataclass(frozen=True)
class NoteOfEncounter:
    """A note as the set of its encounter reads it: kind, text, sections, and its entities by element id.

    An entity's code is the one it was given (`codes`), else what was proposed; a rejected one has none.
    """

    kind: str
    text: str
    sections: list[dict[str, Any]]
    entities: dict[str, dict[str, Any]]


def code_set(notes: Sequence[NoteOfEncounter], setting: str, release: SearchableRelease) -> list[SetCode]:
    """The set proposed for an encounter from its notes in the order of time."""
    return propose_set(release, [one for nth, note in enumerate(notes) for one in _evidence(nth, note)], setting)


def _evidence(nth: int, note: NoteOfEncounter) -> Iterator[CodeEvidence]:
    for key, body in note.entities.items():
        code = _code_of(body)
        if code:
            start = body["fragments"][0][0]
            sentence = surroundings(note.text, body["fragments"]).sentence
            section = section_at(note.sections, start)
            yield CodeEvidence(code, nth, note.kind.lower(), key, start, section, sentence)


def _code_of(body: dict[str, Any]) -> str:
    """The code that stands for an entity in the set, empty for none."""
    if body.get("status") == "rejected":
        return ""
    given = [code["code"] for code in body.get("codes") or () if system_key(code["system"]) == SYSTEM]
    if given or body.get("status") == "confirmed":
        return given[0] if given else ""
    suggested = (body.get("proposed") or {}).get("code")
    return str(suggested or (body.get("origin") or {}).get("proposed_code") or "")


def section_at(sections: Any, start: int) -> str:
    """The category of the section that holds an offset, as a pipeline told it; empty where none does."""
    held = [section for section in sections if section["start"] <= start < section["end"]]
    return str(held[-1].get("category") or "") if held else ""
