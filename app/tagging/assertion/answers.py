"""Items with their answers: check lists, forms, tick boxes, tables and signs, read before any cue is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.tagging.reading.note import TokenisedNote

_NO = (
    r"no signs?|no evidence|non[- ]reactive|not present|not seen|none|nope|no|nil|negative|neg|absent|never|denies"
    r"|denied|-ve|nr|n|[-−]"
)
_YES = r"yes|positive|pos|present|\+ve|y|reactive|[+]{1,4}"
_ANSWER = rf"(?:(?P<no>{_NO})|(?P<yes>{_YES}))"
# Where to look at all: one scan that begins with a plain class, which the engine does fast; most lines have no spot.
_SPOT = re.compile(
    rf"[:?=|\t(\[+☐☑☒✓✔✗✘–—-](?:(?<=[:?=|\t(])[ \t]*(?:{_NO}|{_YES})(?![\w'’/])"
    r"|(?<=[ \t][-–—])[ \t]*(?:no|none|nil|neg|absent|yes|present)\b|(?<=[\[(])[ xX✓✔]?[\])]|(?<=[☐☑☒✓✔✗✘])"
    r"|(?<=[\w ][+-])[+-]*(?=[\s,;.]|$)|(?<=\|)[ \t]*[xX✓✔](?!\w))",
    re.IGNORECASE,
)
_BOX = re.compile(r"\[(?P<square>[ xX✓✔]?)\]|\((?P<round>[ xX✓✔])\)|(?P<sign>[☐☑☒✓✔✗✘])")
_TICKED = frozenset("xX✓✔☑☒")
_BEFORE_BOX = re.compile(r"[\s\d.)>*•-]*(?:[^:]{0,40}:\s*)?$")
_PAIR = re.compile(rf"(?P<mark>[:?=]|[ \t][-–—](?=[ \t]))[ \t]*{_ANSWER}(?![\w'’/-])", re.IGNORECASE)
_BRACKETED = re.compile(rf"[ \t]?\((?P<answer>{_ANSWER})\)", re.IGNORECASE)
_CLOSED = re.compile(r"[ \t]*(?:$|[.,;|)\]])|[ \t]*\t|[ ]{2,}")
_NEXT_ITEM = re.compile(
    rf"[ \t]+[A-Za-z][\w /'’-]{{0,40}}?[ \t]*[:?=][ \t]*(?:{_NO}|{_YES})(?![\w'’/-])", re.IGNORECASE
)
# Behind these the item of an answer begins.
_BEGINS = re.compile(r"[.,;|\t)\]]|[ ]{2,}|[:?](?=[ \t])")
_SIGN = re.compile(r"(?<=[A-Za-z])[ \t]?(?P<sign>[+]{1,4}|[-−])(?=[\s,;.]|$)")
_SIGNED_ITEM = re.compile(r"[ ,/]*[A-Za-z]+(?:[ /'’-][A-Za-z]+){0,3}[ ]?$")
_GLUED = re.compile(r"[A-Za-z]{3,}-(?=[ \t]*(?:[,;.]|$))")
_CELLS = re.compile(r"\t|\|")
_WHOLE = re.compile(rf"\s*{_ANSWER}\s*$", re.IGNORECASE)
_TICK = re.compile(r"\s*[xX✓✔]\s*$")
_DENYING = re.compile(r"\s*(?:no|absent|denie[sd]|negative|not present|n)\s*$", re.IGNORECASE)
_LONGEST_LINE = 2_000  # characters; what is longer is no form


class FormAnswer(NamedTuple):
    """Tokens of an item [first, last) and of its answer [cue_first, cue_last)."""

    first: int
    last: int
    cue_first: int
    cue_last: int
    negated: bool

    @property
    def bounds(self) -> tuple[int, int]:
        return min(self.first, self.cue_first), max(self.last, self.cue_last)


class _AnsweredItem(NamedTuple):
    """The same in characters of the text."""

    item: tuple[int, int]
    answer: tuple[int, int]
    negated: bool


def find_answers(note: TokenisedNote) -> list[FormAnswer]:
    """All pairs of a note in text order, none over another."""
    found: list[_AnsweredItem] = []
    text, done = note.text, -1
    headers: list[str] = []
    for spot in _SPOT.finditer(text):
        if spot.start() < done:
            continue
        start = text.rfind("\n", 0, spot.start()) + 1
        end = text.find("\n", spot.start())
        end = done = len(text) if end < 0 else end
        if end - start <= _LONGEST_LINE:
            headers = _header_above(text, start) if _CELLS.search(text, start, end) else []
            found += _apart(_pairs(text[start:end], headers), start)
    return [answer for pair in found if (answer := _in_tokens(note, pair))]


def _header_above(text: str, start: int) -> list[str]:
    """The cells of the first line of the table that the line at `start` stands in."""
    header: list[str] = []
    for _ in range(40):
        previous = text.rfind("\n", 0, max(0, start - 1)) + 1
        line = text[previous : max(0, start - 1)]
        if start == 0 or not _CELLS.search(line):
            break
        header, start = _CELLS.split(line), previous
    return header


def _pairs(line: str, header: list[str]) -> list[_AnsweredItem]:
    """The pairs of one line by the first layout that it has."""
    boxes = list(_boxes(line))
    if boxes:
        return boxes
    row = list(_row(line, header)) if _CELLS.search(line) else []
    return row or [*_answered(line), *_bracketed(line), *_signed(line)]


def _apart(pairs: list[_AnsweredItem], offset: int) -> Iterator[_AnsweredItem]:
    """Pairs in text order that do not overlap, at their offsets in the text."""
    end = -1
    for item, answer, negated in sorted(pairs, key=lambda pair: min(pair.item[0], pair.answer[0])):
        if min(item[0], answer[0]) >= end:
            end = max(item[1], answer[1])
            yield _AnsweredItem((item[0] + offset, item[1] + offset), (answer[0] + offset, answer[1] + offset), negated)


def _in_tokens(note: TokenisedNote, pair: _AnsweredItem) -> FormAnswer | None:
    item, answer = note.tokens.covering(*pair.item), note.tokens.covering(*pair.answer)
    if item[0] >= item[1]:
        return None
    if answer[0] >= answer[1]:  # a box is no word
        answer = (item[0], item[0]) if pair.answer[0] <= pair.item[0] else (item[1], item[1])
    return FormAnswer(*item, *answer, pair.negated)


def _boxes(line: str) -> Iterator[_AnsweredItem]:
    """ "[x] Cough [ ] Fever", "Cough ☑ Fever ☐": what stands first on the line says which side the boxes are on."""
    boxes = list(_BOX.finditer(line))
    if not boxes or not any(box["sign"] or box["square"] is not None or box["round"] != " " for box in boxes):
        return
    before = bool(_BEFORE_BOX.match(line[: boxes[0].start()]))
    for number, box in enumerate(boxes):
        if before:
            limit = boxes[number + 1].start() if number + 1 < len(boxes) else len(line)
            item = box.end(), _until(line, box.end(), limit)
        else:
            item = boxes[number - 1].end() if number else _item_start(line, box.start()), box.start()
        mark = box["sign"] or box["square"] or box["round"] or " "
        yield _AnsweredItem(item, box.span(), mark not in _TICKED)


def _until(line: str, start: int, limit: int) -> int:
    """An item ends where a sentence or a list does."""
    stop = re.compile(r"[.;](?=\s)").search(line, start, limit)
    return stop.start() if stop else limit


def _item_start(line: str, end: int) -> int:
    start = 0
    for match in _BEGINS.finditer(line, 0, end):
        if line[match.end() : end].strip():
            start = match.end()
    return start


def _row(line: str, header: list[str]) -> Iterator[_AnsweredItem]:
    """A row of a table with an answer, or a tick under "Yes" or "No", in one of its further cells."""
    start, cells = 0, []
    for cell in _CELLS.split(line):
        cells.append((start, start + len(cell)))
        start += len(cell) + 1
    filled = [cell for cell in cells if line[cell[0] : cell[1]].strip()]
    if not filled or _WHOLE.match(line[filled[0][0] : filled[0][1]]):
        return
    for place, cell in enumerate(cells):
        said = line[cell[0] : cell[1]]
        column = header[place] if place < len(header) else ""
        answer = _WHOLE.match(said)
        if cell != filled[0] and (answer or _TICK.match(said)):
            affirmed = answer is None or bool(answer["yes"])
            yield _AnsweredItem(filled[0], cell, affirmed == bool(_DENYING.match(column)))
            return


def _answered(line: str) -> Iterator[_AnsweredItem]:
    """ "Fever: no  Cough: yes", "Any chest pain? No", "PPH - none": answers that nothing goes on from.

    "Extremities: No edema Skin: No rash" is no such line: its last "No" is followed by what it denies.
    """
    found = list(_PAIR.finditer(line))
    closed: list[bool] = []
    for match in reversed(found):
        follows = bool(_CLOSED.match(line, match.end()))
        chained = bool(closed) and closed[-1] and bool(_NEXT_ITEM.match(line, match.end()))
        closed.append(follows or chained or match[0].rstrip().endswith("+"))
    last = 0
    for match, is_closed in zip(found, reversed(closed), strict=True):
        if not is_closed:
            continue
        item = max(last, _item_start(line, match.start())), match.start()
        last = match.end()
        if line[item[0] : item[1]].strip():
            yield _AnsweredItem(item, (match.start("mark") + len(match["mark"]), match.end()), bool(match["no"]))


def _bracketed(line: str) -> Iterator[_AnsweredItem]:
    """ "Diabetes (N) hypertension (Y)", "chest pain (-)"."""
    last = 0
    for match in _BRACKETED.finditer(line):
        item = max(last, _item_start(line, match.start())), match.start()
        last = match.end()
        if any(c.isalpha() for c in line[item[0] : item[1]]):
            yield _AnsweredItem(item, match.span("answer"), bool(match["no"]))


def _signed(line: str) -> Iterator[_AnsweredItem]:
    """ "Nausea + vomiting - diarrhoea ++": a part of a line that begins with a word and ends with a sign."""
    start = 0
    for part in re.split(r"(?<=[.;])\s|[;|]", line):
        at, start = start, start + len(part) + 1
        signs = list(_SIGN.finditer(part))
        bare = part.rstrip(" .,;")
        if len(signs) > 1 and part[:1].isalpha() and signs[-1].end() >= len(bare):
            places = [0, *(sign.end() for sign in signs)]
            items = [(a, sign.start("sign")) for a, sign in zip(places, signs, strict=False)]
            if all(_SIGNED_ITEM.match(part[a:b]) for a, b in items):
                for (a, b), sign in zip(items, signs, strict=True):
                    place = at + sign.start("sign"), at + sign.end()
                    yield _AnsweredItem((at + a, at + b), place, sign["sign"][0] != "+")
                continue
        for match in _GLUED.finditer(part):
            item = at + _item_start(part, match.start()), at + match.end() - 1
            yield _AnsweredItem(item, (item[1], item[1] + 1), True)
