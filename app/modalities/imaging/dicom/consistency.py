"""Automatic flags on imaging metadata: a table of rules over the fields of one instance."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.modalities.imaging.dicom import terms

Fields = dict[str, Any]
# A message about all fields of its rule, or the one field it is about and a message.
Doubt = str | tuple[str, str]


@dataclass(frozen=True)
class Flag:
    """One doubt: the rule, the fields it is about, and why. Never quotes a value."""

    rule: str
    keywords: tuple[str, ...]
    message: str


def flags(fields: Fields) -> list[Flag]:
    """Flags of every rule, in the order of the table."""
    return [_flag(key, keywords, doubt) for key, keywords, test in RULES for doubt in test(fields)]


def _flag(key: str, keywords: tuple[str, ...], doubt: Doubt) -> Flag:
    if isinstance(doubt, str):
        return Flag(key, keywords, doubt)
    return Flag(key, doubt[:1], doubt[1])


def text_of(fields: Fields, keyword: str) -> str:
    """A field as upper-case text without outer spaces; absent, empty and null are ''."""
    value = fields.get(keyword)
    return "" if value is None or isinstance(value, (list, dict)) else str(value).strip().upper()


def number_of(fields: Fields, keyword: str) -> float | None:
    try:
        return float(text_of(fields, keyword))
    except ValueError:
        return None


def age_in_years(value: str) -> float | None:
    """Years of a DICOM age string `nnnD|W|M|Y` (PS3.5 6.2), or None when it is none."""
    found = re.fullmatch(r"(\d{3})([DWMY])", value)
    if not found:
        return None
    return int(found[1]) / {"D": 365.25, "W": 52.18, "M": 12, "Y": 1}[found[2]]


def _sop_class(fields: Fields) -> list[str]:
    allowed = terms.SOP_CLASS_MODALITIES.get(text_of(fields, "SOPClassUID"))
    modality = text_of(fields, "Modality")
    conflict = allowed and modality and modality not in allowed
    return ["the SOP class belongs to another modality"] if conflict else []


def _foreign_fields(fields: Fields) -> list[Doubt]:
    modality = text_of(fields, "Modality")
    foreign = [
        keyword
        for keyword, allowed in terms.FIELD_MODALITIES.items()
        if text_of(fields, keyword) and modality not in allowed
    ]
    return [(keyword, "does not belong to this modality") for keyword in foreign] if modality else []


def _sides(fields: Fields) -> dict[str, str]:
    names = ("Laterality", "ImageLaterality", "FrameLaterality")
    return {name: text_of(fields, name) for name in names if text_of(fields, name)}


def _missing_side(fields: Fields) -> list[str]:
    paired = text_of(fields, "BodyPartExamined") in terms.PAIRED_PARTS
    return ["a paired body part without laterality"] if paired and not _sides(fields) else []


_DESCRIPTIONS = ("SeriesDescription", "StudyDescription", "ProtocolName")


def _described(fields: Fields, patterns: dict[str, str]) -> set[str]:
    """Which of the meanings the descriptions name, by whole words."""
    text = " ".join(text_of(fields, name) for name in _DESCRIPTIONS).replace("_", " ")
    return {meaning for meaning, pattern in patterns.items() if re.search(rf"\b(?:{pattern})\b", text)}


def _contradicted_side(fields: Fields) -> list[str]:
    sides = {side for side in _sides(fields).values() if side in ("L", "R")}
    if len(sides) > 1:
        return ["two laterality fields name different sides"]
    words = _described(fields, {"R": "RIGHT|RT", "L": "LEFT|LT"})
    conflict = sides and len(words) == 1 and words != sides
    return ["laterality contradicts the description"] if conflict else []


def _view(fields: Fields) -> list[str]:
    view = text_of(fields, "ViewPosition")
    words = _described(fields, {"AP": "AP|ANTEROPOSTERIOR", "PA": "PA|POSTEROANTERIOR", "LAT": "LAT|LATERAL"})
    known = {"LL": "LAT", "RL": "LAT", "LATERAL": "LAT"}.get(view, view)
    conflict = known in ("AP", "PA", "LAT") and len(words) == 1 and known not in words
    return ["the view contradicts the description"] if conflict else []


def _body_part(fields: Fields) -> list[str]:
    part = text_of(fields, "BodyPartExamined")
    return ["not among the defined terms of PS3.16 Annex L"] if part and part not in terms.BODY_PARTS else []


def _age(fields: Fields) -> list[str]:
    value = text_of(fields, "PatientAge")
    if not value:
        return []
    years = age_in_years(value)
    if years is None:
        return ["not an age of the form nnnD, nnnW, nnnM or nnnY"]
    # 45 CFR 164.514(b)(2)(i)(C): ages over 89 are one category, which DICOM can only write as 090Y.
    over = years >= 90 and value != "090Y"
    return ["an age of 90 or more must be written 090Y or left empty"] if over else []


def _age_by_dates(fields: Fields) -> list[str]:
    born, seen = _date(fields, "PatientBirthDate"), _date(fields, "StudyDate")
    years = age_in_years(text_of(fields, "PatientAge"))
    if born is None or seen is None or years is None:
        return []
    expected = (seen - born).days / 365.25
    if expected < 0:
        return ["the study is older than the patient"]
    return ["the age does not follow from birth and study date"] if abs(expected - years) > 1.1 else []


def _date(fields: Fields, keyword: str) -> date | None:
    value = text_of(fields, keyword)
    if not re.fullmatch(r"\d{8}", value):
        return None
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:]))
    except ValueError:
        return None


def _dates(fields: Fields) -> list[Doubt]:
    names = ("PatientBirthDate", "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")
    return [(name, "not a date YYYYMMDD") for name in names if text_of(fields, name) and _date(fields, name) is None]


def _kvp(fields: Fields) -> list[str]:
    value = number_of(fields, "KVP")
    if value is None:
        return ["not a number"] if text_of(fields, "KVP") else []
    low, high = terms.KVP_RANGES.get(text_of(fields, "Modality"), terms.ANY_KVP)
    return [] if low <= value <= high else [f"outside {low} to {high} kV"]


def _slices(fields: Fields) -> list[str]:
    thickness, spacing = number_of(fields, "SliceThickness"), number_of(fields, "SpacingBetweenSlices")
    found = []
    if thickness is not None and not 0 < thickness <= 50:
        found.append("a slice thickness outside 0 to 50 mm")
    if thickness and spacing and abs(spacing) > 5 * thickness:
        found.append("slices lie more than five thicknesses apart")
    return found


def _field_strength(fields: Fields) -> list[str]:
    value = number_of(fields, "MagneticFieldStrength")
    odd = value is not None and not 0.01 <= value <= 12
    return ["a field strength outside 0.01 to 12 tesla"] if odd else []


def _photometric(fields: Fields) -> list[str]:
    inverted = text_of(fields, "PhotometricInterpretation") == "MONOCHROME1"
    return ["grey scale is inverted (MONOCHROME1)"] if inverted else []


def _size(fields: Fields) -> list[Doubt]:
    return [
        (name, "must be a positive number")
        for name in ("Rows", "Columns")
        if text_of(fields, name) and not (number_of(fields, name) or 0) > 0
    ]


def _burned_in(fields: Fields) -> list[str]:
    return ["burned-in text is declared"] if text_of(fields, "BurnedInAnnotation") == "YES" else []


def _face(fields: Fields) -> list[str]:
    """PS3.15 Annex E: a face can be rebuilt from cross-sections of the head, whatever the field says."""
    sections = text_of(fields, "Modality") in ("CT", "MR", "PT")
    head = text_of(fields, "BodyPartExamined") in terms.FACE_PARTS
    declared = text_of(fields, "RecognizableVisualFeatures") == "YES"
    return ["sections of the head carry the face"] if sections and head and not declared else []


def _identifiers(fields: Fields) -> list[Doubt]:
    """A pseudonym may stand in the name; a caret parts family from given name, as in real ones."""
    found = [name for name in terms.DIRECT_IDENTIFIERS if text_of(fields, name)]
    if "^" in text_of(fields, "PatientName"):
        found.insert(0, "PatientName")
    return [(name, "identifies the patient") for name in found]


def _identity(fields: Fields) -> list[str]:
    named = "PatientIdentityRemoved" in fields
    removed = text_of(fields, "PatientIdentityRemoved") == "YES"
    return ["identity is not declared removed"] if named and not removed else []


ConsistencyRule = tuple[str, tuple[str, ...], Callable[[Fields], Sequence[Doubt]]]

RULES: tuple[ConsistencyRule, ...] = (
    ("modality-sop-class", ("Modality", "SOPClassUID"), _sop_class),
    ("foreign-field", ("Modality", *terms.FIELD_MODALITIES), _foreign_fields),
    ("laterality-missing", ("BodyPartExamined", "Laterality", "ImageLaterality"), _missing_side),
    ("laterality-conflict", ("Laterality", "ImageLaterality", "FrameLaterality"), _contradicted_side),
    ("view-description", ("ViewPosition",), _view),
    ("body-part", ("BodyPartExamined",), _body_part),
    ("age", ("PatientAge",), _age),
    ("age-dates", ("PatientAge", "PatientBirthDate", "StudyDate"), _age_by_dates),
    ("dates", ("PatientBirthDate", "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"), _dates),
    ("kvp", ("KVP",), _kvp),
    ("slices", ("SliceThickness", "SpacingBetweenSlices"), _slices),
    ("field-strength", ("MagneticFieldStrength",), _field_strength),
    ("photometric", ("PhotometricInterpretation",), _photometric),
    ("size", ("Rows", "Columns"), _size),
    ("burned-in", ("BurnedInAnnotation",), _burned_in),
    ("face", ("RecognizableVisualFeatures", "BodyPartExamined"), _face),
    ("direct-identifier", ("PatientName", *terms.DIRECT_IDENTIFIERS), _identifiers),
    ("identity", ("PatientIdentityRemoved",), _identity),
)
