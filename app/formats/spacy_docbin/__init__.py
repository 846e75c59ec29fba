"""spaCy DocBin: what `spacy train` and `DocBin().from_disk` read; spans as a span group and as entities."""

from __future__ import annotations

from app.formats.spacy_docbin.read import DocBinReader
from app.formats.spacy_docbin.write import DocBinWriter


class DocBinFormat:
    """Spans count tokens, which are cut at every edge of a span; their character offsets are code points."""

    key = "spacy"
    title = "spaCy DocBin"
    writer = DocBinWriter()
    reader = DocBinReader()
