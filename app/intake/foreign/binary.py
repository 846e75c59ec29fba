"""Formats that begin with bytes of their own."""

from __future__ import annotations

import re

from app.intake.foreign.kind import OTHER, RECORDS, Foreign

_DICOM = Foreign(OTHER, "DICOM")
_OFFICE = Foreign(OTHER, "an Office or OpenDocument file")
_IMAGE = Foreign(OTHER, "an image")
_PACKED = Foreign(RECORDS, "a packed file (unpack it first)")

_BEGINNINGS: tuple[tuple[bytes, Foreign], ...] = (
    (b"%PDF-", Foreign(OTHER, "PDF")),
    (b"{\\rtf", Foreign(OTHER, "RTF")),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OFFICE),
    (b"\x89PNG\r\n\x1a\n", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF8", _IMAGE),
    (b"II*\x00", _IMAGE),
    (b"MM\x00*", _IMAGE),
    (b"BM", _IMAGE),
    (b"\x00\x00\x00\x0cjP", _IMAGE),
    (b"\xff\x4f\xff\x51", _IMAGE),
    (b"SQLite format 3\x00", Foreign(RECORDS, "an SQLite database")),
    (b"PAR1", Foreign(RECORDS, "a Parquet table")),
    (b"\x89HDF\r\n\x1a\n", Foreign(RECORDS, "an HDF5 file")),
    (b"\x93NUMPY", Foreign(RECORDS, "a NumPy array")),
    (b"\x1f\x8b", _PACKED),
    (b"BZh", _PACKED),
    (b"\xfd7zXZ\x00", _PACKED),
    (b"7z\xbc\xaf\x27\x1c", _PACKED),
    (b"Rar!\x1a\x07", _PACKED),
    (b"\x28\xb5\x2f\xfd", _PACKED),
)
# A data set without preamble: the first element is of group 0002 or 0008, in either byte order.
_BARE_DICOM = re.compile(
    rb"(?:[\x02\x08]\x00[\x00-\x80]\x00(?:[A-Z]{2}|..\x00\x00)|\x00[\x02\x08]\x00[\x00-\x80](?:[A-Z]{2}|\x00\x00..))",
    re.DOTALL,
)


def recognise_bytes(head: bytes) -> Foreign | None:
    """The format of a binary file; None for a plain .zip, which has a reader, and for text."""
    if head[128:132] == b"DICM" or _BARE_DICOM.match(head):
        return _DICOM
    if head.startswith(b"PK\x03\x04") and (b"[Content_Types].xml" in head[:4000] or head[30:].startswith(b"mimetype")):
        return _OFFICE
    if head[257:262] == b"ustar":
        return _PACKED
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\x00" in head:
        return Foreign(RECORDS, "UTF-16 text (save it as UTF-8)")
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _IMAGE
    found = next((kind for beginning, kind in _BEGINNINGS if head.startswith(beginning)), None)
    # Letters a note may begin with count only where bytes follow that no text has.
    return None if found and head[:2] == b"BM" and b"\x00" not in head[:64] else found
