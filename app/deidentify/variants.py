"""What an unlisted or listed name is where a substance, a variant, a strain, a breed or a method is spoken of, and nobody."""

# ruff: noqa: E501 (patterns as running text)
from __future__ import annotations

import re
from bisect import bisect_left

from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.shapes import Known
from app.deidentify.note import Note
from app.deidentify.span import Span

_HYPHENED = words("hyphened_eponyms")
_LONGEST = max(pair.count("-") for pair in _HYPHENED) + 1
_LISTED = Known.FIRST | Known.LAST | Known.CITY | Known.TOWN | Known.REGION
_GROUPS_OF_PATIENTS = frozenset(("patients", "kindreds", "pedigrees", "genotypes", "phenotypes"))
_HYPHENS = ("-", "–", "\u2010", "\u2011")
_MOST_BESIDE = 8
# Before what is swallowed, given or bought; nobody stands there without a preposition of people.
_OF_SUBSTANCES = re.compile(
    r"(?:\b(?:swallow(?:ed|ing)|ingest(?:ed|ing|ion of)|drank|inhal(?:ed|ing|ation of)|overdos(?:e|ed|es) (?:of|on|with)|spray(?:ed|ing)"
    r"|(?:administration|infusion|injection|instillation|application|withdrawal|dose|doses|tablets?|capsules?|bottles?|sachets?|course|m[lL]|m?g) of"
    r"|(?:cutaneous|skin|dermal|ocular|eye|mucosal) (?:contact with|exposure to)|(?:allergic|hypersensitive|reactions?) to"
    r"|(?:treated|maintained|managed|pretreated|premedicated|induced|sedated|poisoned|intoxicated|sprayed) with)\s)$",
    re.IGNORECASE,
)
# The same where the text speaks of care: what is used, taken and received there.
_OF_CARE = re.compile(r"\b(?:us(?:ed|es|ing)|tak(?:es|ing)|took|receiv(?:ed|es|ing)|discontinued)\s$", re.IGNORECASE)
_TOLD_BEHIND = re.compile(
    r",? (?:(?:which|that) contain(?:s|ed|ing)\b|in (?:oxygen|air|saline|dextrose|nitrous)\b)"
    r"|, (?:an?|the) (?:[\w-]+ ){0,2}(?:\w+icide|organophosphate|carbamate|solvent|detergent|tea|tablet|capsule|ointment|cream|lotion|drug|medicine"
    r"|remedy|supplement|product|preparation|brand|antibiotic|\w+ inhibitor)\b"
)
_OF_A_PERSON = re.compile(r"['’]s?\b| (?:to|home|for|said|says|who|and (?:his|her))\b")
_ALLELE_BEFORE = re.compile(r"(?:[ABCEFG]|Cw|D[PQR][AB]?\d?|MIC[AB]|TAP\d|CYP\w{2,5}|UGT\w{2,4})\*$")


def names_no_one(note: Note, span: Span, *, medical: bool) -> bool:
    """Whether a name, house or place found by its looks is a variant's, a breed's, a substance's or a method's.

    `medical` says whether the text speaks of care.
    """
    first, last = bisect_left(note.starts, span.start), bisect_left(note.starts, span.end) - 1
    if first > last:
        return False
    if _is_hyphened_eponym(note, first, last) or _is_variant(note, first, last):
        return True
    if span.type == "ORGANIZATION" and _lists_eponyms(note, first, last):
        return True
    return first == last and _is_substance(note, first, medical=medical)


def is_allele(text: str, start: int) -> bool:
    """ "A*02010101", "DRB1*0901": figures behind the star of a locus are those of an allele."""
    return text[start - 1 : start] == "*" and bool(_ALLELE_BEFORE.search(text, max(0, start - 10), start))


def _is_hyphened_eponym(note: Note, first: int, last: int) -> bool:
    """ "Zollinger-Ellison", or a part of it: the whole run of hyphens is known; a longer one than any is looked at no further."""
    while first > 0 and last - first < _LONGEST and note.gap(first - 1) in _HYPHENS and note.words[first - 1].isalpha():
        first -= 1
    while (
        last + 1 < len(note.words)
        and last - first < _LONGEST
        and note.gap(last) in _HYPHENS
        and note.words[last + 1][0].isupper()
    ):
        last += 1
    if not 0 < last - first < _LONGEST or any(note.gap(i) not in _HYPHENS for i in range(first, last)):
        return False
    return "-".join(note.lowers[first : last + 1]) in _HYPHENED


def _is_variant(note: Note, first: int, last: int) -> bool:
    """ "Duarte and Los Angeles variants", "Fibrinogen Detroit", "Balb mice"."""
    before = note.lowers[first - 1] if first and note.gap(first - 1) == " " else ""
    if before in words("proteins_with_variants") and note.words[first].istitle():
        return True
    end, joined = last + 1, [*range(first, last + 1)]
    while end < len(note.words) and end - last < _MOST_BESIDE and note.gap(end - 1) in (" ", ", ", "/", "-", "–"):
        if note.words[end][0].islower() and note.lowers[end] not in ("and", "or"):
            break
        joined.append(end)
        end += 1
    if end >= len(note.words) or note.gap(end - 1) not in (" ", "-") or not note.words[end].islower():
        return False
    noun = note.lowers[end]
    if noun in words("nouns_of_variants"):
        return True
    told = any(note.flags[i] & (Known.THING | Known.EPONYM) for i in joined)
    return noun in _GROUPS_OF_PATIENTS and told and len(joined) > last - first + 1


def _lists_eponyms(note: Note, first: int, last: int) -> bool:
    """ "Aarskog, Noonan and Coffin-Lowry": nothing but people after whom something is called."""
    own = [i for i in range(first, last + 1) if note.words[i][0].isupper()]
    eponyms = all(note.flags[i] & (Known.THING | Known.EPONYM) or _is_hyphened_eponym(note, i, i) for i in own)
    return len(own) > 1 and last > first and eponyms


def _is_substance(note: Note, position: int, *, medical: bool) -> bool:
    """A capitalised word no list of people or places holds, where what is swallowed, given or sprayed stands."""
    word = note.words[position]
    if note.flags[position] & _LISTED or not word[0].isupper() or not word.isalpha():
        return False
    start, end = note.starts[position], note.end(position)
    if note.gap(position) == " " and note.words[position + 1 : position + 2] and note.words[position + 1].istitle():
        return False
    if _TOLD_BEHIND.match(note.text, end):
        return True
    if _OF_A_PERSON.match(note.text, end):
        return False
    left = max(0, start - 40)
    return bool(_OF_SUBSTANCES.search(note.text, left, start) or (medical and _OF_CARE.search(note.text, left, start)))
