"""Clinical notes: entities with assertions and codes, relations, events, chains, an encounter's code list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.agreement.judgements import Difference, Payload, Ruling, Unit
from app.annotation.cases import note_differences
from app.annotation.check import check_note
from app.annotation.describe import action_facts
from app.annotation.folding import folded
from app.annotation.loose import loose_ends
from app.annotation.origin import seeded, stored_body
from app.annotation.payload import Elements
from app.annotation.schema import known_keys
from app.annotation.settle import settle_note
from app.annotation.shapes import NOTE_KINDS
from app.annotation.suggest import suggested_note, within_schema
from app.annotation.units import note_units
from app.core.errors import Problem
from app.review.modality import Action, Context

# What of the document's metadata a reader may see beside the text.
SHOWN_META = ("type", "language", "specialty", "encounter", "sections")


class Notes:
    key = "notes"
    title = "Clinical notes"
    noun = "Note"
    kinds = NOTE_KINDS

    def present(self, context: Context) -> dict[str, Any]:
        """The text, the schema, and the metadata a reader may see."""
        meta = context.document.get("meta") or {}
        return {
            "text": context.text,
            "schema": context.schema,
            "meta": {name: meta[name] for name in SHOWN_META if name in meta},
        }

    def suggest(self, context: Context, suggestions: list[dict[str, Any]]) -> Payload:
        """Suggestions of labels and relations this project does not use are left out, and blank ones."""
        return seeded(suggested_note([within_schema(answer, context.schema) for answer in suggestions]), context.text)

    def check(self, payload: Payload, context: Context) -> list[Problem]:
        """Problems with a code beginning ``warn-`` do not block: `app.annotation.check.blocking`."""
        return check_note(payload, context)

    def describe(self, action: Action, context: Context) -> dict[str, Any]:
        return action_facts(action, NOTE_KINDS, known_keys(context.schema), context.text)

    def stored(self, action: Action, started: dict[str, Any] | None, context: Context) -> Any:
        return stored_body(action.body, started, context.text)

    def loose(self, put: dict[str, Any], draft: Callable[[], Elements]) -> dict[str, Any]:
        return loose_ends(put, draft)

    def folded(self, payload: Payload) -> Payload:
        return folded(payload)

    def units(self, payload: Payload, context: Context) -> list[Unit]:
        return note_units(payload)

    def differences(self, payloads: list[Payload], context: Context) -> list[Difference]:
        return note_differences(payloads)

    def settle(self, payloads: list[Payload], rulings: list[Ruling], context: Context) -> Payload:
        return settle_note(payloads, rulings)
