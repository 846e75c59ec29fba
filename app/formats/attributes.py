"""What is said of a span in words that other tools can show: its assertion and its codes, as plain strings."""

from __future__ import annotations

from app.formats.model import Body

#: names that formats use for other things
_TAKEN = frozenset({"type", "semtype", "label", "codes", "chartmark"})


_CODE = ("system", "release", "code")
_TRUTH: dict[str, object] = {"true": True, "false": False}


def attributes_of(body: Body) -> dict[str, str]:
    """Axis → value as a word, as the body says them; sorted. Codes stand under `codes`: ``system|release|code``."""
    assertion = body.get("assertion") or {}
    said = {name: word(value) for name, value in sorted(assertion.items()) if name not in _TAKEN}
    codes = codes_of(body)
    return said | ({"codes": " ".join(codes)} if codes else {})


def codes_of(body: Body) -> list[str]:
    """The codes of a span as ``system|release|code``."""
    return ["|".join(str(code.get(part, "")) for part in _CODE) for code in body.get("codes", [])]


def word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def parts_of(said: dict[str, str]) -> Body:
    """What `attributes_of` wrote, as parts of a body again: truth values and codes are told from words."""
    body: Body = {}
    axes = {name: _TRUTH.get(value, value) for name, value in said.items() if name != "codes"}
    if axes:
        body["assertion"] = axes
    codes = [one.split("|") for one in said.get("codes", "").split()]
    if codes and all(len(one) == len(_CODE) for one in codes):
        body["codes"] = [dict(zip(_CODE, one, strict=True)) for one in codes]
    return body
