"""CoNLL columns: a token a line, its place, and BIO tags; for who trains taggers."""

from __future__ import annotations

from app.formats.conll.read import ConllReader
from app.formats.conll.write import ConllWriter


class ConllFormat:
    """Spans that overlap stand in further columns, a span in several pieces goes on with D-."""

    key = "conll"
    title = "CoNLL columns (BIO)"
    writer = ConllWriter()
    reader = ConllReader()
