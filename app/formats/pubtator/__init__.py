"""PubTator: titles and abstracts with their mentions, one a line."""

from __future__ import annotations

from app.formats.pubtator.read import PubTatorReader
from app.formats.pubtator.write import PubTatorWriter


class PubTatorFormat:
    """As NCBI describes it; offsets are code points."""

    key = "pubtator"
    title = "PubTator"
    writer = PubTatorWriter()
    reader = PubTatorReader()
