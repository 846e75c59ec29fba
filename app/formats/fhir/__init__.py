"""FHIR R4: a Bundle a note, with the resources its spans speak of, each with the place it was read at."""

from __future__ import annotations

from app.formats.fhir.read import FhirReader
from app.formats.fhir.write import FhirWriter


class FhirFormat:
    """Offsets are code points of the attachment's text, and the extension says so."""

    key = "fhir"
    title = "FHIR R4 Bundle"
    writer = FhirWriter()
    reader = FhirReader()
