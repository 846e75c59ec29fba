"""Degrees and professions that stand behind a name and are no part of it."""

from __future__ import annotations

from app.deidentify.lexicon.lists import words

CREDENTIALS = words("credentials")


def is_degree(word: str) -> bool:
    """Whether the word is written as a degree: "MD", "PharmD"; "Ma" and "Do" are names."""
    return word.lower() in CREDENTIALS and (word.isupper() or word in ("PharmD", "PhD", "PsyD", "EdD", "MBChB", "DNp"))
