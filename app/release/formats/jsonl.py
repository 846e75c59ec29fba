"""JSONL of everything: one released item a line, losing nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from app.core.digest import canonical_json
from app.release.formats import Answer
from app.release.formats.losses import LossReport


class JsonLines:
    """The lossless form: text, elements as they were submitted, provenance; offsets are code points."""

    key = "jsonl"
    title = "JSON lines, everything"
    modalities = ("notes", "reports", "imaging")

    def files(
        self, answers: Iterable[Answer], manifest: dict[str, Any], losses: LossReport
    ) -> Iterator[tuple[str, str]]:
        lines = [
            canonical_json({**answer.facts(), "offset_unit": "code point", "elements": answer.elements})
            for answer in answers
        ]
        yield "items.jsonl", "".join(line + "\n" for line in lines)
