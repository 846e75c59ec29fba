"""What is said of a span in words that other tools can show: its assertion and its codes, as plain strings."""

from __future__ import annotations

from app.formats.model import Body

#: names that formats use for other things
_TAKEN = frozenset({"type", "semtype", "label", "codes", "chartmark"})


def attributes_of(body: Body) -> dict[str, str]:
    """Axis → value as a word, as the body says them; sorted. Codes stand under `codes`: ``system|release|code``."""
    assertion = body.get("assertion") or {}
    said = {name: word(value) for name, value in sorted(assertion.items()) if name not in _TAKEN}
    codes = codes_of(body)
    return said | ({"codes": " ".join(codes)} if codes else {})


def codes_of(body: Body) -> list[str]:
    """The codes of a span as ``system|release|code``."""
    return ["|".join(str(code.get(part, "")) for part in ("system", "release", "code")) for code in body.get("codes", [])]


def word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
