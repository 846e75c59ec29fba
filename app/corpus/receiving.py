"""What a modality says of the records it takes in: which are its own, what is kept of them, how they are cleaned."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Protocol

from app.core.digest import canonical_json


class Cleaning(StrEnum):
    """How a text of a modality is de-identified."""

    SENTENCES = "sentences"  # names, dates and numbers are recognised in it, with all other texts of the patient
    FIELDS = "fields"  # ``{"fields": {…}}``: what names a person is dropped by its keyword, the rest scanned


class Delivered(Protocol):
    """A record as a reader gives it: a text, or fields by keyword."""

    @property
    def note_type(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def fields(self) -> dict[str, str]: ...


class ModalityIntake(Protocol):
    """`tagged`: whether a pipeline that reads sentences may suggest answers."""

    cleaning: Cleaning
    tagged: bool

    def claims(self, record: Delivered) -> bool:
        """Whether a record is of this modality, where nobody said so. Of several, the one declared last has it."""
        ...

    def prepare(self, record: Delivered) -> str:
        """The text that is sealed for a record."""
        ...

    def label_problems(self, label: dict[str, Any]) -> list[tuple[str, str]]:
        """What is wrong with a label of a schema beyond what every schema is checked for: codes and messages."""
        ...


class TextIntake:
    """The common case: sentences, claimed by the type of the note; without a word for it, every text."""

    cleaning = Cleaning.SENTENCES
    tagged = True

    def __init__(self, note_type: str = "") -> None:
        self._note_type = note_type

    def claims(self, record: Delivered) -> bool:
        return not record.fields and self._note_type in record.note_type.lower()

    def prepare(self, record: Delivered) -> str:
        """Fields that somebody calls a text are read as what they are."""
        return canonical_json({"fields": record.fields}) if record.fields else record.text

    def label_problems(self, label: dict[str, Any]) -> list[tuple[str, str]]:
        return []
