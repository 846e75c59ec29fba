"""DICOM metadata: the import gate of the Basic Profile (PS3.15 Annex E), on fields by keyword."""

from __future__ import annotations

import re

from app.core.digest import canonical_json
from app.deidentify.engine import Deidentified
from app.privacy.scan import scan_text

# Elements that name or locate a person or an institution: they must come empty (PS3.15 Table E.1-1).
IDENTIFYING = frozenset(
    {
        "PatientName", "PatientID", "PatientBirthDate", "PatientAddress", "PatientTelephoneNumbers",
        "OtherPatientIDs", "OtherPatientNames", "AccessionNumber", "InstitutionName", "InstitutionAddress",
        "ReferringPhysicianName", "PerformingPhysicianName", "OperatorsName", "StationName",
        "DeviceSerialNumber", "RequestingPhysician", "PatientComments", "ImageComments",
    }
)  # fmt: skip
FREE_TEXT = ("StudyDescription", "SeriesDescription", "ProtocolName", "RequestedProcedureDescription")
_PRIVATE = re.compile(r"^\(?[0-9A-Fa-f]{3}[13579BDFbdf],?[0-9A-Fa-f]{4}\)?$")
_AGE = re.compile(r"^(\d{3})([DWMY])$")


def clean_metadata(identifier: str, fields: dict[str, str]) -> Deidentified:
    """Metadata as a document of canonical JSON, or refused with the reasons.

    What the sender has not de-identified is refused, not repaired: the pixels it belongs to are not
    here to be checked (domain J.2).
    """
    reasons = _refusals(fields)
    kept = {keyword: _age(keyword, value) for keyword, value in fields.items() if keyword not in IDENTIFYING}
    suspect = sorted({f"identifier-in-{keyword}" for keyword in FREE_TEXT if scan_text(fields.get(keyword, ""))})
    verdict = "refused" if reasons else "needs_review" if suspect else "machine_passed"
    return Deidentified(
        id=identifier,
        text=canonical_json({"fields": kept}),
        spans=[],
        offset_map=[],
        verdict=verdict,
        reasons=(*reasons, *suspect),
    )


def _refusals(fields: dict[str, str]) -> list[str]:
    """Why a record may not come in; empty: it may."""
    reasons = []
    if fields.get("PatientIdentityRemoved", "").upper() != "YES":
        reasons.append("identity-not-removed")
    if not (fields.get("DeidentificationMethod") or fields.get("DeidentificationMethodCodeSequence")):
        reasons.append("deidentification-method-missing")
    if any(fields.get(keyword, "").strip() for keyword in IDENTIFYING):
        reasons.append("identifying-element-with-value")
    if any(_PRIVATE.match(keyword) for keyword in fields):
        reasons.append("private-element")
    if fields.get("BurnedInAnnotation", "").upper() == "YES":
        reasons.append("burned-in-annotation")
    return reasons


def _age(keyword: str, value: str) -> str:
    """Ages of 90 years and more become `090Y` (domain 0, Imaging)."""
    found = _AGE.match(value) if keyword == "PatientAge" else None
    if found and found[2] == "Y" and int(found[1]) >= 90:
        return "090Y"
    return value
