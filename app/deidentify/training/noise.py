"""Casing, typing errors, OCR confusions and odd spacing, with the spans kept exact."""

from __future__ import annotations

from random import Random

TextPiece = tuple[str, str]  # text, type ("" for none)
_OCR = {"l": "1", "O": "0", "S": "5", "rn": "m", "e": "c", "I": "l", "B": "8"}


def roughen(pieces: list[TextPiece], random: Random) -> list[TextPiece]:  # noqa: PLR0911 (one way out per kind of noise)
    """One sentence, sometimes in capitals, in lower case, misspelt, or badly scanned."""
    roll = random.random()
    if roll < 0.06:
        return [(text.upper(), kind) for text, kind in pieces]
    if roll < 0.12:
        return [(text.lower(), kind) for text, kind in pieces]
    if roll < 0.17:
        return [(text.upper() if kind else text, kind) for text, kind in pieces]
    if roll < 0.20:
        return [(text.lower() if kind else text, kind) for text, kind in pieces]
    if roll < 0.28:
        return [(_typo(text, random), kind) for text, kind in pieces]
    if roll < 0.32:
        return [(_scan(text, random), kind) for text, kind in pieces]
    return pieces


def _typo(text: str, random: Random) -> str:
    if len(text) < 5 or random.random() < 0.5:
        return text
    i = random.randrange(1, len(text) - 2)
    if not (text[i].isalpha() and text[i + 1].isalpha()):
        return text
    return random.choice(
        (
            text[:i] + text[i + 1] + text[i] + text[i + 2 :],
            text[:i] + text[i + 1 :],
            text[:i] + text[i] + text[i:],
        )
    )


def _scan(text: str, random: Random) -> str:
    wrong, right = random.choice(sorted(_OCR.items()))
    return text.replace(wrong, right, 1)
