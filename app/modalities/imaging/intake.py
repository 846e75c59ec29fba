"""Which records are metadata: those with fields; what is asked of the fields a schema lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.core.digest import canonical_json
from app.corpus.receiving import Cleaning, Delivered


class MetadataIntake:
    cleaning = Cleaning.FIELDS
    tagged = False  # fields of a file, not sentences

    def claims(self, record: Delivered) -> bool:
        return bool(record.fields)

    def prepare(self, record: Delivered) -> str:
        return canonical_json({"fields": record.fields}) if record.fields else record.text

    def label_problems(self, label: dict[str, Any]) -> list[tuple[str, str]]:
        return list(_label_problems(label))


def _label_problems(label: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,79}", str(label.get("keyword", label["key"]))):
        yield "bad-keyword", "keyword must be a DICOM keyword"
    vr = label.get("VR", label.get("vr"))
    if vr is not None and not re.fullmatch(r"[A-Z]{2}", str(vr)):
        yield "bad-vr", "VR must be two capital letters"
    allowed = label.get("allowed")
    if allowed is not None and not (isinstance(allowed, list) and all(isinstance(v, str) for v in allowed)):
        yield "bad-field", "allowed must be a list of strings"
    limits = label.get("range")
    if limits is not None and not _is_range(limits):
        yield "bad-field", "range must be [low, high]"


def _is_range(limits: Any) -> bool:
    pair = isinstance(limits, list) and len(limits) == 2 and all(type(n) in (int, float) for n in limits)
    return pair and limits[0] <= limits[1]
