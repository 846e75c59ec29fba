"""Drugs: by name or stem, by the dose beside an unknown word, by "-induced"; and how they are given."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cache

from app.tagging.entities.chemicals import unknown, with_prefix
from app.tagging.entities.chunks import PhraseSpan
from app.tagging.entities.mention import Mention
from app.tagging.reading.note import TokenisedNote
from app.tagging.reading.phrases import PhraseTable
from app.tagging.reading.tokens import words_of
from app.tagging.valuesets import rows, word_set

_INDUCED = frozenset({"induced", "associated", "related", "treated", "naive", "resistant", "refractory"})
_CAUSED = _INDUCED | {
    "toxicity",
    "overdose",
    "poisoning",
    "intoxication",
    "withdrawal",
    "abuse",
    "allergy",
    "therapy",
}
# Words that, right before an ambiguous name, say that it was given or taken.
_TAKEN = frozenset(
    {
        *("received", "receiving", "given", "taking", "took", "po", "iv", "intravenous", "oral", "inhaled", "topical"),
        *("administration", "administered", "infusion", "ingestion", "intake", "injection", "exposure", "exposed"),
        *("consumption", "supplemental", "supplementary", "drinking", "chronic"),
    }
)
# Words that, before such a preposition, announce a drug ("treated with …", "infusion of …").
_GIVEN_BY = {
    "with": frozenset({"treated", "treatment", "therapy", "managed", "pretreated", "medicated", "started"}),
    "on": frozenset({"started", "placed", "maintained", "while"}),
    "to": frozenset({"exposed", "exposure", "due"}),
    "by": frozenset({"caused", "induced"}),
    "of": frozenset(
        {
            "administration",
            "infusion",
            "injection",
            "ingestion",
            "dose",
            "use",
            "course",
            "cycle",
            "effect",
            "discontinuation",
            "withdrawal",
            "cessation",
            "introduction",
            "initiation",
            "intake",
            "toxicity",
        }
    ),
}
_GIVING = frozenset({"received", "receiving", "taking", "took", "given", "prescribed", "after"})
_BETWEEN = frozenset(
    {
        "oral",
        "intravenous",
        "iv",
        "high",
        "low",
        "dose",
        "the",
        "a",
        "topical",
        "inhaled",
        "systemic",
    }
)
_CHEMICAL = re.compile(r"(?:[a-z]{4,}(?:ine|ol|ide|one|il|ium|azole|ib|ab|cin|vir)|[A-Z]{2,}-?\d+\w*)$")
_RATIO = re.compile(r"[a-zµμ]g ?/ ?(?:g|mmol|d[lL]|L)\b")
# Forms as prescriptions shorten them; a single letter only with its full stop.
_FORMS = frozenset(
    {"Tab", "TAB", "tab", "Cap", "CAP", "cap", "Inj", "INJ", "inj", "Syp", "SYP", "syp", "Syr", "SYR", "Susp", "SUSP"}
    | {"Oint", "OINT", "Neb", "NEB", "T", "Sachet", "Tabs", "Caps", "TABS", "CAPS"}
)
_NO_NAME = ("ed", "ing", "ly", "ion", "ity")
# "AKI due to contrast": blamed by itself, not as part of "due to iron deficiency".
_BLAMED = frozenset({("due", "to"), ("secondary", "to"), ("caused", "by"), ("exposure", "to"), ("reaction", "to")})
_ENDS = frozenset({".", ",", ";", ")", "and", "or", "exposure", "dye", "use", "administration", "load", "agent"})
_AMOUNTS = frozenset({"mg", "mcg", "g", "meq", "gram", "unit", "tablet"})
_NEAR = 24  # tokens between a drug and how it is given
_MOST_SALTS = 4  # words after a name ("sodium phosphate dibasic"); a text of nothing else stays linear


@cache
def _sig() -> tuple[PhraseTable, list[str]]:
    known = rows("sig")
    return PhraseTable.of(words_of(row["term"]) for row in known), [row["label"] for row in known]


def named_drugs(note: TokenisedNote, units: list[PhraseSpan]) -> list[Mention]:
    """Drugs the vocabulary or a stem knows, with the salt that follows; ambiguous ones need a context."""
    found = []
    salts = word_set("salts")
    words = note.tokens.words
    for first, last, term in units:
        if term.label != "MEDICATION" or term.kind == "bound" or _is_lacked(note, last) or _is_withstood(note, last):
            continue
        end = last
        while end < min(note.ends[first], last + _MOST_SALTS) and words[end] in salts:
            end += 1
        source = "misspelt name" if term.kind == "misspelt" else "vocabulary or stem"
        found.append(Mention(with_prefix(note, first), end, "MEDICATION", source))
    return found


def _is_lacked(note: TokenisedNote, last: int) -> bool:
    """Is the substance what the body lacks: "vitamin E deficiency"?"""
    return last < note.ends[last - 1] and note.tokens.words[last] in ("deficiency", "deficient")


def _is_withstood(note: TokenisedNote, last: int) -> bool:
    """ "methicillin-susceptible": what is told of an organism, not given to anybody."""
    tokens = note.tokens
    if last >= note.ends[last - 1] or tokens.words[last] not in ("susceptible", "sensitive", "resistant"):
        return False
    return note.text[tokens.ends[last - 1] : tokens.starts[last]] == "-"


def is_drug_here(note: TokenisedNote, first: int, last: int) -> bool:
    """Does an ambiguous word (calcium, iron, alcohol) stand for a drug here?"""
    words, end = note.tokens.words, note.ends[first]
    after = words[last : min(end, last + 4)]
    if "/" in after[2:3] and after[3:4] != ["kg"]:
        return False  # "1.4 mg/dl" is a result
    if note.sections.category_at(note.tokens.starts[first]) in ("medications", "allergies"):
        return True
    if any(word in _CAUSED or word in word_set("salts") for word in after[:1]):
        return True
    if len(after) > 1 and after[0][0].isdigit() and after[1] in _AMOUNTS:
        return True
    before = words[max(note.starts[first], first - 3) : first]
    blamed = tuple(before[-2:]) in _BLAMED and (not after or last == end or after[0] in _ENDS)
    return blamed or bool(_TAKEN & {*before}) or bool({"supplement", "supplementation", "replacement"} & {*after[:2]})


def dosed_drugs(note: TokenisedNote, doses: list[Mention], taken: set[int]) -> list[Mention]:
    """An unknown word right before an amount of a drug ("Foobarin 20 mg")."""
    found = []
    for dose in doses:
        at = dose.first - 1
        if dose.label != "DOSE" or at < note.starts[dose.first] or at in taken or _is_ratio(note, dose):
            continue
        raw, word = note.tokens.raw[at], note.tokens.words[at]
        if len(raw) > 3 and raw.isalpha() and unknown(word) and not word.endswith(_NO_NAME):
            found.append(Mention(at, at + 1, "MEDICATION", "word before a dose"))
    return found


def _is_ratio(note: TokenisedNote, dose: Mention) -> bool:
    """ "uACR 310 mg/g", "ACR 32 mg/mmol": the amount is a result."""
    return bool(_RATIO.search(note.text, note.tokens.starts[dose.first], note.tokens.ends[dose.last - 1] + 6))


def formed_drugs(note: TokenisedNote, taken: set[int]) -> list[Mention]:
    """The name a prescription writes behind its form: "Tab. Ecosprin", "INJ MONOCEF", "T. Clopilet"."""
    found: list[Mention] = []
    raw, words = note.tokens.raw, note.tokens.words
    if _FORMS.isdisjoint(raw):
        return found
    for at, token in enumerate(raw):
        if token not in _FORMS:
            continue
        name = at + 1 + (raw[at + 1 : at + 2] == ["."])
        if name >= note.ends[at] or name in taken:
            continue
        if len(token) == 1 and (name == at + 1 or not raw[name + 1 : name + 2] or not raw[name + 1][0].isdigit()):
            continue  # "T. Azithromycin 500mg", not the initial of a name
        if (
            len(raw[name]) > 1
            and raw[name].isalpha()
            and raw[name][0].isupper()
            and words[name] not in word_set("not_drugs")
        ):
            found.append(Mention(name, name + 1, "MEDICATION", "name behind a form"))
    return found


def implied_drugs(note: TokenisedNote, taken: set[int]) -> list[Mention]:
    """Unknown words before "-induced", and chemical-looking ones after "treated with"."""
    found = []
    words, raw, starts, ends = note.tokens.words, note.tokens.raw, note.tokens.starts, note.tokens.ends
    for at in note.tokens.places.get("induced", ()):
        before = at - 1
        if at == note.starts[at] or before in taken:
            continue
        hyphened = starts[at] - ends[before] == 1 and note.text[ends[before]] == "-"
        if hyphened and unknown(words[before]) and len(raw[before]) > 2:
            found.append(Mention(before, at, "MEDICATION", "before -induced"))
    for at in note.tokens.standing(_GIVING | _GIVEN_BY.keys()):
        if words[at] in _GIVING or (at and words[at - 1] in _GIVEN_BY[words[at]]):
            mention = _chemical(note, at + 1, taken)
            if mention:
                found.append(mention)
    return found


def _chemical(note: TokenisedNote, at: int, taken: set[int]) -> Mention | None:
    """The word at a token, past "oral", "high-dose", if it is unknown and looks like a substance."""
    tokens, end = note.tokens, note.ends[at - 1]
    while at < end and tokens.words[at] in _BETWEEN:
        at += 1
    if at >= end or at in taken or len(tokens.raw[at]) < 2 or not unknown(tokens.words[at]):
        return None
    last = at + 1
    while (
        last < end
        and tokens.starts[last] - tokens.ends[last - 1] == 1
        and tokens.raw[last].isalnum()
        and (note.text[tokens.ends[last - 1]] == "-")
    ):
        last += 1
    while last < end and tokens.starts[last] == tokens.ends[last - 1] and tokens.raw[last].isalnum():
        last += 1
    written = note.text[tokens.starts[at] : tokens.ends[last - 1]]
    return (
        Mention(at, last, "MEDICATION", "chemical name after a word of giving") if _CHEMICAL.search(written) else None
    )


def ways_of_giving(note: TokenisedNote, near: list[Mention]) -> list[Mention]:
    """Route, frequency and form, where a drug or dose stands in the same sentence within reach."""
    table, labels = _sig()
    ends = sorted(mention.last for mention in near)
    found: list[Mention] = []
    if not ends:
        return found
    for first, last, number in table.longest(note.tokens.words):
        place = bisect_right(ends, first + 4) - 1
        if place >= 0 and ends[place] > max(note.starts[first], first - _NEAR) and last <= note.ends[first]:
            found.append(Mention(first, last, labels[number], "vocabulary"))
    return found
