"""OMOP, written: NOTE and NOTE_NLP (CDM 5.4) as CSV with twins, and `documents.jsonl` with what is known of each note.

`term_exists` is Y only for what is affirmed, the patient's and not hypothetical (domain 0, Interop). A concept id
comes from an installed OMOP vocabulary; there is none, so it is 0 and counted: codes of SNOMED CT and the like are no
concept ids, and stand in term_modifiers.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.core.digest import canonical_json
from app.core.text import covered
from app.formats.attributes import codes_of, word
from app.formats.losses import REJECTED
from app.formats.model import Body, ExchangeDocument
from app.formats.omop.fields import MODIFIERS, NOTE, NOTE_NLP, SNIPPET, SOURCE, VARIANT, modifiers
from app.formats.protocol import Writing
from app.formats.record import extent, shown
from app.formats.tables import Row, TableFiles

_WRITTEN = ("kind", "fragments", "label", "assertion", "codes.system", "codes.release", "codes.code")
_UNKNOWN = 0  # OMOP's concept "No matching concept"
_AROUND = 40


class OmopWriter:
    """Numbers of persons, notes and mentions are given in the order of the release; SOURCE_IDS says whose they are."""

    modalities = ("notes",)

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        notes, mentions = TableFiles("NOTE", list(NOTE), into), TableFiles("NOTE_NLP", list(NOTE_NLP), into)
        sources = TableFiles("SOURCE_IDS", ["person_id", "person_source_value"], into)
        into.say("documents.jsonl", "")
        persons: dict[str, int] = {}
        for document in documents:
            facts = document.facts()
            if document.modality not in self.modalities:
                into.losses.item(facts, document.elements, "is no text with spans")
                continue
            del facts["text"]
            pseudonym = str(document.meta.get("patient") or document.id)
            if pseudonym not in persons:
                persons[pseudonym] = len(persons) + 1
                sources.add({"person_id": persons[pseudonym], "person_source_value": pseudonym})
            number = notes.count + 1
            notes.add(_note(document, number, persons[pseudonym], into))
            for body in _mentions(document, into):
                mentions.add(_mention(document.text or "", body, number, mentions.count + 1, into))
            into.say("documents.jsonl", canonical_json(facts) + "\n")


def _note(document: ExchangeDocument, number: int, person: int, into: Writing) -> Row:
    """A date is there only where the release has one, shifted as everywhere; the model demands one."""
    date = document.meta.get("date")
    if not date:
        into.losses.add("item", "note_date", "no date is released: the loader has to set one; it would be shifted")
    row: Row = dict.fromkeys(NOTE)
    kind = document.meta.get("note_type")
    source = document.id[:SOURCE]
    if source != document.id:
        into.losses.add("item", "note_source_value", "an id of more than 50 characters is cut; documents.jsonl has it")
    return row | {
        "note_id": number,
        "person_id": person,
        "note_date": date,
        "note_type_concept_id": _UNKNOWN,
        "note_class_concept_id": _UNKNOWN,
        "note_title": str(kind)[:SNIPPET] if kind else None,
        "note_text": document.text or "",
        "encoding_concept_id": _UNKNOWN,
        "language_concept_id": _UNKNOWN,
        "note_source_value": source,
    }


def _mentions(document: ExchangeDocument, into: Writing) -> list[Body]:
    """The spans, in order; everything else goes to the loss report."""
    spans = shown(document).spans
    written, alive = {key for key, _ in spans}, document.said()
    for key, body in document.elements.items():
        if key in written:
            into.losses.rest("entity", body, _WRITTEN, "has no column")
        else:
            into.losses.element(body, REJECTED if key not in alive else "NOTE_NLP holds mentions only")
    return [body for _, body in spans]


def _mention(text: str, body: Body, note: int, number: int, into: Writing) -> Row:
    start, end = extent(body)
    said = into.vocabulary.full_assertion(body.get("assertion"))
    exists = said["polarity"] == "affirmed" and said["experiencer"] == "patient" and not said["hypothetical"]
    variant = covered(text, body["fragments"])
    if len(variant) > VARIANT:
        into.losses.add("note_nlp", "lexical_variant", "cut to 250 characters; the place is in term_modifiers")
    if body.get("codes"):
        into.losses.add("note_nlp", "note_nlp_concept_id", "no OMOP vocabulary is installed: concept 0")
    given = body.get("assertion") or {}
    words = {name: word(value) for name, value in given.items()} | {"label": body["label"]}
    words |= {"fragments": canonical_json(body["fragments"]), "codes": " ".join(codes_of(body))}
    return dict.fromkeys(NOTE_NLP) | {
        "note_nlp_id": number,
        "note_id": note,
        "section_concept_id": _UNKNOWN,
        "snippet": text[max(0, start - _AROUND) : end + _AROUND][:SNIPPET],
        "offset": str(start),
        "lexical_variant": variant[:VARIANT],
        "note_nlp_concept_id": _UNKNOWN,
        "note_nlp_source_concept_id": _UNKNOWN,
        "nlp_system": "Chartmark",
        "term_exists": "Y" if exists else "N",
        "term_temporal": said["temporality"],
        "term_modifiers": _modifiers({name: value for name, value in words.items() if value}, into),
    }


def _modifiers(said: dict[str, str], into: Writing) -> str:
    """What is longer than the column loses its codes first, then its pieces."""
    for name, field in (("codes", "codes.code"), ("fragments", "fragments")):
        if len(modifiers(said)) > MODIFIERS and name in said:
            del said[name]
            into.losses.add("entity", field, "longer than term_modifiers may be")
    return modifiers(said)[:MODIFIERS]
