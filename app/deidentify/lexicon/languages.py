"""Frequent words that tell languages apart: function words, and words that notes of each language use."""

from __future__ import annotations

from functools import lru_cache

from app.deidentify.lexicon.lists import words

NAMES = {
    "de": "German", "es": "Spanish", "fr": "French", "nl": "Dutch", "it": "Italian", "pt": "Portuguese",
    "vi": "Vietnamese", "pl": "Polish", "sv": "Swedish", "da": "Danish or Norwegian", "fi": "Finnish", "cs": "Czech",
    "hu": "Hungarian", "ro": "Romanian", "tr": "Turkish", "id": "Indonesian or Malay", "ca": "Catalan",
}  # fmt: skip
_ENGLISH = words("language_en")
TELLING = {code: words(f"language_{code}") for code in NAMES}  # fmt: skip


@lru_cache(maxsize=1)
def shared_with_english() -> frozenset[str]:
    """English function words and words of English notes, whatever other language has them, too."""
    return _ENGLISH
