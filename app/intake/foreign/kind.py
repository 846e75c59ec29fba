"""What a file was recognised as, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

ANNOTATIONS, CODES, RECORDS, OTHER = "annotations", "code-table", "other-format", "no-note"

_ADVICE = {
    ANNOTATIONS: "annotations are no notes; nothing of it was read",
    CODES: "codes are no notes; nothing of it was read (flask terminology imports code systems)",
    RECORDS: "no reader takes this; nothing of it was read",
    OTHER: "not a note",
}


@dataclass(frozen=True)
class Foreign:
    """A format by name. Of a folder, `OTHER` is passed over and listed; the rest may hold what somebody
    meant to hand in, and is refused."""

    code: str
    title: str

    @property
    def is_refused(self) -> bool:
        return self.code != OTHER

    @property
    def message(self) -> str:
        return f"{self.title}: {_ADVICE[self.code]}"


# One format: how it is told, from whatever its kind of file is looked at by.
Telltale = tuple[str, str, Callable[..., object]]


def first_of(rules: tuple[Telltale, ...], *facts: object) -> Foreign | None:
    """The first format whose test holds."""
    return next((Foreign(code, title) for code, title, holds in rules if holds(*facts)), None)
