"""Reads the marked hard examples of `tests/data/cases` and says what of each was left and what was taken too much."""

import re
from pathlib import Path
from typing import NamedTuple

from app.deidentify.phi_types import family

CASES = Path(__file__).parents[1] / "data/cases"
_MARK = re.compile(r"\[\[(.*?)\]\](?!\])|\{\{(.*?)\}\}", re.DOTALL)
_ESCAPES = {r"\n": "\n", r"\t": "\t", "\\\\": "\\"}
_WORD = re.compile(r"[^\W_]+")
# Words that a date or a number may take along without harm.
_SLIGHT = frozenset(
    [
        "the",
        "of",
        "on",
        "in",
        "at",
        "a",
        "and",
        "to",
        "from",
        "until",
        "by",
        "before",
        "after",
        "night",
        "day",
        "weekend",
        "week",
        "year",
        "d",
        "o",
        "b",
        "dob",
        "h",
        "hrs",
        "hospital",
        "no",
        "birthday",
        "number",
        "since",
        "between",
        "last",
        "next",
        "early",
        "mid",
        "late",
        "end",
        "hour",
        "id",
        "card",
        "through",
    ]
)
# Words of a marked place that tell nothing by themselves.
_TELLS_NOTHING = frozenset(
    [
        "the",
        "of",
        "on",
        "from",
        "to",
        "between",
        "and",
        "at",
        "dob",
        "d",
        "o",
        "b",
        "dod",
        "early",
        "mid",
        "end",
        "late",
        "since",
        "w",
        "c",
        "kw",
        "week",
        "weekend",
        "day",
        "month",
        "y",
        "yr",
        "yrs",
        "year",
        "years",
        "old",
        "months",
        "yo",
        "tel",
        "sn",
        "lot",
        "cad",
        "eudract",
        "id",
    ]
)
NUMBERS = frozenset({"date", "age", "id", "contact"})


class Case(NamedTuple):
    kind: str
    text: str
    must: list[tuple[int, int]]
    may: list[tuple[int, int]]


def rows(name):
    """The fields of every line of a file of cases but its header."""
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [[unescaped(part) for part in line.split("\t")] for line in lines[1:]]


def unescaped(text):
    return re.sub(r"\\[nt\\]", lambda m: _ESCAPES[m.group()], text)


def marked_cases(name):
    return [case_of(kind, text) for kind, text in rows(name)]


def case_of(kind, marked):
    text, must, may, done = "", [], [], 0
    for match in _MARK.finditer(marked):
        text += marked[done : match.start()]
        inner = match[1] if match[1] is not None else match[2]
        (must if match[1] is not None else may).append((len(text), len(text) + len(inner)))
        text += inner
        done = match.end()
    return Case(kind, text + marked[done:], must, may)


def left(case, spans):
    """The marked places of which a letter or digit of a telling word stays."""
    gone = {i for s in spans for i in range(s.start, s.end)}
    return [
        case.text[a:b]
        for a, b in case.must
        if any(
            place not in gone
            for word in _WORD.finditer(case.text, a, b)
            if word.group().lower() not in _TELLS_NOTHING
            for place in range(*word.span())
            # of "94yo" the unit may stay
            if case.text[place].isdigit() or not (case.kind.startswith("age") and word.group()[0].isdigit())
        )
    ]


def too_much(case, spans, families=NUMBERS):
    """The words outside the marks that spans of these families take."""
    marked = [*case.must, *case.may]
    taken = []
    for span in spans:
        if family(span.type) not in families:
            continue
        for word in _WORD.finditer(case.text, span.start, span.end):
            inside = any(a < word.end() and word.start() < b for a, b in marked)
            if not inside and word.group().lower() not in _SLIGHT:
                taken.append(f"{word.group()}:{span.type}:{span.recogniser}")
    return taken
