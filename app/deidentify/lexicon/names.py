"""First and last names of some ninety locales, from Faker (MIT), in Latin script and lower case."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

from faker.config import AVAILABLE_LOCALES

MIN_LETTERS = 2


def provider_lists(kind: str, locale: str, prefixes: tuple[str, ...]) -> list[str]:
    """All strings of one Faker locale module's lists whose attribute starts with a prefix."""
    try:
        provider: Any = import_module(f"faker.providers.{kind}.{locale}").Provider
    except ModuleNotFoundError:
        return []
    found: list[str] = []
    for attribute in sorted(dir(provider)):
        if attribute.startswith(prefixes):
            values = getattr(provider, attribute)
            if isinstance(values, tuple | list | dict | set):
                found += sorted(v for v in values if isinstance(v, str))
    return found


def is_latin(text: str) -> bool:
    return all(c < "\u0250" or "\u1e00" <= c <= "\u1eff" for c in text)


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    return _collect(("first_names",))


@lru_cache(maxsize=1)
def last_names() -> frozenset[str]:
    return _collect(("last_names",))


@lru_cache(maxsize=2)
def english(prefix: str) -> frozenset[str]:
    """The names of the English-speaking locales alone."""
    locales = ("en_US", "en_GB", "en_IE", "en_NZ")
    return frozenset(n.lower() for locale in locales for n in provider_lists("person", locale, (prefix,)))


def _collect(prefixes: tuple[str, ...]) -> frozenset[str]:
    names = set()
    for locale in AVAILABLE_LOCALES:
        for name in provider_lists("person", locale, prefixes):
            lower = name.lower()
            if len(lower) >= MIN_LETTERS and is_latin(lower):
                names.add(lower)
                # Compound names count by their parts, too: "Anna-Lena", "da Silva".
                names.update(p for p in lower.replace("-", " ").split() if len(p) > 2)
    return frozenset(names)


@lru_cache(maxsize=1)
def gendered_first_names() -> dict[str, str]:
    """First name → "f" or "m", where the English-speaking lists agree on one."""
    female, male = (
        {
            name.lower()
            for locale in ("en_US", "en_GB")
            for name in provider_lists("person", locale, (f"first_names_{gender}",))
        }
        for gender in ("female", "male")
    )
    return dict.fromkeys(female - male, "f") | dict.fromkeys(male - female, "m")
