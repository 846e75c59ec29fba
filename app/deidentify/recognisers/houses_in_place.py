"""Houses and firms of everyday words, where the place tells them: a label, a link before a kind of house, who supplies."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import lines, words
from app.deidentify.lexicon.organisation_words import CORES, GENERIC_BEFORE, HEADS, PLACEHOLDERS
from app.deidentify.lexicon.shapes import Known
from app.deidentify.lexicon.wordset import wordset, wordtuple
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import is_initial, is_running, shouted
from app.deidentify.span import Span

# What a house is, as its name ends; the last word first to be looked for.
_TAILS = {tuple(tail.split()) for tail in lines("house_tails")}
_LAST = tuple(sorted({tail[-1] for tail in _TAILS}))
_LONGEST = max(len(tail) for tail in _TAILS)
_SHORT_TAILS = tuple(lines("house_short_tails"))
_LINKS = wordset("at from to of by with in into near via for under attends attended attending leaving left visited")
_GENERIC = GENERIC_BEFORE | HEADS | CORES | words("house_generic_before")
_INNER = wordset("of and the s st for on upon in")
_JOINING = _INNER - {"the", "st"}
_JOINS = frozenset({" ", "-", "'", "’", " & ", ". ", ".", "’ ", "' "})
MAX_WORDS = 5
MAX_LOWER = 3

_LABELS = wordtuple(
    "employer employers insurance insurer payer payor tpa dme supplier vendor pharmacy school nursery church agency company firm carrier manufacturer"
    " dispensary chemist workplace"
)
_LABEL = re.compile(r"(?:\s(?:name|provider|carrier|company|co|used|plan))?\.?\s{0,2}[:=]\s{0,3}")
# "from X", "supplied by X", "calling X": what only a firm does or has.
_FIRM_CUE = re.compile(
    r"(?:\brep(?:resentative)?s?\s(?:from|of|for|with)|\b(?:supplied|provided|insured|manufactured|sponsored|run|covered|fitted|serviced)\s(?:by|through|with)"
    r"|\b(?:calling|contacting|insured with|claim with|benefits (?:via|through)|account with)|\b(?:drives|drove|driver|delivers|delivered|cleans|cleaner|cook|cooks|guard|column|writes|reporter|picks|packs|temps|contractor|contracts|logistician|engineer)\s(?:for|with|at)"
    r"|\b(?:[Bb]ody|remains) released to|\btpa)(?:\sthe)?\s$",
    re.IGNORECASE,
)
_CUE_WORDS = ("for", "by", "from", "of", "with", "through", "calling", "contacting", "via", "at", "to", "tpa", "the")
_NO_VALUE = wordset(
    "none nil na n unknown self yes no retired unemployed student pending private medicare medicaid homemaker disabled same other not see tbd"
    " unclear declined refused is was home local denies he she they we pt patient normal left right"
)
_PAPERS = wordtuple(
    "register news times post herald gazette echo mail tribune telegraph express star mirror courier chronicle journal press argus observer"
)
_PAPER_FRONTS = wordset("daily weekly evening morning sunday")
_SONS = wordtuple("sons daughters bros brothers partners co associates")


_INSURED = re.compile(r"ins(?:urance|urer)? (?P<v>[a-z]{4,}(?: [a-z]{3,})?) (?:id|policy|member|group|#)")
# Houses of other languages; their own name follows.
_FOREIGN = tuple(lines("house_heads_foreign"))


class HousesInPlace:
    """Care homes, practices, schools, trusts and firms whose words are everyday ones."""

    key = "houses-in-place"
    types = ("ORGANIZATION",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        yield from self._by_kind(note)
        yield from self._told(note)
        yield from self._by_name(note)

    def _by_kind(self, note: Note) -> Iterator[Span]:
        """Before what a house is: "Maple Hollow Assisted Living", "Cascade Derm"; behind, in other languages."""
        for position in note.positions(_LAST):
            first = _before_tail(note, position)
            if first is not None:
                yield self._span(note, first, position, 0.7)
        for position in note.positions(_SHORT_TAILS):
            first = _before_short_tail(note, position)
            if first is not None:
                yield self._span(note, first, position, 0.6)
        for position in note.positions(_FOREIGN):
            yield from self._run(note, position, labelled=False)

    def _told(self, note: Note) -> Iterator[Span]:
        """Behind a label, and behind what only a firm does or has."""
        for position in note.positions(_LABELS):
            label = _LABEL.match(note.text, note.end(position))
            if label and position + 1 < len(note.words):
                yield from self._run(note, _at_or_after(note, position + 1, label.end()), labelled=True)
        for position in note.positions(("insurance", "insurer", "ins")):
            match = _INSURED.match(note.text, note.starts[position])
            if match and match["v"].split()[0] not in _NO_VALUE:
                yield Span(match.start("v"), match.end("v"), "ORGANIZATION", 0.6, self.key)
        for position in note.positions(_CUE_WORDS):
            yield from self._after_cue(note, position)

    def _by_name(self, note: Note) -> Iterator[Span]:
        """ "The Daily Register", "Jurkiewicz & Sons"."""
        for position in note.positions(_PAPERS):
            if note.words[position].istitle() and position and note.lowers[position - 1] in _PAPER_FRONTS:
                first = position - 2 if note.words[position - 2 : position - 1] == ["The"] else position - 1
                if note.words[position - 1].istitle() and note.gap(position - 1) == " ":
                    yield self._span(note, first, position, 0.6)
        for position in note.positions(_SONS):
            first = position - 1
            joined = first >= 0 and note.gap(first) == " & " and note.words[first].istitle()
            if joined and note.words[position].istitle():
                yield self._span(note, first, position, 0.7)

    def _span(self, note: Note, first: int, last: int, score: float) -> Span:
        return Span(note.starts[first], note.end(last), "ORGANIZATION", score, self.key)

    def _after_cue(self, note: Note, position: int) -> Iterator[Span]:
        start = note.starts[position]
        nxt = position + 1
        if nxt >= len(note.words) or note.gap(position) != " " or note.words[nxt].islower():
            return
        if _FIRM_CUE.search(note.text, max(0, start - 40), note.starts[nxt]):
            yield from self._run(note, nxt, labelled=False)

    def _run(self, note: Note, first: int, *, labelled: bool) -> Iterator[Span]:
        """The capitalised words from here; in a text without capitals, behind a label, what stands before a comma."""
        if first >= len(note.words) or note.lowers[first] in _NO_VALUE or not note.words[first][0].isalpha():
            return
        last = first
        if labelled and note.mostly_lower:
            while (
                last + 1 < len(note.words)
                and last - first < MAX_LOWER
                and note.gap(last) in (" ", "-", "'", "’", " & ")
            ):
                last += 1
                if is_running(note, last) or note.lowers[last] in ("id", "no", "number", "policy"):
                    last -= 1
                    break
        else:
            if not note.words[first][0].isupper() or (
                note.words[first].isupper() and shouted(note, first) and not labelled
            ):
                return
            while last + 1 < len(note.words) and last - first < MAX_WORDS and _goes_on(note, last):
                last += 1
            while last > first and note.lowers[last] in _INNER:
                last -= 1
        own = [
            i for i in range(first, last + 1) if not note.flags[i] & Known.MEDICAL and note.lowers[i] not in _GENERIC
        ]
        if own and not is_running(note, first) and not is_initial(note, first):
            yield self._span(note, first, last, 0.6)


def _at_or_after(note: Note, position: int, offset: int) -> int:
    while position < len(note.words) and note.starts[position] < offset:
        position += 1
    return position


def _goes_on(note: Note, last: int) -> bool:
    if note.gap(last) not in _JOINS or note.gap(last) in (". ", "."):
        return False
    nxt = last + 1
    if note.text[note.end(nxt) : note.end(nxt) + 1] == ":":
        return False
    if note.words[nxt][0].isupper() and not is_running(note, nxt):
        return True
    inner = note.lowers[nxt] in _INNER and nxt + 1 < len(note.words) and note.gap(nxt) == " "
    return inner and note.words[nxt + 1][0].isupper() and note.lowers[nxt] not in ("in", "for", "on")


def _tail_at(note: Note, position: int) -> int | None:
    """The first position of the longest tail that ends at `position`."""
    for length in range(min(_LONGEST, position), 0, -1):
        first = position - length + 1
        if tuple(note.lowers[first : position + 1]) in _TAILS and all(
            note.gap(i) in (" ", "-") for i in range(first, position)
        ):
            return first
    return None


def _before_tail(note: Note, position: int) -> int | None:
    """Where the name of a house begins that ends here: "Maple Hollow Assisted Living"; None where none does."""
    tail = _tail_at(note, position)
    if tail is None or tail == 0 or note.gap(tail - 1) not in _JOINS:
        return None
    if note.words[position].istitle() and note.words[tail][0].isupper():
        return _capitalised_run(note, tail, position)
    if note.words[tail].isupper() and note.words[position].isupper():
        return _linked_run(note, tail) if shouted(note, tail) else None
    return _linked_run(note, tail) if note.words[tail].islower() and note.mostly_lower else None


def _capitalised_run(note: Note, tail: int, position: int) -> int | None:
    first = tail
    while first > 0 and tail - first < MAX_WORDS and _belongs(note, first - 1):
        first -= 1
    while first < tail and (note.words[first].islower() or note.lowers[first] in _JOINING):
        first += 1
    own = [i for i in range(first, tail) if _is_own(note, i)]
    if not own:
        return None
    ofs = [i for i in range(first, own[0]) if note.lowers[i] == "of"]
    first = ofs[-1] + 1 if ofs else first  # "Emergency Department of Ilfov Hospital"
    plain = all(note.flags[i] & Known.ORDINARY for i in own)
    if plain and not _is_bounded(note, first, position, len(own)):
        return None
    return first


def _belongs(note: Note, position: int) -> bool:
    gap = note.gap(position)
    if gap not in _JOINS or (gap == ". " and note.lowers[position] not in ("st", "mt")):
        return False
    word = note.words[position]
    if word[0].isupper():
        return not is_running(note, position) or note.lowers[position] == "the"
    return note.lowers[position] in _INNER and position > 0 and note.words[position - 1][0].isupper()


def _is_own(note: Note, position: int) -> bool:
    word = note.words[position]
    return (
        len(word) > 1
        and word[0].isupper()
        and note.lowers[position] not in _GENERIC | PLACEHOLDERS
        and not note.flags[position] & Known.MEDICAL
    )


def _is_bounded(note: Note, first: int, last: int, own: int) -> bool:
    """Whether everyday words are a name here: behind a link or comma, or alone on their line."""
    before = note.lowers[first - 1] if first else ""
    gap = note.gap(first - 1) if first else "\n"
    if gap == " " and (before in _LINKS or before == "the"):
        return True
    if "," in gap or ":" in gap:
        return own > 1 or "," in gap
    return "\n" in gap and "\n" in note.gap(last)[:1] and own > 0


def _linked_run(note: Note, tail: int) -> int | None:
    """In one case throughout: up to three words between a link and the kind of house, one of them its own."""
    first = tail
    while first > 0 and tail - first < MAX_LOWER + 1 and note.lowers[first - 1] not in _LINKS | {"the"}:
        if note.gap(first - 1) not in _JOINS or is_running(note, first - 1):
            return None
        first -= 1
    if first in (0, tail) or note.gap(first - 1) != " " or tail - first > MAX_LOWER:
        return None
    lowers = note.lowers[first:tail]
    if (
        any(note.flags[i] & Known.MEDICAL for i in range(first, tail))
        or lowers[0] in _GENERIC
        or all(w in _GENERIC for w in lowers)
    ):
        return None
    return first


def _before_short_tail(note: Note, position: int) -> int | None:
    """ "Cascade Derm", "UPSON REGIONAL": one word of its own before a shortened branch of medicine, behind a link or mark."""
    first = position - 1
    if first < 1 or note.gap(first) != " " or not note.words[position][0].isupper() or not _is_own(note, first):
        return None
    if note.flags[first] & Known.CLINICAL or len(note.words[first]) < 4 or is_running(note, first):
        return None
    capitals = shouted(note, first)
    if note.words[first].isupper() and capitals and note.flags[first] & Known.ORDINARY:
        return None
    before, gap = note.lowers[first - 1], note.gap(first - 1)
    linked = (gap == " " and before in _LINKS | {"calling", "arrival"}) or gap in (", ", ": ")
    return first if linked else None
