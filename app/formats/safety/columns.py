"""The columns of the adverse-event tables: fixed ones, and those of the kinds they spread."""

from __future__ import annotations

from app.formats.safety.flat import FlatKinds
from app.formats.vocabulary import PayloadVocabulary

META = ("encounter", "sex", "age_band", "note_type", "language", "setting", "code_release", "deidentification")
PROVENANCE = (
    "submission_sha256", "guideline", "guideline_sha256", "schema", "qualification", "signatures",
)  # fmt: skip
NUMBERS = ("events_included", "events_excluded", "exposures", "pairs_included", "pairs_excluded")
MENTION_WORDS = ("label", "fragments")  # of an entity: in columns of their own
_BASE = ("release", "item", "patient")
_MENTION = ("mention", "label", "term", "start", "end", "fragments")


class SafetyColumns:
    """Table → its columns, in order; and how the kinds among them are flattened."""

    def __init__(self, vocabulary: PayloadVocabulary) -> None:
        self.flat = FlatKinds(vocabulary)
        # In a group's row, what every element may say is said of the group.
        self.judged = (*MENTION_WORDS, *vocabulary.every)
        event, pair = self._event(), self._pair()
        self.tables: dict[str, list[str]] = {
            "events": event,
            "excluded": ["reason", *(column for column in event if column != "class")],
            "exposures": self._exposure(),
            "assessments": pair,
            "excluded_pairs": ["reason", *(column for column in pair if column != "event_class")],
            "mentions": [
                *_BASE, "of", "group", "decides", "class", *_MENTION, *self.flat.columns_of("entity", MENTION_WORDS),
            ],
            "relations": [
                *_BASE, "relation", "type", "head", "head_term", "tail", "tail_term",
                *self.flat.columns_of("relation", ("type",)),
            ],
            "items": [*_BASE, *META, *PROVENANCE, *NUMBERS],
            "summary": ["class", "listed_in", "events", "mentions", "pairs"],
        }  # fmt: skip

    def _event(self) -> list[str]:
        return [
            *_BASE, "encounter", "event", "class", "grouped", *self._deciding(),
            *self.flat.columns_of("event"), "guideline", "submission_sha256",
        ]  # fmt: skip

    def _exposure(self) -> list[str]:
        return [*_BASE, "exposure", "grouped", *self._deciding(), *self.flat.columns_of("exposure")]

    def _deciding(self) -> list[str]:
        """Of a group: its deciding mention, then all of them."""
        values = self.flat.columns_of("entity", self.judged)
        return [*_MENTION, "mentions", "mention_count", *values, "other_codes"]

    def _pair(self) -> list[str]:
        return [
            *_BASE, "event", "event_term", "event_class", "exposure", "exposure_term", "source", "assessment",
            *self.flat.columns_of("assessment"), "relations", "relation_certainties",
        ]  # fmt: skip
