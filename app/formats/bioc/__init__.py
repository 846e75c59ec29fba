"""BioC XML: collections of passages with annotations at their offsets."""

from __future__ import annotations

from app.formats.bioc.read import BioCReader


class BioCFormat:
    """Read only."""

    key = "bioc"
    title = "BioC XML"
    writer = None
    reader = BioCReader()
