"""BioC: collections of passages with annotations at their offsets, as XML and as JSON."""

from __future__ import annotations

from app.formats.bioc.read import BioCReader
from app.formats.bioc.read_json import BioCJsonReader
from app.formats.bioc.write import BioCJsonWriter, BioCXmlWriter


class BioCFormat:
    """What BioC.dtd describes (Comeau et al. 2013)."""

    key = "bioc"
    title = "BioC XML"
    writer = BioCXmlWriter()
    reader = BioCReader()


class BioCJsonFormat:
    """The same as JSON, as PubMed hands it out."""

    key = "bioc-json"
    title = "BioC JSON"
    writer = BioCJsonWriter()
    reader = BioCJsonReader()
