"""Clinical notes: entities with assertions and codes, relations, events, chains, an encounter's code list."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.agreement.judgements import Difference, Payload, Ruling, Unit
from app.annotation.actions import action_facts, loose_ends, own_words, places, seeded, stored_body
from app.annotation.folding import folded
from app.annotation.moving import moved_payload
from app.annotation.payload import Elements
from app.core.errors import Problem
from app.core.places import TextChange
from app.modalities.notes.cases import note_differences
from app.modalities.notes.check import check_note
from app.modalities.notes.intake import NoteIntake
from app.modalities.notes.kinds import KINDS
from app.modalities.notes.profiles import within_profile
from app.modalities.notes.settle import settle_note
from app.modalities.notes.suggest import suggested_note, within_schema
from app.modalities.notes.units import note_units
from app.review.modality import AnnotationAction, Context

# What of the document's metadata a reader may see beside the text.
SHOWN_META = ("type", "language", "specialty", "encounter", "sections")


class Notes:
    key = "notes"
    title = "Clinical notes"
    noun = "Note"
    kinds = KINDS
    intake = NoteIntake()
    assets = Path(__file__).parent

    def present(self, context: Context) -> dict[str, Any]:
        """The text, the schema, and the metadata a reader may see."""
        meta = context.document.get("meta") or {}
        return {
            "text": context.text,
            "schema": context.schema,
            "meta": {name: meta[name] for name in SHOWN_META if name in meta},
        }

    def suggest(self, context: Context, suggestions: list[dict[str, Any]]) -> Payload:
        """Suggestions of labels and relations this project does not use or want are left out, and blank ones."""
        found = suggested_note([within_schema(answer, context.schema) for answer in suggestions])
        wanted = within_profile(found, context.profile, context.text, KINDS)
        return seeded(wanted, KINDS, context.text)

    def check(self, payload: Payload, context: Context) -> list[Problem]:
        """Problems with a code beginning ``warn-`` do not block: `app.annotation.check.blocking`."""
        return check_note(payload, context)

    def describe(self, action: AnnotationAction, context: Context) -> dict[str, Any]:
        return action_facts(action, KINDS, context.known_keys, context.text)

    def stored(self, action: AnnotationAction, started: dict[str, Any] | None, context: Context) -> Any:
        return stored_body(action.body, started, KINDS, context.text)

    def places(self, body: dict[str, Any]) -> list[list[int]]:
        return places(body, KINDS)

    def own_words(self, body: dict[str, Any]) -> list[str]:
        return own_words(body, KINDS)

    def loose(self, put: dict[str, Any], draft: Callable[[], Elements]) -> dict[str, Any]:
        return loose_ends(put, KINDS, draft)

    def folded(self, payload: Payload) -> Payload:
        return folded(payload, KINDS)

    def moved(self, payload: Payload, change: TextChange) -> tuple[Payload, Payload]:
        return moved_payload(payload, change, KINDS)

    def units(self, payload: Payload, context: Context) -> list[Unit]:
        return note_units(payload)

    def differences(self, payloads: list[Payload], context: Context) -> list[Difference]:
        return note_differences(payloads)

    def settle(self, payloads: list[Payload], rulings: list[Ruling], context: Context) -> Payload:
        return settle_note(payloads, rulings)
