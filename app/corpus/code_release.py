"""Which release of ICD-10-CM applies on a true date of service, and how ages are banded."""

from __future__ import annotations

from datetime import date


def applicable_release(day: date) -> str:
    """`YYYY-10` or `YYYY-04`: updates take effect on 1 October and 1 April (domain I, ICD-1)."""
    if day.month >= 10:
        return f"{day.year}-10"
    return f"{day.year}-04" if day.month >= 4 else f"{day.year - 1}-10"


def age_band(birth: date, day: date) -> str:
    """Ten-year band of the age on a day; `90+` from 90 (45 CFR 164.514(b)(2)(i)(C)); empty if negative."""
    years = day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
    if years < 0:
        return ""
    if years >= 90:
        return "90+"
    return "0" if years < 1 else f"{years // 10 * 10}-{years // 10 * 10 + 9}"
