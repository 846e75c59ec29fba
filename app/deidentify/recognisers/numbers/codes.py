"""Identifying numbers that no label names: cards, IBANs, digit groups, coded tokens (I, J, K, R)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import words
from app.deidentify.note import Note
from app.deidentify.span import Span
from app.deidentify.variants import is_allele

_GROUPS = re.compile(r"\d+(?:[-./]\d+)*")
# White space also separates the columns of a table: only card-like groups count.
_CARD = re.compile(r"\d{4} \d{4} \d{4}(?: \d{1,7})?(?: \d{1,4})?(?![\d])")
_IBAN = re.compile(r"[A-Z]{2}\d{2}(?:\s?[A-Z0-9]{4}){2,7}(?:\s?[A-Z0-9]{1,3})?\b")
_LONG_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}\b", re.IGNORECASE)
_MBI = re.compile(
    r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d-?[AC-HJKMNP-RT-Y]{2}\d{2}\b"
)
_DEA = re.compile(r"[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}\b")
_CODED = re.compile(r"#?[A-Z]{1,5}-?\d{5,}(?:-\d+)*[A-Z]{0,3}\b|#?[A-Z]{2,5}-\d{4,}\b|#?\d{4,}-?[A-Z]{1,4}\b|#\d{5,}\b")
_AFTER_UNIT = re.compile(
    r"\s?(?:mg|mcg|µg|ug|ng|pg|g|kg|ml|mL|dl|l|L|mm|cm|iu|IU|u|U|units?|cells?|copies|/|%|x\s?10|per|beats|bpm|cc|mmol|meq"
    r"|people|patients|persons|steps|dollars|kcal|cal|platelets|Hz|rads?|cGy|Gy|min|minutes|hours?|days|weeks|months|years|CFU|cfu|RFU|PFU|events|reads)\b",
)
_UNIT_SUFFIX = re.compile(r"\d+(?:MG|ML|IU|MCG|U|G|KG|CC|MM|CM|HZ|GY|K|M|ST|ND|RD|TH)$")
_RANGE = re.compile(r"(?:1[89]|20)\d{2}\s?[-/]\s?(?:1[89]|20)\d{2}")
_CLOCK_RANGE = re.compile(r"(?:[01]\d|2[0-4])[0-5]\d-(?:[01]\d|2[0-4])[0-5]\d")
# A count or a volume, not a number that somebody was given.
_ROUND = re.compile(r"0{6,}$")
# Behind these stand codes of public registers and measured counts, whatever their length.
_NO_PERSONS_NUMBER = words("words_before_public_numbers")
_PUBLIC = (
    "ISO",
    "NCT",
    "PMID",
    "COVID",
    "SARS",
    "ICD",
    "CPT",
    "ISBN",
    "DOI",
    "RXCUI",
    "LOINC",
    "SNOMED",
    "OMIM",
    "RS",
    "PMC",
    "EC",
)
MIN_PLAIN_DIGITS = 7
_JOINED = frozenset("-./")
NPI_DIGITS = 10
CARD_DIGITS = range(12, 20)


class DigitGroups:
    """Digits that nothing measures: seven or more in a row, eight or more in groups."""

    key = "digit-groups"
    types = ("ID", "ACCOUNT", "LICENSE")
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        text = note.text
        done = 0
        for position in note.numbers:
            start = note.starts[position]
            length = len(note.words[position])
            if length < MIN_PLAIN_DIGITS and length != 4 and text[start + length : start + length + 1] not in _JOINED:
                continue
            if start < done or (start and (text[start - 1] in ".,$€£<>=~" or is_allele(text, start))):
                continue
            if position and (
                note.lowers[position - 1] in _NO_PERSONS_NUMBER or note.lowers[position - 1].startswith("chr")
            ):
                continue
            if len(note.words[position]) < 2 and text[start + 1 : start + 2] != "-":
                continue
            match = (len(note.words[position]) == 4 and _CARD.match(text, start)) or _GROUPS.match(text, start)
            if not match:
                continue
            value = match.group()
            done = match.end()
            glued = text[done : done + 2].istitle() and text[done + 1 : done + 2].islower()  # "0937884Date"
            if done < len(text) and text[done].isalnum() and not glued:
                continue
            kind = _kind_of_digits(value)
            if (
                kind
                and not _CLOCK_RANGE.fullmatch(value)
                and not _ROUND.search(value)
                and not _AFTER_UNIT.match(text, done)
                and not _RANGE.fullmatch(value)
            ):
                yield Span(start, done, kind, 0.5, self.key)


class CodedTokens:
    """Codes of letters and digits, beneficiary ids, IBANs, DEA numbers with a valid check digit."""

    key = "coded-tokens"
    types = ("ID", "ACCOUNT", "HEALTH_PLAN", "LICENSE")
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position, word in enumerate(note.words):
            first = word[0]
            if len(word) < 15 and (first.islower() or (first.isdigit() and len(word) < 4)):
                continue
            start = note.starts[position]
            if start and text[start - 1] in "-./@_":
                continue
            if len(word) > 14 and first.isalpha() and word[2:4].isdigit() and (iban := _LONG_IBAN.match(text, start)):
                yield Span(start, iban.end(), "ACCOUNT", 0.6, self.key)
            if not (
                first.isdigit()
                or (
                    "A" <= first <= "Z"
                    and (word[-1].isdigit() or text[start + len(word) : start + len(word) + 1] == "-")
                )
            ):
                continue
            if first.isdigit() and len(word) < 5 and text[note.end(position) : note.end(position) + 1] != "-":
                continue
            found = self._at(text, start, word)
            if found:
                yield found

    def _at(self, text: str, start: int, word: str) -> Span | None:
        iban = _IBAN.match(text, start)
        if (
            iban
            and len(word) > 3
            and not _ROUND.search(iban.group())
            and (len(iban.group()) > 14 or iban_is_valid(iban.group()))
        ):
            return Span(start, iban.end(), "ACCOUNT", 0.95 if iban_is_valid(iban.group()) else 0.6, self.key)
        for pattern, kind, score in (
            (_MBI, "HEALTH_PLAN", 0.9),
            (_DEA, "LICENSE", 0.9),
            (_CODED, "ID", 0.55),
        ):
            match = pattern.match(text, start)
            if not match or (kind == "LICENSE" and not dea_is_valid(match.group())):
                continue
            value = match.group()
            if kind == "ID" and (value.startswith(_PUBLIC) or _UNIT_SUFFIX.fullmatch(value)):
                return None
            begin = start - 1 if start and text[start - 1] == "#" else start
            return Span(begin, match.end(), kind, score, self.key)
        return None


def _kind_of_digits(value: str) -> str | None:
    digits = "".join(c for c in value if c.isdigit())
    groups = re.split(r"\D", value)
    if "/" in value or "." in value:
        return "ID" if len(groups) == 1 and len(digits) >= MIN_PLAIN_DIGITS else None
    if " " in value:
        return "ACCOUNT" if len(digits) in CARD_DIGITS and len(groups) in (4, 5) else None
    if len(digits) in CARD_DIGITS and luhn_is_valid(digits):
        return "ACCOUNT"
    if len(digits) == NPI_DIGITS and digits[0] in "12" and len(groups) == 1 and luhn_is_valid(f"80840{digits}"):
        return "LICENSE"  # the check digit of an NPI counts the prefix of its issuer
    if len(groups) == 1:
        return "ID" if len(digits) >= MIN_PLAIN_DIGITS else None
    return "ID" if len(digits) >= 8 and max(map(len, groups)) >= 3 else None


def luhn_is_valid(digits: str) -> bool:
    """ISO/IEC 7812-1 check digit."""
    total = 0
    for i, c in enumerate(reversed(digits)):
        n = int(c) * (1 + i % 2)
        total += n - 9 if n > 9 else n
    return total % 10 == 0


def iban_is_valid(value: str) -> bool:
    """ISO 13616 check: the rearranged number is 1 modulo 97."""
    compact = value.replace(" ", "")
    if not 15 <= len(compact) <= 34:
        return False
    rearranged = compact[4:] + compact[:4]
    return int("".join(str(int(c, 36)) for c in rearranged if c.isascii() and c.isalnum())) % 97 == 1


def dea_is_valid(value: str) -> bool:
    """Check digit of a DEA registration: (d1+d3+d5) + 2(d2+d4+d6), last digit equals d7."""
    d = [int(c) for c in value[2:]]
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]
