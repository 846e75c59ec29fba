"""Degrees and professions that stand behind a name and are no part of it."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

from app.deidentify.lexicon.wordset import wordset

CREDENTIALS = wordset(
    """
    md do rn np pa phd msn bsn lpn cna dds dmd dpm dvm mph facs facc faap lcsw psyd pharmd crna arnp aprn fnp frcp frcpc mrcp mbbs
    frcs lmft rd pt ot slp rt mba lvn ma cnm edd jd esq dnp rph ms mbchb
    """
)


def is_degree(word: str) -> bool:
    """Whether the word is written as a degree: "MD", "PharmD"; "Ma" and "Do" are names."""
    return word.lower() in CREDENTIALS and (word.isupper() or word in ("PharmD", "PhD", "PsyD", "EdD", "MBChB", "DNp"))
