"""Whether a value may stand in a DICOM element of a given value representation (PS3.5 6.2)."""

from __future__ import annotations

import re
from typing import Any

_NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
_FORMS: dict[str, tuple[str, str]] = {
    "AS": (r"\d{3}[DWMY]", "an age nnnD, nnnW, nnnM or nnnY"),
    "CS": (r"[A-Z0-9 _]{1,16}", "at most 16 capitals, digits, spaces or underscores"),
    "DA": (r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])", "a date YYYYMMDD"),
    "DS": (rf"(?=.{{1,16}}$){_NUMBER}", "a decimal of at most 16 characters"),
    "IS": (r"[+-]?\d{1,11}", "a whole number"),
    "TM": (r"([01]\d|2[0-3])([0-5]\d([0-5]\d|60)?(\.\d{1,6})?)?", "a time HHMMSS"),
    "UI": (r"(?=.{1,64}$)(0|[1-9]\d*)(\.(0|[1-9]\d*))*", "a UID"),
    "SH": (r"[^\\]{1,16}", "at most 16 characters"),
    "LO": (r"[^\\]{1,64}", "at most 64 characters"),
    **dict.fromkeys(("US", "UL"), (r"\d{1,10}", "a whole number from 0")),
    **dict.fromkeys(("SS", "SL"), (r"[+-]?\d{1,10}", "a whole number")),
    **dict.fromkeys(("FL", "FD"), (_NUMBER, "a number")),
}


def value_problem(representation: str | None, value: Any) -> str | None:
    """What the value should be, or None when it may stand. Several values are tested one by one."""
    if representation not in _FORMS:
        return None
    form, wanted = _FORMS[representation]
    good = all(re.fullmatch(form, part) for part in parts_of(value) if part)
    return None if good else f"must be {wanted}"


def range_problem(limits: list[float] | None, value: Any) -> str | None:
    """Whether every part is a number within ``[low, high]``; parts that are no numbers are left alone."""
    if not limits:
        return None
    numbers = [float(part) for part in parts_of(value) if re.fullmatch(_NUMBER, part)]
    good = all(limits[0] <= number <= limits[1] for number in numbers)
    return None if good else f"must lie between {limits[0]} and {limits[1]}"


def parts_of(value: Any) -> list[str]:
    """The single values of an element: a list, or one string with backslashes between them."""
    several = value if isinstance(value, list) else str(value).split("\\")
    return [str(part).strip() for part in several]
