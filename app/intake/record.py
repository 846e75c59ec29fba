"""One record as a reader gives it: allowed fields by name, everything else dropped and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Any

from app.core.errors import Problem
from app.core.text import is_storable, storable, text_problems
from app.corpus.code_release import age_band, applicable_release
from app.corpus.date_order import DATE_ORDERS
from app.corpus.free_text import is_identifying
from app.corpus.subject import Setting

# Field → names by which columns and keys are recognised (lower case, without blanks and hyphens).
NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "note_id", "noteid", "document_id", "doc_id", "report_id", "record_id", "row_id"),
    "patient_id": ("patient_id", "patientid", "patient", "subject_id", "person_id", "mrn"),
    "encounter_id": ("encounter_id", "encounterid", "encounter", "visit_id", "hadm_id", "stay_id"),
    "note_type": ("note_type", "notetype", "type", "category", "kind", "document_type", "sample_name"),
    "setting": ("setting", "care_setting", "encounter_class"),
    "date": ("date", "note_date", "service_date", "charttime", "chartdate", "report_date", "date_of_service"),
    "sex": ("sex", "gender"),
    "birth_date": ("birth_date", "birthdate", "dob", "date_of_birth"),
    "language": ("language", "lang"),
    "date_order": ("date_order", "dateorder"),
    "text": (
        "text",
        "note_text",
        "note",
        "transcription",
        "report",
        "report_text",
        "section_text",
        "body",
        "content",
    ),
    "known": ("known",),
    "fields": ("fields",),
}
_BY_NAME = {name: field_name for field_name, names in NAMES.items() for name in names}
UNNAMED = "(a name that looks identifying)"
KNOWN_KINDS = ("names", "ids", "dates", "addresses", "contacts")


# A field of a record is called `date`.
Day = date


@dataclass(frozen=True)
class Record:
    """A checked record. `where` names its place in the input; `date` is the true date of service."""

    where: str
    id: str
    patient_id: str
    encounter_id: str
    text: str
    note_type: str = ""
    setting: str = Setting.UNKNOWN
    language: str = ""
    sex: str = ""
    date: Day | None = None
    birth_date: Day | None = None
    known: dict[str, list[str]] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    #: how days are written in figures, "" as the project says
    date_order: str = ""

    def encounter_facts(self) -> dict[str, str]:
        """What coding rules need, computed from true dates before they are removed (domain 0.2)."""
        facts = {"setting": self.setting, "sex": self.sex, "code_release": "", "age_band": ""}
        if self.date:
            facts["code_release"] = applicable_release(self.date)
            if self.birth_date:
                facts["age_band"] = age_band(self.birth_date, self.date)
        return facts


def field_for(name: str) -> str | None:
    """The allowed field a column or key stands for, or None."""
    return _BY_NAME.get(name.strip().lower().replace(" ", "_").replace("-", "_"))


def map_fields(raw: dict[str, Any], mapping: dict[str, str], dropped: Counter[str]) -> dict[str, Any]:
    """Allowed fields of a raw row. `mapping` (field → column) goes before recognised names."""
    chosen = {column: field_name for field_name, column in mapping.items()}
    found: dict[str, Any] = {}
    # A field's own name goes before the other names it is known by.
    for column, value in sorted(raw.items(), key=lambda pair: pair[0] not in NAMES):
        field_name = chosen.get(column) or field_for(column)
        if field_name is None or (field_name in mapping and mapping[field_name] != column):
            dropped[shown_column(column)] += 1
        elif field_name not in found:
            found[field_name] = value
        else:
            dropped[shown_column(column)] += 1
    return found


def shown_column(column: str) -> str:
    """A column's name as it is said to people: shortened, and not repeated where it looks identifying."""
    shown = storable(column[:40])
    return UNNAMED if is_identifying(shown) else shown


def build_record(values: dict[str, Any], where: str) -> tuple[Record | None, list[Problem]]:
    """A record from mapped values, or the problems that keep it out."""
    problems: list[Problem] = []
    text = values.get("text")
    fields = _fields(values.get("fields"), where, problems)
    if fields:
        text = ""
    elif not isinstance(text, str):
        problems.append(Problem("text-missing", where, "there is no text"))
        text = ""
    else:
        problems += text_problems(text, where)
    identifier = str(values.get("id") or "").strip()
    if not identifier:
        problems.append(Problem("id-missing", where, "there is no id"))
    sex = str(values.get("sex") or "").strip().upper()[:1]
    setting = str(values.get("setting") or "").strip().lower()
    record = Record(
        where=where,
        id=identifier,
        patient_id=str(values.get("patient_id") or "").strip() or f"only-note:{identifier}",
        encounter_id=str(values.get("encounter_id") or "").strip() or f"only-note:{identifier}",
        text=text,
        note_type=str(values.get("note_type") or "").strip()[:60],
        setting=setting if setting in set(Setting) else Setting.UNKNOWN,
        language=str(values.get("language") or "").strip().lower()[:8],
        sex=sex if sex in ("F", "M") else "",
        date=_date(values.get("date"), "date", where, problems),
        birth_date=_date(values.get("birth_date"), "birth_date", where, problems),
        known=_known(values.get("known"), where, problems),
        fields=fields,
        date_order=_order(values.get("date_order"), where, problems),
    )
    if not all(map(is_storable, _strings(record))):
        problems.append(Problem("bad-characters", where, "a NUL character or lone surrogate in an id or other field"))
    return (None, problems) if problems else (record, [])


def _strings(record: Record) -> Iterator[str]:
    """Everything of a record that is stored besides its text."""
    yield from (record.id, record.patient_id, record.encounter_id, record.note_type, record.language)
    yield from chain.from_iterable(record.known.values())
    yield from chain.from_iterable(record.fields.items())


def _date(value: Any, name: str, where: str, problems: list[Problem]) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value).strip()[:10])
    except ValueError:
        problems.append(Problem("bad-date", where, f"{name} must be YYYY-MM-DD"))
        return None


def _order(value: Any, where: str, problems: list[Problem]) -> str:
    order = str(value or "").strip().lower()
    if order and order not in DATE_ORDERS:
        problems.append(Problem("bad-date-order", where, f"date_order must be one of {', '.join(DATE_ORDERS)}"))
    return order


def _known(value: Any, where: str, problems: list[Problem]) -> dict[str, list[str]]:
    if value in (None, ""):
        return {}
    fits = isinstance(value, dict) and all(
        isinstance(entries, list) and all(isinstance(entry, str) for entry in entries) for entries in value.values()
    )
    if not fits:
        problems.append(Problem("bad-known", where, "known identifiers are lists of strings by kind"))
        return {}
    return {kind: list(value[kind]) for kind in KNOWN_KINDS if kind in value}


def _fields(value: Any, where: str, problems: list[Problem]) -> dict[str, str]:
    if value in (None, ""):
        return {}
    fits = isinstance(value, dict) and all(isinstance(k, str) and isinstance(v, str | int) for k, v in value.items())
    if not fits:
        problems.append(Problem("bad-fields", where, "metadata fields are strings by keyword"))
        return {}
    return {keyword: str(entry) for keyword, entry in value.items()}
