"""Whether "3/12" is a day and a month, or a duration, a score, a strength, a ratio (C); what stands around it decides."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from app.deidentify.calendar.reading import DAY_FIRST, MONTH_FIRST, day_of, read_dates
from app.deidentify.calendar.vocabulary import DAYS_OF_WEEK
from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.readings import medicine_words
from app.deidentify.note import Note
from app.deidentify.span import Span

_CUES = words("date_pair_cues")
_VERBS = words("date_pair_verbs")
_SCORES = words("date_fraction_words")
_COUNTED = words("date_fraction_nouns")
_BEFORE_DURATION = frozenset(
    [
        "for",
        "x",
        "in",
        "over",
        "every",
        "past",
        "off",
        "within",
        "bd",
        "tds",
        "od",
        "qds",
        "nocte",
        "further",
        "another",
    ]
)
_AFTER_DURATION = frozenset(
    [
        "history",
        "hx",
        "ago",
        "old",
        "post",
        "course",
        "supply",
        "of",
        "then",
        "follow",
        "followup",
        "review",
        "duration",
        "gestation",
        "pregnant",
        "infant",
        "baby",
    ]
)
_CUE_PAIRS = frozenset((("the", "on"), ("the", "by"), ("c", "d"), ("u", "f"), ("v", "r"), ("a", "o")))
#: UK shorthand: so many sevenths are days, twelfths months, twenty-fourths hours
_DURATIONS = (7, 12, 24)
_UNIT = re.compile(
    r"\s?(?:mm|cm|mg|mcg|ml|hpf|hourly|weeks?|days?|months?|wks?|hrs?|hours?|tabs?|units?|kg|g|%)\b|[.,]\d|\s?[x×]\s?\d"
)
# What is counted in halves and quarters; behind the second pair of a list it says that no day is meant.
COUNTED = re.compile(
    r"\s?(?:tab|tabs|tablets?|caps?|capsules?|puffs?|drops?|sachets?|pills?|amps?|vials?|cups?|strength|normal saline|NS\b|of (?:a|the)\b)",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"\s?(?::\s|\t|\||[-–]\s)")
_WEEK_CUE = re.compile(
    r"(?:\bw/?[ce]|\bwk|\bweek)\s?(?:commencing|beginning|ending|of|starting)?\s?:?\s*$", re.IGNORECASE
)
_DASHED = re.compile(r"\s?[-–—]\s?(?P<a>\d{1,2})[/](?P<b>\d{1,2})(?![\d/])")
_LIST_AND_VERB = re.compile(r"(?:\s?(?:,|and|&)\s?\d{1,2}/\d{1,2}(?![/\d]))*:?\s(?P<verb>[A-Za-z]+)")
NEIGHBOURHOOD, CLOSE = timedelta(days=60), timedelta(days=21)
_WEEKS = re.compile(r"(?<![\d/])\d{1,2}/52\b(?!/)")
_MONTHS_IN_YEAR = 12
#: nobody counts more twelfths or sevenths than these
LONGEST_DURATION = 18
_AT_TIME = re.compile(r",? (?:at|@) ?\d{1,2}:?\d{2}\b")
_HEADINGS = words("date_pair_headings")
_WORDS_BEFORE = 4
_LINE = re.compile(r"[\n\t|;.]\s*$|^$|\n\s*[-*•]\s*$")


@dataclass(frozen=True)
class FigurePair:
    """Two figures with a mark between them; `before` and `after` are the words around, in lower case."""

    start: int
    end: int
    position: int
    a: str
    b: str
    mark: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def padded(self) -> bool:
        return self.a.startswith("0") or self.b.startswith("0")


class PairJudge:
    """Judges the pairs of one note."""

    def __init__(self, note: Note) -> None:
        self._note = note

    def pair(self, position: int, match: re.Match[str]) -> FigurePair | None:
        """The pair with its surroundings, or None where no calendar has it."""
        a, b = int(match["a"]), int(match["b"])
        if not (1 <= min(a, b) <= 12 and max(a, b) <= 31):
            return None
        note = self._note
        before, after = self._words_before(position), self._words_after(position + 1)
        end = match.end()
        if note.text[end : end + 1] == "." and match["s"] == ".":
            end += not note.text[end + 1 : end + 2].isdigit()
        return FigurePair(match.start(), end, position, match["a"], match["b"], match["s"], before, after)

    def verdict(self, pair: FigurePair) -> bool | None:  # noqa: PLR0911 (one return a reason)
        """True: a date; False: none; None: one if it lies near the note's other dates."""
        text, end = self._note.text, pair.end
        if _UNIT.match(text, end) or (
            text[end : end + 1] in "/-" and text[end + 1 : end + 2].isdigit() and not _DASHED.match(text, end)
        ):
            return False
        if pair.mark == ".":
            return self._dotted(pair)
        cued = self._is_cued(pair)
        if self._is_counted(pair, cued):
            return False
        if pair.mark == "-":
            return (
                cued
                and (
                    pair.padded
                    or int(pair.b) > 12
                    or _WEEK_CUE.search(text, max(0, pair.start - 24), pair.start) is not None
                )
            ) or False
        if cued and not pair.padded and int(pair.b) == _MONTHS_IN_YEAR and _WEEKS.search(text):
            return None  # "review 3/12, bloods 1/52"
        if cued or (pair.padded and self._first_word(pair) not in _SCORES):
            return True
        if self._is_of_today(pair) or self._is_range(pair) or self._is_entry(pair) or self._is_said_of(pair):
            return True
        could_last = int(pair.b) in _DURATIONS and int(pair.a) <= LONGEST_DURATION
        if could_last or (pair.before[:1] and pair.before[0] in medicine_words()):
            return None
        return True if self._shows_a_day(pair) else None

    def fits_in(self, pair: FigurePair, dates: list[Span]) -> bool:
        """Whether a doubtful pair lies close to a full date of the note, read in the order that is known."""
        near = CLOSE if int(pair.b) in _DURATIONS and int(pair.a) <= LONGEST_DURATION else NEIGHBOURHOOD
        return any(self._gap(pair, full) <= near for full in self._full_dates(dates))

    def _full_dates(self, dates: list[Span]) -> list[date]:
        if "full" not in self.__dict__:
            text = self._note.text
            read = [
                w for s in dates for w in read_dates(text[s.start : s.end], self._note.date_order or MONTH_FIRST) or []
            ]
            partial = [
                d for w in read if w.form == "pair" and w.month and w.day and (d := day_of(2000, w.month, w.day))
            ]
            self.__dict__["full"] = [w.dated for w in read if w.dated] or partial
        found: list[date] = self.__dict__["full"]
        return found

    def _gap(self, pair: FigurePair, full: date) -> timedelta:
        a, b = int(pair.a), int(pair.b)
        orders = {DAY_FIRST: [(b, a)], MONTH_FIRST: [(a, b)]}.get(self._note.date_order, [(a, b), (b, a)])
        days = [d for y in (-1, 0, 1) for m, n in orders if (d := day_of(full.year + y, m, n))]
        return min((abs(d - full) for d in days), default=timedelta.max)

    def _dotted(self, pair: FigurePair) -> bool:
        """ "Readmitted on 12.3": only behind a verb of coming and going, since figures with a dot are measures."""
        if (
            pair.before[:1] in (("since",), ("from",), ("until",), ("till",))
            and pair.padded
            and len(pair.a) == len(pair.b) == 2
        ):
            return True
        on = pair.before[:1] == ("on",)
        words = pair.before[1:] if on else pair.before
        if not words or words[0] not in _VERBS:
            return False
        shown = on or words[0] in DAYS_OF_WEEK or self._note.text[pair.end - 1] == "."
        return shown or not self._note.text[pair.end : pair.end + 3].strip()[:1].islower()

    def _is_cued(self, pair: FigurePair) -> bool:
        before = pair.before
        if before and before[0] in _CUES:
            return True
        if before[:2] in _CUE_PAIRS:
            return True
        return _WEEK_CUE.search(self._note.text, max(0, pair.start - 24), pair.start) is not None

    def _is_counted(self, pair: FigurePair, cued: bool) -> bool:
        """A part of something, a score, a duration."""
        first = self._first_word(pair)
        if (pair.after and pair.after[0] in _COUNTED) or first in ("x", "×"):
            return True
        if self._scored(pair) and not (cued and first not in _SCORES):
            return True
        return self._is_duration(pair)

    def _scored(self, pair: FigurePair) -> bool:
        enclosed = self._note.text[pair.start - 1 : pair.start] == "("
        before = [word for word in pair.before if not (enclosed and word == "day")]  # "Boxing Day (26/12)"
        return any(word in _SCORES for word in before) or any(word in _SCORES for word in pair.after[:1])

    @staticmethod
    def _is_duration(pair: FigurePair) -> bool:
        """ "3/12 history", "for 2/7": said to be one by the words around."""
        if int(pair.b) not in _DURATIONS or pair.padded or int(pair.a) > LONGEST_DURATION:
            return False
        return (pair.after[:1] != () and pair.after[0] in _AFTER_DURATION) or (
            pair.before[:1] != () and pair.before[0] in _BEFORE_DURATION
        )

    def _is_range(self, pair: FigurePair) -> bool:
        """ "7/17-7/22": two pairs that both are days and of which one cannot be counted in twelfths."""
        other = _DASHED.match(self._note.text, pair.end)
        if not other:
            return False
        figures = [int(f) for f in (pair.a, pair.b, other["a"], other["b"])]
        calendar = all(1 <= min(p) <= 12 and max(p) <= 31 for p in (figures[:2], figures[2:]))
        return calendar and max(figures) > 12

    def _is_entry(self, pair: FigurePair) -> bool:
        """A line or a cell that begins with its date: "2/3: afebrile"."""
        text = self._note.text
        if not _ENTRY.match(text, pair.end) or not _LINE.search(text[max(0, pair.start - 4) : pair.start]):
            return False
        return text[pair.end : pair.end + 2].lstrip()[:1] == ":" or "date" in self._note.index

    def _is_of_today(self, pair: FigurePair) -> bool:
        """ "today 4/4", "4/4 at 11:20", and a heading that ends on it: "NIGHT SHIFT NOTE 4/17"."""
        text = self._note.text
        if pair.before[:1] and pair.before[0] in ("today", "tonight", "yesterday", "tomorrow"):
            return True
        if _AT_TIME.match(text, pair.end):
            return True
        return bool(pair.before) and pair.before[0] in _HEADINGS and text[pair.end : pair.end + 1] in ("", "\n")

    def _is_said_of(self, pair: FigurePair) -> bool:
        """ "3/4, 5/4 and 9/4 reviewed": behind one or several of them stands what was done then."""
        match = _LIST_AND_VERB.match(self._note.text, pair.end)
        return bool(match) and match["verb"].lower() in _VERBS if match else False

    def _shows_a_day(self, pair: FigurePair) -> bool:
        """A figure over twelve on the side where the source writes the day."""
        a, b = int(pair.a), int(pair.b)
        order = self._note.date_order
        shown = (a > 12 and order != MONTH_FIRST) or (b > 12 and order != DAY_FIRST)
        return shown and not self._is_named(pair)

    def _is_named(self, pair: FigurePair) -> bool:
        """ "NEWS 3/20", "Epworth 11/24": a name of something right before may be a score of any kind."""
        note, before = self._note, pair.position - 1
        if note.text[pair.start - 1 : pair.start] == "(":
            return False
        return bool(pair.before) and note.lowers[before] == pair.before[0] and note.words[before][0].isupper()

    def _first_word(self, pair: FigurePair) -> str:
        return pair.before[0] if pair.before else ""

    def _words_before(self, position: int) -> tuple[str, ...]:
        """The words before in the same line and sentence, the nearest first; numbers are left out."""
        note, found = self._note, []
        for place in range(position - 1, max(-1, position - 7), -1):
            gap = note.gap(place)
            if "\n" in gap or "|" in gap or "\t" in gap or ". " in gap or ";" in gap:
                break
            if note.lowers[place][0].isdigit():
                continue
            found.append(note.lowers[place])
            if len(found) == _WORDS_BEFORE or ("," in gap and place < position - 1):
                break
        return tuple(found)

    def _words_after(self, position: int) -> tuple[str, ...]:
        note = self._note
        if position + 1 >= len(note.words) or note.gap(position).strip(" -") != "":
            return ()
        return tuple(note.lowers[position + 1 : position + 3])
