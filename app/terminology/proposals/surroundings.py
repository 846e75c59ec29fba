"""What stands around a span and decides its code: clause, time, treatment, sides, what it goes on into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

_END = re.compile(r"[.;!?](?=\s|$)|\n(?!\s*[a-z])")
_COMMA = re.compile(r",|;| and (?=[a-z]+ (?:in|since)\b)")
_NUMBERS = {
    name: value
    for value, name in enumerate(
        ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 1
    )
} | {"a": 1, "an": 1}
_UNITS = {"day": 1, "week": 7, "wk": 7, "month": 30, "year": 365, "yr": 365}
_AGO = re.compile(
    rf"\b(\d{{1,3}}|{'|'.join(_NUMBERS)})[ -]+(day|week|wk|month|year|yr)s?"
    r"(?: ago| earlier| prior| back| before| after| post| out\b| old\b)",
    re.IGNORECASE,
)
_JUST_NOW = re.compile(r"\b(?:today|yesterday|last week|this week|this morning|last night)\b", re.IGNORECASE)
_LONG_AGO = re.compile(
    r"\b(?:19|20)\d\d\b|\blast year\b|\byears ago\b|\bin (?:his|her|their) \d0s\b|\bold\b|\bremote\b", re.IGNORECASE
)
_FURTHER = 3  # words
_RECENT_DAYS = 28  # four weeks: I.C.9.e.1

_SURGERY = r"(?:\w+ectomy|\w*resect\w*|excis\w+|remov\w+|surgery|ablat\w+|radiotherapy|radiation|chemotherapy|BCG)"
_CUES = {
    "of_spouse": re.compile(r"\b(?:husband|wife|spouse|partner|fianc[eé]e?|boyfriend|girlfriend)\b", re.IGNORECASE),
    "on_treatment": re.compile(
        r"\b(?:(?:neo)?adjuvant|cycle \d|undergoing|receiving|palliative|for excision|awaiting \w+|now on|currently on"
        r"|on (?:chemo\w*|radi\w+|hormon\w+|\w+(?:mab|nib|ciclib|taxel|platin|lidomide)|letrozole|anastrozole"
        r"|exemestane|tamoxifen|leuprolide|lupron|goserelin|capecitabine|FOLFOX|enzalutamide|abiraterone))\b",
        re.IGNORECASE,
    ),
    "treatment_over": re.compile(
        r"\bno evidence of (?:disease|recurrence)|\bNED\b|\boff (?:all )?(?:treatment|therapy)|\bdischarged from follow"
        r"|\bin (?:complete )?remission|\bdisease[- ]free|\bcured\b|\bundetectable since|\bno recurrence"
        rf"|\bcompleted\b|\b{_SURGERY}\b[^.;]{{0,40}}\b(?:19|20)\d\d|\b(?:19|20)\d\d[^.;]{{0,20}}\b{_SURGERY}\b",
        re.IGNORECASE,
    ),
    "healing": re.compile(
        r"\bheal(?:ing|ed well)\b|\bweeks? (?:after|post|out|from|since)\b"
        r"|\bfollow[- ]?up (?:of|for)\b"
        r"|\bcast (?:dry|off|removed|change)|\bcallus\b|\baftercare\b|\bnow in a boot\b"
        r"|\bpost[- ]?op(?:erative)? (?:visit|check|week)",
        re.IGNORECASE,
    ),
    "nonunion": re.compile(r"\bnon-?union\b", re.IGNORECASE),
    "diverticulitis": re.compile(r"\bdiverticulitis\b", re.IGNORECASE),
}
# What the note says somewhere, and codes of two conditions depend on.
_MENTIONED = {
    "type_1": re.compile(r"\btype (?:1|I)\b(?= diab| DM)|\bT1DM\b|\bIDDM\b", re.IGNORECASE),
    "newborn": re.compile(r"\b(?:neonat\w+|newborn|NICU|preterm (?:infant|baby|boy|girl))\b", re.IGNORECASE),
    "stone": re.compile(r"\b(?:stones?|calcul(?:us|i)|\w*lithiasis)\b", re.IGNORECASE),
    "cirrhosis": re.compile(r"\bcirrho", re.IGNORECASE),
}
_VACCINE = re.compile(r"\b(?:vaccin\w+|immuni[sz]\w+|prophylaxis|booster|screening)\b", re.IGNORECASE)
_STROKE = (
    r"(?:stroke|CVA|cerebral infarct\w*|cerebrovascular accident|SAH|ICH"
    r"|(?:intra)?(?:cerebr|cerebell|crani|thalam|pontin|subarachnoid)\w* (?:ha?emorrhage|bleed))"
)
_AFTER_STROKE = re.compile(
    rf"\b(?:since|following|after|from|due to|(?:late effects?|sequelae?) of)\b[^.;]{{0,30}}\b{_STROKE}"
    r"|\bpost-stroke\b",
    re.IGNORECASE,
)
_RESIDUAL = re.compile(r"\bresidual\b", re.IGNORECASE)
_ANY_STROKE = re.compile(rf"\b{_STROKE}\b", re.IGNORECASE)
_BLEED = re.compile(r"ha?emorrhag\w*|\bbleed|\bSAH\b|\bICH\b", re.IGNORECASE)
_SIDES = {
    "right": re.compile(r"\b(?:right|rt)\b", re.IGNORECASE),
    "left": re.compile(r"\b(?:left|lt)\b", re.IGNORECASE),
    "bilateral": re.compile(r"\b(?:bilateral\w*|both)\b", re.IGNORECASE),
}
_PHRASE = re.compile(
    r"\s+((?:(?:of|in|at)\s+(?:the\s+|his\s+|her\s+|both\s+)?|on\s+(?:the|his|her|both)\s+)"
    r"(?!known|theat|film|arrival|admission|standing|chest x|CT|MRI)"
    r"[A-Za-z-]+(?:\s+(?!and\b|or\b|for\b|with\b|due\b|after\b|on\b|in\b|since\b|from\b|is\b|was\b"
    r"|by\b|to\b|without\b|drained\b)"
    r"[A-Za-z-]+){0,4})"
)
_APPOSED = re.compile(r"\s*(?:,|\()\s*([^,.;:()\n]{3,40})")
# An adjective behind its noun: "pneumothorax traumatic", "asthma, severe".
_QUALIFIED = re.compile(
    r"[\s,(]+((?:non-?)?(?:traumatic|spontaneous|primary|secondary|acute|chronic|recurrent|open|closed|idiopathic"
    r"|congenital|neonatal|severe|mild|moderate|bilateral|drug-induced|malignant|benign|intentional"
    r"|accidental|metastatic|type [12I]{1,2}|stage [0-9IV]+[ab]?|grade [0-9IV]+))\b",
    re.IGNORECASE,
)
_TRIMESTER = re.compile(r"\b(?:first|second|third) trimester\b", re.IGNORECASE)
_GESTATION = re.compile(r"\b(\d{1,2})(?:\+\d)? ?(?:weeks|wks|/40)(?! ago)", re.IGNORECASE)
_CAUSED = re.compile(
    r"^\s*,?\s*(?:due to|secondary to|from|after|following|caused by|induced|because of"
    r"|in (?:known )?(?:type|diabet)|of \w+ origin|2/2)\b",
    re.IGNORECASE,
)
# "cirrhosis with varices": one code may stand for both. "A woman with headache" joins nothing.
_JOINED_AFTER = re.compile(r"^\s*,?\s*(?:complicated by|associated with|with)\b", re.IGNORECASE)
_JOINED_BEFORE = re.compile(
    r"([\w-]+)[^\w]*\b(?:complicated by|associated with|with)\s+(?:\w+\s+and\s+)?$", re.IGNORECASE
)
_NO_CONDITION = re.compile(
    r"(?:\w*old|man|woman|male|female|lady|gentleman|boy|girl|infant|child|patient|pt|presents?|presented"
    r"|presenting|seen|admitted|diagnosed|known|associated|father|mother|brother|sister|back|again|in"
    r"|consistent|compatible|here|along)$",
    re.IGNORECASE,
)
_CAUSING = re.compile(
    r"(?:\bdiabetic|-induced|-associated|-related|\bpost-?\w*|\bafter[^,.;]*|\bdrug|\bcaused)\s+$", re.IGNORECASE
)


@dataclass(frozen=True)
class Surroundings:
    """One span in its text; `before` and `after` stay within its sentence or list item."""

    text: str
    words: str
    before: str
    after: str
    #: how many characters of `after` belong to no other span
    free: int = 10_000

    @property
    def sentence(self) -> str:
        return f"{self.before}{self.words}{self.after}"

    @cached_property
    def segment(self) -> str:
        """The piece between commas."""
        before, after = _COMMA.split(self.before)[-1], _COMMA.split(self.after)[0]
        return f"{before}{self.words}{after}"

    @cached_property
    def cues(self) -> frozenset[str]:
        """Names of what the surroundings say, as the table of rules has them."""
        found = {name for name, pattern in _CUES.items() if pattern.search(self.sentence)}
        if _after_stroke(self):
            found.add("after_haemorrhage" if _BLEED.search(self.sentence) else "after_stroke")
        found |= {name for name, pattern in _MENTIONED.items() if pattern.search(self.text)}
        if _VACCINE.search(self.segment):
            found.add("vaccine")
        if (days := _days_ago(self.segment)) is not None:
            found.add("recent" if days <= _RECENT_DAYS else "older")
        return frozenset(found | {side for side in self.sides if side != "bilateral"})

    @cached_property
    def sides(self) -> frozenset[str]:
        """Sides the words name, else those right beside them."""
        near = f"{self.before[-24:]}" if "," not in self.before[-24:] else _COMMA.split(self.before)[-1]
        for piece in (self.words, f"{near} {' '.join(self.after.split()[:6])}"):
            said = frozenset(side for side, pattern in _SIDES.items() if pattern.search(piece))
            if said:
                return frozenset({"bilateral"}) if {"right", "left"} <= said else said
        return frozenset()

    @cached_property
    def extensions(self) -> list[str]:
        """What the span goes on into: "of the left buttock", an apposition; without sides that stand elsewhere."""
        matches = [match for pattern in (_PHRASE, _APPOSED, _QUALIFIED) if (match := pattern.match(self.after))]
        found = [match[1] for match in matches if match.end() <= self.free]
        if found[1:]:
            found.insert(0, " ".join(found))
        return list(dict.fromkeys(found))

    @property
    def trimester(self) -> str:
        """ "third trimester", from the words or the weeks of the sentence; counted from 14 and 28 weeks (I.C.15)."""
        if match := _TRIMESTER.search(self.sentence):
            return match[0].lower()
        if match := _GESTATION.search(self.sentence):
            weeks = int(match[1])
            return f"{'first' if weeks < 14 else 'second' if weeks < 28 else 'third'} trimester"
        return ""

    @property
    def says_more(self) -> bool:
        """Whether a further apposition follows what the span goes on into: "of the right shoulder, complete"."""
        pieces = self.after[: self.free].split(",")[1:]
        return any(0 < len(piece.split()) <= _FURTHER for piece in pieces)

    @property
    def has_phrase(self) -> bool:
        return _PHRASE.match(self.after) is not None

    @property
    def has_qualifier(self) -> bool:
        match = _QUALIFIED.match(self.after)
        return match is not None and match.end() <= self.free

    @property
    def has_cause(self) -> bool:
        """Whether the words beside the span say what it comes from, so that an unspecified code says too little."""
        return bool(_CAUSED.search(self.after) or _CAUSING.search(self.before))

    @property
    def is_joined(self) -> bool:
        """Whether the words beside it join the span to another condition, as combination codes do."""
        if _JOINED_AFTER.search(self.after):
            return True
        before = _JOINED_BEFORE.search(self.before)
        return bool(before and not _NO_CONDITION.match(before[1]))


def surroundings(text: str, fragments: list[list[int]], others: Sequence[int] = ()) -> Surroundings:
    """`fragments` are half-open code point pairs in order, `others` the starts of the note's other spans."""
    start, end = fragments[0][0], fragments[-1][1]
    ends = [match.end() for match in _END.finditer(text, max(0, start - 400), start)]
    first = max(ends, default=max(0, start - 400))
    stop = _END.search(text, end)
    last = min(stop.start() if stop else len(text), end + 400)
    words = " ".join(text[a:b] for a, b in fragments)
    free = min((other - end for other in others if other >= end), default=10_000)
    return Surroundings(text, words, text[first:start], text[end:last], free)


def _days_ago(words: str) -> int | None:
    """How long ago, in days, as far as the words say; a bare year is long ago."""
    if match := _AGO.search(words):
        number = int(match[1]) if match[1].isdigit() else _NUMBERS[match[1].lower()]
        return number * _UNITS[match[2].lower()]
    if _JUST_NOW.search(words):
        return 0
    return 10_000 if _LONG_AGO.search(words) else None


def _after_stroke(around: Surroundings) -> bool:
    if _AFTER_STROKE.search(around.sentence):
        return True
    return bool(_RESIDUAL.search(around.segment) and _ANY_STROKE.search(around.text))
