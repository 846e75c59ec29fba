"""Reading the credential form: text to tiers and times, each mistake with its field."""

from __future__ import annotations

from collections.abc import Mapping

from app.accounts.credential import Qualification
from app.accounts.training import Training
from app.core.clock import parse_iso
from app.core.errors import Problem, invalid

_TEXTS = ("profession", "specialty", "issuing_body", "register_number")
_DATES = ("issued_at", "expires_at", "next_check_due_at")


def read_qualification(form: Mapping[str, str]) -> Qualification:
    """What the form states. Raises Invalid for a date that is none."""
    problems: list[Problem] = []
    texts = {name: form.get(name, "").strip() for name in _TEXTS}
    dates = {name: read_day(form, name, problems) for name in _DATES}
    if dates["issued_at"] is None and not problems:
        problems.append(Problem("date-missing", "issued_at", "say since when"))
    if problems:
        raise invalid(problems)
    tier = form.get("tier", "")
    return Qualification(
        tier=int(tier) if tier in ("1", "2", "3", "4") else 0,
        country=form.get("country", "").strip().upper(),
        evidence_sha256=form.get("evidence_sha256", "").strip().lower() or None,
        **(texts | dates),  # type: ignore[arg-type]
    )


def read_training(form: Mapping[str, str]) -> Training:
    """What the form states. Raises Invalid for a date that is none."""
    problems: list[Problem] = []
    completed, expires = (read_day(form, name, problems) for name in ("completed_at", "training_expires_at"))
    if completed is None and not problems:
        problems.append(Problem("date-missing", "completed_at", "say when"))
    if problems or completed is None:
        raise invalid(problems)
    return Training(form.get("course", ""), form.get("provider", ""), completed, expires)


def read_day(form: Mapping[str, str], name: str, problems: list[Problem]) -> int | None:
    """The day typed into a field, in milliseconds; what is none is a problem more."""
    typed = form.get(name, "").strip()
    if not typed:
        return None
    try:
        return parse_iso(typed)
    except ValueError:
        problems.append(Problem("date-malformed", name, "a date, as 2026-11-21"))
        return None
