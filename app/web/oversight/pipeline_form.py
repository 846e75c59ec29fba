"""The form of a register entry: reading it, and what stands in it at first."""

from __future__ import annotations

from collections.abc import Mapping

from app.core.clock import iso, parse_iso
from app.core.errors import Problem, invalid
from app.pipelines.register.lookup import Standing
from app.pipelines.register.rules import RegisterEntry
from app.pipelines.register.shipped import TERM, is_shipped, shipped_entry

LISTS = ("note_types", "languages", "specialties")
AGES = ("least_age", "most_age")
TEXTS = ("intended_use", "population", "evidence")


def read_entry(pipeline: str, form: Mapping[str, str]) -> RegisterEntry:
    """What was typed, as an entry without version, digest and owner. Raises Invalid naming the field."""
    problems: list[Problem] = []
    lists = {name: tuple(part.strip() for part in form.get(name, "").split(",") if part.strip()) for name in LISTS}
    ages: dict[str, int | None] = {}
    for name in AGES:
        typed = form.get(name, "").strip()
        ages[name] = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 4 else None
        if typed and ages[name] is None:
            problems.append(Problem("age", name, "a whole number of years, or nothing"))
    review_by = None
    try:
        review_by = parse_iso(form.get("review_by", "").strip())
    except ValueError:
        problems.append(Problem("review-date", "review_by", "a date, as 2026-11-21"))
    if problems:
        raise invalid(problems, "pipeline-entry")
    texts = {name: form.get(name, "").strip() for name in TEXTS}
    return RegisterEntry(pipeline, "", "", review_by=review_by, **lists, **ages, **texts)  # type: ignore[arg-type]


def first_values(standing: Standing, form: Mapping[str, str], *, at: int) -> dict[str, str]:
    """What was typed; at first the entry that counts, or the one shipped, so that renewing is reading and signing."""
    if form.get("intended_use") is not None:
        return {name: form.get(name, "") for name in (*LISTS, *AGES, *TEXTS, "review_by")}
    entry = standing.entry
    if entry is None and is_shipped(standing.pipeline):
        entry = shipped_entry(standing.pipeline, at=at)
    values = {"review_by": iso(at + TERM)[:10]}
    if entry is not None:
        values |= {name: ", ".join(getattr(entry, name)) for name in LISTS}
        values |= {name: "" if (age := getattr(entry, name)) is None else str(age) for name in AGES}
        values |= {name: getattr(entry, name) for name in TEXTS}
    return values
