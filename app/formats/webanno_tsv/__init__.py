"""WebAnno TSV 3: a line a token, a group of columns a layer, as WebAnno and INCEpTION read and write it."""

from __future__ import annotations

from app.formats.webanno_tsv.read import WebAnnoTsvReader
from app.formats.webanno_tsv.write import WebAnnoTsvWriter


class WebAnnoTsvFormat:
    """Version 3.3; offsets are UTF-16 code units, spans are runs of tokens."""

    key = "webanno-tsv"
    title = "WebAnno TSV 3"
    writer = WebAnnoTsvWriter()
    reader = WebAnnoTsvReader()
