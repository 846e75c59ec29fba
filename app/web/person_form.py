"""Reading the credential form: text to tiers and times, each mistake with its field."""

from __future__ import annotations

from collections.abc import Mapping

from app.accounts.credential import Qualification
from app.core.clock import parse_iso
from app.core.errors import Problem, invalid


def read_qualification(form: Mapping[str, str]) -> Qualification:
    """What the form states. Raises Invalid for a date or tier that is none."""
    problems: list[Problem] = []
    issued_at = _date(form, "issued_at", problems)
    if issued_at is None and not problems:
        problems.append(Problem("date-missing", "issued_at", "say since when"))
    expires_at, next_check = _date(form, "expires_at", problems), _date(form, "next_check_due_at", problems)
    tier = form.get("tier", "")
    if problems:
        raise invalid(problems)
    return Qualification(
        tier=int(tier) if tier in ("1", "2", "3", "4") else 0,
        profession=form.get("profession", "").strip(),
        specialty=form.get("specialty", "").strip().casefold(),
        country=form.get("country", "").strip().upper(),
        issuing_body=form.get("issuing_body", "").strip(),
        register_number=form.get("register_number", "").strip(),
        issued_at=issued_at or 0,
        expires_at=expires_at,
        next_check_due_at=next_check,
        evidence_sha256=form.get("evidence_sha256", "").strip().lower() or None,
    )


def _date(form: Mapping[str, str], name: str, problems: list[Problem]) -> int | None:
    typed = form.get(name, "").strip()
    if not typed:
        return None
    try:
        return parse_iso(typed)
    except ValueError:
        problems.append(Problem("date-malformed", name, "a date, as 2026-11-21"))
        return None
