"""Ages over 89 (C), the patient's and relatives', in figures and words; younger ages, doses and rates stay."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import words
from app.deidentify.note import Note
from app.deidentify.span import Span

_OLD = r"(?:9\d|1[0-2]\d)"
_YEARS = (
    r"(?:[\s-]?(?:years?|yrs?\.?|yr|y)(?:[\s.\/-]{0,2}(?:olds?|of\sage|young)\b|[\s./-]?o(?:\.|\b))|[\s-]?y[\s./-]?o[mf]?\b|[\s-]?(?:years?|yrs)\b(?=\s?(?:and\s|,\s?)?\d{1,2}\s?(?:months?|m)\b)"
    r"|\s?y(?:ears?|rs?)?[\s/,]{0,3}(?:[MF]|male|female|lady|gentleman|woman|man)\b)"
)
_AFTER = re.compile(
    rf"{_OLD}(?=(?P<unit>(?:{_YEARS})|\s?/\s?(?:[MF]|male|female)\b(?!/)|\s?[MF]\b(?![/\d]|\s?(?:scale|ratio|fr\b))"
    r"|(?:\s|,\s)(?:male|female|lady|gentleman)\b|\s?[♀♂]))",
    re.IGNORECASE,
)
# "94y 3m", "90 years and 3 months": the months tell the age more closely, and go with it.
_MONTHS_TOO = re.compile(
    rf"{_OLD}\s?(?:years?|yrs?|y)\.?(?:,?\s|\sand\s)\d{{1,2}}\s?(?:months?|mths?|mo|m)\b", re.IGNORECASE
)
_DECADE = re.compile(r"(?:9|10|11)0['’]?s\b", re.IGNORECASE)
_IN_A_DECADE = re.compile(
    r"(?:\b(?:in|into|till|until|through)\s(?:his|her|their|the\spt['’]s|the)\s(?:early\s|mid[\s-]?|late\s)?|\b(?:early|mid|late)[\s-])$",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    rf"{_OLD}(?:\+|[yY]\b)?(?!\d|[%:]|[/.,]\d|\s?(?:%|mm|cm|kg|lbs?|mg|mcg|ml|beats|bpm|degrees|percent|out|units?|minutes|mins?|hours|days|weeks|months"
    r"|metres|meters|yards|acres|miles|km|a\s(?:day|week)|per|on\s(?:room\s)?(?:air|RA|O2)|L\b|mmHg|packs?|cigarettes|m\b|g\b|patients|times|steps|points|kcal|centile))"
)
_BEFORE = re.compile(
    r"(?:\bage[sd]?(?:\s?/\s?(?:sex|gender))?(?:\s(?:of|is|was|at\s(?:death|diagnosis|presentation|onset)))?[\s:=(\"']{0,5}"
    r"|\by/?o\.?\s|\by\.\s?o\.?\s|\bturn(?:ed|ing|s)\s|\b(?:lived|lives)\sto\s(?:be\s|age\s)?|\bat\sthe\sage\sof\s"
    r"|\b(?:died|deceased|dead|passed(?:\saway)?|alive|living|well|death|rip)\s(?:at|@|aged?)\s(?:age\s)?|\b[FM]\sd\.?\s"
    r"|\b(?:he|she|who|pt|patient|they)(?:['’]ll\sbe|['’]?\s?(?:is|was|s|will\sbe|would\sbe))\s(?:now\s|just\s|only\s|nearly\s|almost\s)?|\b(?:lady|gentleman|woman|man|female|male)\sof\s"
    r"|\breached\s|\bis\snow\s|,\snow\s|\bcelebrat\w+\s(?:his|her)\s)$",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"\b(?P<who>[A-Za-z-]+)(?P<link>\s?[,(@]\s?\(?|\s(?:is|was|aged?|at|@|of)\s|\s)(?:age[sd]?\s)?$")
_OLD_ALONE = re.compile(rf"{_OLD}(?:y\w*)?", re.IGNORECASE)
_EVENT_AT = re.compile(r"\b(?P<who>[A-Za-z-]+)\s(?:\w+\s){0,3}?(?:@|at)\s(?:age\s)?$")
_PERSONS = words("persons_with_an_age")
_NAMED = re.compile(r"(?:[A-Z][a-z]+|\b[A-Z]{2,}),\s$|\(\s?$")
_PARENTHESIS_END = re.compile(r"\s?(?:yrs?|years?|y)?\s?(?:[MFmf]\b)?\s?[,)]")
_LETTER_BEFORE = re.compile(r"(?:^|[\s(>])(?:F|M|f|m|female|male|Female|Male|FEMALE|MALE)[\s,]{1,2}$")
_TENS = r"ninet(?:y|ies)(?:[\s-](?:one|two|three|four|five|six|seven|eight|nine))?|(?:one|a)\shundred(?:\sand)?(?:\s(?:one|two|three|four|five|six|seven|eight|nine|ten))?|hundred\sand\s\w+"
_SPELT = re.compile(rf"(?:{_TENS})\b", re.IGNORECASE)
_SPELT_AFTER = re.compile(r"[\s-]years?\b|[\s-]yrs?\b|[\s-]y/?o\b", re.IGNORECASE)
_WORDS = ("nonagenarian", "nonagenarians", "centenarian", "centenarians", "supercentenarian", "supercentenarians")
_BIRTHDAY = re.compile(
    r"(?P<v>(?:9\d|1[0-2]\d)(?:st|nd|rd|th)|nineti(?:eth)|ninety[\s-]\w+(?:st|nd|rd|th)|hundredth)\sbirthday",
    re.IGNORECASE,
)


class Ages:
    key = "ages"
    types = ("AGE",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for position in note.numbers:
            word = note.words[position]
            if word[0] in "91" and (span := self._figures(note, note.starts[position], word)):
                yield span
        yield from self._in_words(note)

    def _figures(self, note: Note, start: int, word: str) -> Span | None:  # noqa: PLR0911 (one return a form)
        text = note.text
        before = text[max(0, start - 1) : start]
        if len(word) < 2 or (before in ("-", "<", ">", "/", ".") and before and not _is_sexed(text, start)):
            return None
        if before == "/":
            return self._span(start, start + len(word)) if _OLD_ALONE.fullmatch(word) else None
        if birthday := _BIRTHDAY.match(text, start):
            return self._span(birthday.start("v"), birthday.end("v"))
        decade = _DECADE.match(text, start)
        if decade:
            alone = _is_first(text, start) and not text[decade.end() :].lstrip()[:1].isdigit()
            in_decade = _IN_A_DECADE.search(text, max(0, start - 24), start)
            return self._span(start, decade.end()) if _is_person_near(note, text, start, in_decade, alone) else None
        if match := _AFTER.match(text, start):
            months = _MONTHS_TOO.match(text, start)
            end = max(match.end(), months.end() if months else 0)
            return self._span(start, end) if self._is_age(text, match) else None
        match = _NUMBER.match(text, start)
        if match and (_BEFORE.search(text, max(0, start - 32), start) or self._of_a_person(text, start, match.end())):
            months = _MONTHS_TOO.match(text, start)
            return self._span(start, max(match.end(), months.end() if months else 0))
        return None

    @staticmethod
    def _is_age(text: str, match: re.Match[str]) -> bool:
        """ "100 m walk" is a way, "99 M" alone a person only where the letter is a capital or nothing measures."""
        unit = match["unit"].strip()
        if unit in ("m", "f", "M", "F"):
            return unit.isupper() and not re.match(
                r"\s(?:exercise|walk|sprint|swim|distance|tolerance)", text[match.end("unit") :]
            )
        return True

    @staticmethod
    def _of_a_person(text: str, start: int, end: int) -> bool:
        """ "Wife, 94", "husband (91)", "Mrs Moxon, 96,", "F, 93": a person right before, a mark right after."""
        head = text[max(0, start - 40) : start]
        closed = text[end : end + 1] in ("", ",", ")", ";", ".", "\n", " ")
        if _LETTER_BEFORE.search(head):
            return closed
        event = _EVENT_AT.search(head)
        if event and event["who"].lower() in _PERSONS:
            return closed
        match = _RELATIVE.search(head)
        if match and match["who"].lower() in _PERSONS:
            link = match["link"].strip().lower()
            if link[:1] in ("(", ",", "@") or link in ("aged", "age", "is", "was", "at"):
                return closed
            return text[end : end + 1] in ("", ",", ")", ";", ".", "\n") or text[end : end + 6].startswith(
                (" alive", " and w")
            )
        if _NAMED.search(head) and _PARENTHESIS_END.match(text, end):
            return _speaks_of_a_person(head)
        return False

    def _in_words(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position in note.positions(_WORDS):
            yield self._span(note.starts[position], note.end(position), 0.8)
        for position in note.positions(("ninety", "nineties", "mid", "one", "hundred", "ninetieth", "hundredth")):
            start = note.starts[position]
            if birthday := _BIRTHDAY.match(text, start):
                yield self._span(start, birthday.end("v"), 0.8)
            elif (match := _SPELT.match(text, start)) and self._is_spelt_age(text, start, match):
                yield self._span(start, match.end(), 0.8)

    def _is_spelt_age(self, text: str, start: int, match: re.Match[str]) -> bool:
        if match.group().lower() == "nineties":
            return bool(_IN_A_DECADE.search(text, max(0, start - 24), start))
        if _SPELT_AFTER.match(text, match.end()) or _BEFORE.search(text, max(0, start - 32), start):
            return not re.match(r"\s?(?:percent|per\scent|%|degrees|mg|ml|minutes|days)", text[match.end() :])
        return self._of_a_person(text, start, match.end())

    def _span(self, start: int, end: int, score: float = 0.9) -> Span:
        return Span(start, end, "AGE", score, self.key)


def _is_sexed(text: str, start: int) -> bool:
    """ "F/92", "Sex/Age: M/92"."""
    return (
        text[start - 1] == "/"
        and text[max(0, start - 2) : start - 1] in ("M", "F")
        and not text[max(0, start - 3) : start - 2].isalnum()
    )


def _is_first(text: str, start: int) -> bool:
    return not text[:start].strip() or text[:start].rstrip(" ").endswith("\n")


def _is_person_near(note: Note, text: str, start: int, in_decade: re.Match[str] | None, alone: bool) -> bool:
    if alone:
        return True
    if in_decade is None or re.search(
        r"\b(?:hr|sats?|sbp|bp|rate|pulse|spo2|o2)\b", text[max(0, start - 24) : start], re.IGNORECASE
    ):
        return False
    words_before = in_decade.group().lower()
    return not words_before.startswith("in the") or any(w in note.index for w in ("lady", "gentleman", "aged"))


def _speaks_of_a_person(head: str) -> bool:
    return bool(
        re.search(
            r"\b(?:Mrs?|Ms|Miss|Dr|Sir|Lady|patient|Patient|Pt|pt|man|woman|neighbou?r|carer)\b[^.;\n]{0,24}$", head
        )
        or (
            re.search(r"\b[A-Z][a-z]+\s?,\s$", head)
            and not re.search(r"\b(?:Na|Hb|K|Cr|Plt|Platelets|Pulse|HR|Sats|Glucose|Urea)\s?,\s$", head)
            and re.search(r"\b(?:husband|wife|brother|sister|mother|father|son|daughter|aunt|uncle|NOK)\b", head)
        )
    )
