"""Where a thing stands and nobody: instruments, scores, signs, medicines, makers; and what is built like a term."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from functools import lru_cache

from app.deidentify.lexicon.endings import TERM_ENDING
from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.running_words import RUNNING
from app.deidentify.lexicon.shapes import Known, lexicon
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.recognisers.care import care_places
from app.deidentify.recognisers.name_chain import term_follows
from app.deidentify.span import Span
from app.deidentify.variants import names_no_one

NAMED = Known.FIRST | Known.LAST
PLACED = Known.CITY | Known.TOWN
GRADE = re.compile(
    r"(?:['’]s)?[ -](?:(?:grade|stage|type|class|level|score|scale|index|criteria|criterion|zone|stain|classification)\b"
    r"|(?:I{1,3}|I?V|VI{0,3})[A-Ea-e]?\b(?!\.)|[A-D]\d?\b(?![.'’])|\d{1,3}(?:\.\d+)?[a-cA-C]?\b(?!\s?(?:y/?o|yrs?|years?|[MF]\b|-year|[-/]\d)))"
)
_LIST_HEAD = re.compile(
    r"\b(?:instruments?|tray|sutures?|dressings?|devices?|lines|tubes|meds|medications?|rx|drugs?|allergies|vaccines?|dental|wound|ortho|used"
    r"|inhalers?|insulins?|creams?|chemo|drops|herbal|antiemetics?|stains?|implants?|blades|equipment)\b:[^\n:]{0,160}$",
    re.IGNORECASE,
)
_FORM_BEFORE = re.compile(r"\b(?:T|Tab|Tabs|Inj|Cap|Caps|Syp|Syr|Susp|Oint|Gtt)\.?\s$")
NUMERALS = frozenset({"ii", "iii", "iv"})
_ARTICLE = wordset("a an the two three four five six several another each this that these those one no both any")
DOSE = re.compile(
    r"\s?\(?\d+(?:[.,]\d+)?\s?(?:mg|mcg|µg|ml|g|units?|iu|%|od|bd|tds|qds|bid|tid|daily|nocte|prn)\b", re.IGNORECASE
)
# A lower-case word behind a name that says what the named does or where: it makes no term of it.
OF_PEOPLE = RUNNING | words("name_doers") | words("verbs_of_people") | words("function_words") | words("states_of_people") | wordset(
    "family household house home wife husband son daughter mother father parents brother sister team practice office"
    " here there aware happy well unwell keen himself herself who whose whom if as like pm am both again"
)  # fmt: skip
_TO_BRACKET = re.compile(r"[^()\[\]\n]{0,160}")
_BRACKET = re.compile(r"[(\[][^()\[\]\n]{0,160}$")
_MAKER = re.compile(
    r"\b(?:Inc|Ltd|GmbH|Corp|LLC|AG|Co|Pharma\w*|Laborator\w+|Systems|Health[Cc]are|Headquarters|Technolog\w+|Biosciences?|Diagnostics|Scientific"
    r"|Vascular|Instruments|Biotech\w*|Surgical|Orthopaedics)\b"
)
_ABOUT_PEOPLE = re.compile(
    r"\b(?:works?|worked|employ\w*|lives?|wife|husband|son|daughter|his|her|phone|tel|seen|Dr|Mr|Mrs)\b", re.IGNORECASE
)
_NONE_FOUND = re.compile(r":\s?[a-z]")
_BUILT = re.compile(
    r"(?:itis|osis|oses|[ae]mia|oscopy|ectomy|otomy|ostomy|plasty|opath(?:y|ies|ic)|uria|algia|plegia|pn(?:o)?ea|rrh(?:o)?ea|penia|cytes?|blasts?|globin"
    r"|thorax|megaly|emic|otic|trophy|idase|inase|toxicity)$"
)
_GRADED = re.compile(r"[A-E]\d{1,2}")
_LONG_PART = 6
_FRONTS = ("non", "post", "pre", "anti", "hyper", "hypo", "intra", "inter", "peri", "sub", "micro", "macro", "trans", "retro", "supra", "infra",
           "mid", "multi", "bi", "re", "un", "over", "under", "self", "well", "pan", "poly", "mono", "neo", "pseudo", "para", "extra", "juxta")  # fmt: skip


def belongs_to_a_thing(note: Note, span: Span, *, looks: bool) -> bool:
    """Whether a span is a maker's, or, where only its words or its `looks` speak for it, a variant's or a substance's."""
    return in_makers_bracket(note, span) or (looks and names_no_one(note, span, medical=speaks_medically(note)))


def in_makers_bracket(note: Note, span: Span) -> bool:
    """ "(Medtronic, Inc.; Minneapolis, Minn)" behind a product: who made it and where, nobody's employer or home."""
    begin = max(0, span.start - 160)
    if note.text.rfind("(", begin, span.start) < 0 and note.text.rfind("[", begin, span.start) < 0:
        return False
    opened = _BRACKET.search(note.text, begin, span.start)
    if opened is None:
        return False
    end = _TO_BRACKET.match(note.text, span.start)
    inside = opened.group() + (end.group() if end else "")
    return bool(_MAKER.search(inside)) and ("," in inside or ";" in inside) and not _ABOUT_PEOPLE.search(inside)


def is_plain(note: Note, position: int) -> bool:
    """Whether a word has an everyday or clinical reading."""
    return bool(note.flags[position] & Known.ORDINARY)


def stands_as_thing(note: Note, first: int, last: int) -> bool:  # noqa: PLR0911 (one way out per reason)
    """Whether the place is that of an instrument, score, sign, medicine or term, whatever the word."""
    if note.gap(last) == "-" and last + 1 < len(note.words) and note.words[last + 1].istitle():
        last += 1  # "Schwartz-Jampel dystrophy"
    text, end = note.text, note.end(last)
    if term_follows(note, last) or DOSE.match(text, end):
        return True
    grade = GRADE.match(text, end)
    if grade and not _aged(note, last):
        return True
    if first + 1 == last and note.words[last].isupper():
        graded = note.lowers[last] in NUMERALS or (len(note.words[last]) == 1 and note.flags[first] & Known.THING)
        if graded:
            return True  # "Crawford II", "Pugh B"
    if first + 1 == last and note.flags[first] & Known.THING and _GRADED.fullmatch(note.words[last]):
        return True  # "Pugh B7"
    if text[end : end + 1] == ":" and first == last and opens(note, first):
        return True
    if noun_follows(note, last):
        return True
    start = note.starts[first]
    before = note.lowers[first - 1] if first and note.gap(first - 1) == " " else ""
    if before in _ARTICLE and not note.flags[first] & PLACED and not _family_follows(note, last):
        return True
    return bool(_FORM_BEFORE.search(text, max(0, start - 8), start))


def opens(note: Note, position: int) -> bool:
    before = note.text[max(0, note.starts[position] - 3) : note.starts[position]]
    return not before.strip() or "\n" in before or before.rstrip()[-1:] in ".;"


def speaks_medically(note: Note) -> bool:
    """Whether a text holds a medical word that is no everyday one, or a word of care: only there a thing may be meant."""
    told: bool | None = note.__dict__.get("speaks_medically")
    if told is None:
        told = (
            any(flags & Known.MEDICAL and not flags & NAMED for flags in note.flags)
            or any(not flags and _is_built(word) for word, flags in zip(note.words, note.flags, strict=True))
            or bool(care_places(note))
            or _holds_things(note)
        )
        note.__dict__["speaks_medically"] = told
    return told


def _is_built(word: str) -> bool:
    """ "erythrocytes", "galactosemia": no list holds it, and only medicine builds words so."""
    return len(word) > _LONG_PART + 1 and word.islower() and bool(_BUILT.search(word))


def _holds_things(note: Note) -> bool:
    """Scores with their grades, or one instrument after the other: every fifth word."""
    things = [p for p, flags in enumerate(note.flags) if flags & Known.THING and note.words[p][0].isupper()]
    graded = any(GRADE.match(note.text, note.end(p)) and not _aged(note, p) for p in things)
    return len(things) > 1 and (graded or len(things) * 5 >= len(note.words))


@lru_cache(maxsize=20_000)
def is_term(lower: str) -> bool:
    """Whether a word on no list is built like a term: by its ending, or of another word with something before or behind."""
    if TERM_ENDING.search(lower):
        return True
    known = lexicon()
    if lower.startswith(_FRONTS) and any(
        known.get(lower[len(f) :].lstrip("-"), 0) & Known.ORDINARY
        for f in _FRONTS
        if lower.startswith(f) and len(lower) - len(f) > _LONG_PART - 2
    ):
        return True
    behind = any(known.get(lower[cut:], 0) & Known.ORDINARY for cut in range(3, len(lower) - _LONG_PART + 1))
    stem = len(lower) > _LONG_PART and any(
        known.get(lower[:-cut], 0) & Known.ORDINARY for cut in (1, 2) if len(lower) - cut > _LONG_PART
    )
    return behind or stem


def in_list_of_things(note: Note, first: int, last: int) -> bool:
    """Between commas among instruments, medicines or scores, or in a list whose head says so."""
    beside = [p for p in (_listed_before(note, first), _listed_after(note, last)) if p is not None]
    if not beside:
        return False
    if any(note.flags[p] & Known.CLINICAL and not note.flags[p] & NAMED for p in beside):
        return True
    if len(beside) > 1 and all(note.flags[p] & Known.THING for p in (*beside, first)):
        return True
    start = note.starts[first]
    return bool(_LIST_HEAD.search(note.text, max(0, start - 200), start))


def _listed_before(note: Note, first: int) -> int | None:
    joined = first > 0 and note.gap(first - 1) in (", ", "; ", "/")
    if not joined and first > 1 and note.lowers[first - 1] in ("and", "or"):
        return first - 2
    return first - 1 if joined else None


def _listed_after(note: Note, last: int) -> int | None:
    if last + 1 < len(note.words) and note.gap(last) in (", ", "; ", "/"):
        return last + 1
    if last + 2 < len(note.words) and note.lowers[last + 1] in ("and", "or"):
        return last + 2
    return None


def noun_follows(note: Note, last: int) -> bool:
    """A lower-case noun behind a capitalised word makes a term of it: "Veress needle", "Amsler's chart"."""
    following = last + 1
    if following < len(note.words) and note.lowers[following] == "s" and note.gap(last) in ("'", "’"):
        following += 1
    if following >= len(note.words) or note.gap(following - 1) not in (" ", "-"):
        return False
    word = note.words[following]
    if not word.islower() or len(word) < 3 or word in OF_PEOPLE or word.endswith(("ed", "ly", "ing")):
        return False
    return bool(note.flags[following] & Known.ORDINARY) or is_term(word)


def _family_follows(note: Note, last: int) -> bool:
    return note.lowers[last + 1 : last + 2] in (["family"], ["household"], ["boy"], ["girl"])


def _aged(note: Note, last: int) -> bool:
    """ "Smith 44M": a number behind a name that is an age."""
    return bool(re.match(r"\s?\(?\d{1,3}\s?(?:[MFmf]\b|y|-)", note.text[note.end(last) : note.end(last) + 9]))


def lists_results(note: Note, first: int, last: int) -> bool:
    """ "Hb 98, CRP 140. Waterlow 18": numbers among scores and tests are no address."""
    numbered = any(note.words[i].isdigit() for i in range(first, last + 1))
    return numbered and any(note.flags[i] & (Known.MEDICAL | Known.THING) for i in range(first, last + 1))


def is_thing_elsewhere(note: Note, first: int, last: int) -> bool:
    """In a text that does not speak of care: a grade behind it, a noun behind the first word, "Dexter: none"."""
    if note.flags[last] & Known.THING and GRADE.match(note.text, note.end(last)):
        return True
    if first < last or not opens(note, first):
        return False
    return bool(_NONE_FOUND.match(note.text, note.end(last))) or noun_follows(note, last)


def is_catheter_size(note: Note, first: int) -> bool:
    return note.lowers[first] == "french" and first > 0 and note.words[first - 1].isdigit()
