"""XML and HTML: named by the document element and its namespace."""

from __future__ import annotations

import re

from app.intake.foreign.kind import ANNOTATIONS, CODES, OTHER, RECORDS, Foreign, Telltale, first_of

_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\])?\s*>)", re.DOTALL)
_ROOT = re.compile(r"\s*<(?:[\w.-]+:)?([A-Za-z_][\w.-]{0,60})([^>]*)", re.DOTALL)

_RULES: tuple[Telltale, ...] = (
    (ANNOTATIONS, "UIMA CAS in XMI", lambda root, rest, text: root in ("XMI", "CAS")),
    (OTHER, "a UIMA type system", lambda root, rest, text: root == "typeSystemDescription"),
    (
        ANNOTATIONS,
        "BioC XML",
        lambda root, rest, text: root == "collection" and ("<document>" in text or "BioC" in text),
    ),
    (RECORDS, "a CDA document (C-CDA)", lambda root, rest, text: root in ("ClinicalDocument", "levelone")),
    (RECORDS, "FHIR XML", lambda root, rest, text: "http://hl7.org/fhir" in rest),
    (RECORDS, "an HL7 v3 message (E2B)", lambda root, rest, text: "urn:hl7-org:v3" in rest or root == "ichicsr"),
    (
        ANNOTATIONS,
        "Anafora XML",
        lambda root, rest, text: root == "data" and ("<annotations" in text or "<schema" in text),
    ),
    (ANNOTATIONS, "i2b2 XML", lambda root, rest, text: "<TEXT>" in text or "<TAGS>" in text or root == "deIdi2b2"),
    (ANNOTATIONS, "GATE XML", lambda root, rest, text: root == "GateDocument"),
    (CODES, "ClaML", lambda root, rest, text: root == "ClaML"),
    (CODES, "an ICD-10 list or index", lambda root, rest, text: root.startswith(("ICD10CM", "ICD10PCS"))),
    (CODES, "an ontology (RDF, OWL)", lambda root, rest, text: root in ("RDF", "Ontology")),
    (OTHER, "a Label Studio set-up", lambda root, rest, text: root == "View"),
    (OTHER, "an XML schema", lambda root, rest, text: "XMLSchema" in rest and root == "schema"),
    (OTHER, "an HTML page", lambda root, rest, text: root.lower() == "html"),
    (OTHER, "an SVG drawing", lambda root, rest, text: root == "svg"),
)


def recognise_markup(text: str) -> Foreign | None:
    """The format of XML or HTML; None where the text is neither."""
    if not text.lstrip().startswith("<"):
        return None
    is_xml = text.lstrip().startswith("<?xml")
    body = text
    while found := _PROLOG.match(body):
        body = body[found.end() :]
    if text.lstrip()[:200].lower().startswith("<!doctype html"):
        return Foreign(OTHER, "an HTML page")
    if "<!ELEMENT" in text and not _ROOT.match(body):
        return Foreign(OTHER, "a DTD")
    root = _ROOT.match(body)
    if root is None:
        return Foreign(RECORDS, "XML") if is_xml else None
    known = first_of(_RULES, root[1], root[2], body)
    if known or not (is_xml or f"</{root[1]}>" in body):
        return known
    return Foreign(RECORDS, "XML of an unknown kind")
