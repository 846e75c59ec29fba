"""FHIR R4, written: `bundles/<id>.json`, one collection a note, and the definitions of the extensions in it."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from app.core.digest import canonical_json
from app.formats.fhir.extensions import DOCUMENT, annotation_extension, definitions, span_extensions
from app.formats.fhir.resources import Resource, resource_of
from app.formats.losses import REJECTED
from app.formats.model import Body, ExchangeDocument
from app.formats.protocol import Writing
from app.formats.record import shown

#: relations from a drug to what it caused become suspect entities
_CAUSES = "causes"
_NAMESPACE = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")  # RFC 4122, for URLs


class FhirWriter:
    """Patient, DocumentReference with the text, a resource a span, and a Provenance where somebody signed."""

    modalities = ("notes",)

    def write(self, documents: Iterable[ExchangeDocument], into: Writing) -> None:
        for name, definition in definitions():
            into.say(name, canonical_json(definition) + "\n")
        for document in documents:
            if document.modality not in self.modalities:
                into.losses.item(document.facts(), document.elements, "is no text with spans")
                continue
            into.say(f"bundles/{document.id}.json", canonical_json(_NoteBundle(document, into).bundle()) + "\n")


class _NoteBundle:
    """The entries of one note; ids are computed from what they are of, so that they never change."""

    def __init__(self, document: ExchangeDocument, into: Writing) -> None:
        self.document, self.into, self.text = document, into, document.text or ""
        self.patient = str(document.meta.get("patient") or document.id)
        self.subject = {"reference": self._url("patient", self.patient)}
        self.source = self._url("document", document.id)
        self.written: set[str] = set()
        self.entries: list[Resource] = []

    def bundle(self) -> Resource:
        self._add(self.subject["reference"], {"resourceType": "Patient", "identifier": [{"value": self.patient}]})
        self._add(self.source, self._note())
        urls = self._statements()
        self._suspects(urls)
        self._provenance(list(urls.values()))
        self._report()
        return {"resourceType": "Bundle", "type": "collection", "entry": self.entries}

    def _url(self, kind: str, name: str) -> str:
        return f"urn:uuid:{uuid.uuid5(_NAMESPACE, f'urn:chartmark:{kind}:{name}')}"

    def _add(self, url: str, resource: Resource) -> None:
        self.entries.append({"fullUrl": url, "resource": {"id": url.removeprefix("urn:uuid:")} | resource})

    def _note(self) -> Resource:
        facts = self.document.facts()
        del facts["text"]
        attachment = {
            "contentType": "text/plain; charset=utf-8",
            "data": base64.b64encode(self.text.encode("utf-8")).decode("ascii"),
        }
        kind = self.document.meta.get("note_type")
        return {
            "resourceType": "DocumentReference",
            "extension": [{"url": DOCUMENT, "valueString": canonical_json(facts)}],
            "status": "current",
            "subject": self.subject,
            "content": [{"attachment": attachment}],
        } | ({"type": {"text": str(kind)}} if kind else {})

    def _statements(self) -> dict[str, str]:
        """A resource a span; element → its URL. Why a span has none is in the loss report."""
        urls = {}
        for key, body in shown(self.document).spans:
            said = self.into.vocabulary.full_assertion(body.get("assertion"))
            made = resource_of(body, said, self.text, self.subject)
            if isinstance(made, str):
                self.into.losses.element(body, made)
                self.written.add(key)  # reported
                continue
            urls[key] = self._url("statement", f"{self.document.id}:{key}")
            extension = [*span_extensions(body, self.source), annotation_extension(key, body)]
            self._add(urls[key], made | {"extension": extension})
            self.written.add(key)
        return urls

    def _suspects(self, urls: dict[str, str]) -> None:
        """A relation that says a drug caused an event is a suspect entity of it, with the relation as it was said."""
        kinds = {one["fullUrl"]: one["resource"] for one in self.entries}
        for key, body in shown(self.document).relations:
            event, drug = kinds.get(urls.get(body["tail"], "")), kinds.get(urls.get(body["head"], ""))
            if body["type"] != _CAUSES or event is None or drug is None or event["resourceType"] != "AdverseEvent":
                continue
            if drug["resourceType"] == "MedicationStatement":
                suspect = {
                    "extension": [annotation_extension(key, body)],
                    "instance": {"reference": urls[body["head"]]},
                }
                event.setdefault("suspectEntity", []).append(suspect)
                self.written.add(key)

    def _provenance(self, targets: list[str]) -> None:
        """Who signed, at the time of the last signature; a note nobody signed has none, for R4 wants a time."""
        signatures = self.document.provenance.get("signatures")
        signed = [one for one in signatures if _is_signature(one)] if isinstance(signatures, list) else []
        if not signed:
            return
        last = max(one["at"] for one in signed)
        self._add(
            self._url("provenance", self.document.id),
            {
                "resourceType": "Provenance",
                "target": [{"reference": url} for url in (self.source, *targets)],
                "recorded": _instant(last),
                "agent": [{"who": {"display": str(one.get("name") or one.get("step") or "signer")}} for one in signed],
            },
        )

    def _report(self) -> None:
        alive = self.document.said()
        for key, body in self.document.elements.items():
            if key not in alive:
                self.into.losses.element(body, REJECTED)
            elif key not in self.written:
                self.into.losses.element(body, _why(body))


def _why(body: Body) -> str:
    if body["kind"] == "relation":
        return "only what says that a drug caused an event that is here has a place"
    return "has no resource: what is grouped and assessed stands in the adverse-event tables"


def _is_signature(one: Any) -> bool:
    return isinstance(one, dict) and type(one.get("at")) is int and one["at"] >= 0


def _instant(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="milliseconds")
