"""The columns of OMOP CDM 5.4 that are filled, their widths, and how term_modifiers is spelt."""

from __future__ import annotations

from urllib.parse import quote, unquote

NOTE = (
    "note_id", "person_id", "note_date", "note_datetime", "note_type_concept_id", "note_class_concept_id",
    "note_title", "note_text", "encoding_concept_id", "language_concept_id", "provider_id", "visit_occurrence_id",
    "visit_detail_id", "note_source_value", "note_event_id", "note_event_field_concept_id",
)  # fmt: skip
NOTE_NLP = (
    "note_nlp_id", "note_id", "section_concept_id", "snippet", "offset", "lexical_variant", "note_nlp_concept_id",
    "note_nlp_source_concept_id", "nlp_system", "nlp_date", "nlp_datetime", "term_exists", "term_temporal",
    "term_modifiers",
)  # fmt: skip
#: varchar of the model
SNIPPET, VARIANT, MODIFIERS, SOURCE = 250, 250, 2000, 50
_PLAIN = " /,:|[]()+-."


def modifiers(said: dict[str, str]) -> str:
    """`name=value;…`, sorted; the signs that would end a name or value are percent-encoded."""
    return ";".join(f"{quote(key, safe=_PLAIN)}={quote(value, safe=_PLAIN)}" for key, value in sorted(said.items()))


def read_modifiers(text: str) -> dict[str, str]:
    parts = [part.partition("=") for part in text.split(";")]
    return {unquote(key): unquote(value) for key, is_pair, value in parts if is_pair and key}
