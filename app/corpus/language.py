"""Languages whose texts can be de-identified here; for others a project says what it lacks and what it needs."""

from __future__ import annotations

from typing import Protocol

from app.core.registry import Registry


class CleanedLanguage(Protocol):
    """A language with recognisers; de-identification registers its own."""

    key: str
    title: str


LANGUAGES: Registry[CleanedLanguage] = Registry("language", CleanedLanguage)


def lacks(language: str) -> str:
    """What is missing for texts in a language, in a sentence; "" where nothing is."""
    if language in LANGUAGES:
        return ""
    known = ", ".join(one.title for one in LANGUAGES)
    return (
        f"identifiers are found in {known} only: texts in {language!r} come de-identified from elsewhere, with a paper "
        "of evidence on file, and nobody reads one before a privacy officer has checked it"
    )
