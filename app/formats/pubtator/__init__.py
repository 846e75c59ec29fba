"""PubTator: titles and abstracts with their mentions, one a line."""

from __future__ import annotations

from app.formats.pubtator.read import PubTatorReader


class PubTatorFormat:
    """Read only."""

    key = "pubtator"
    title = "PubTator"
    writer = None
    reader = PubTatorReader()
