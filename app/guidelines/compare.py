"""Two versions of a guideline side by side: which lines and, rendered, which words came, went and stayed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

CONTEXT = 3
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class ComparedLine:
    """One line of a comparison; `change` is "kept", "added", "removed" or "gap" (lines left out)."""

    change: str
    text: str
    before: int | None = None
    after: int | None = None


def compare(before: str, after: str) -> list[ComparedLine]:
    """What changed, with three lines around each change; line numbers count from one."""
    old, new = before.splitlines(), after.splitlines()
    groups = list(difflib.SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(CONTEXT))
    lines: list[ComparedLine] = []
    for number, group in enumerate(groups):
        if number:
            lines.append(ComparedLine("gap", "…"))
        for code, old_from, old_to, new_from, new_to in group:
            if code == "equal":
                lines += [
                    ComparedLine("kept", old[i], i + 1, new_from + i - old_from + 1) for i in range(old_from, old_to)
                ]
            else:
                lines += _changed(old, new, range(old_from, old_to), range(new_from, new_to))
    return lines


def _changed(old: list[str], new: list[str], went: range, came: range) -> Iterator[ComparedLine]:
    for i in went:
        yield ComparedLine("removed", old[i], before=i + 1)
    for i in came:
        yield ComparedLine("added", new[i], after=i + 1)


@dataclass(frozen=True)
class ComparedWords:
    """A run of words of a paragraph; `change` is "kept", "added" or "removed"."""

    change: str
    text: str


@dataclass(frozen=True)
class ComparedParagraph:
    """A paragraph, heading or item of a list, with what became of its words; `change` as of a line, or "changed"."""

    change: str
    words: tuple[ComparedWords, ...]
    #: 1 to 4 for a heading, 0 for other text
    heading: int = 0


def compare_words(before: str, after: str) -> list[ComparedParagraph]:
    """The later text as it reads, paragraph by paragraph, with the words that came and those that went.

    Paragraphs are matched first, then words inside what was replaced: a word that moved elsewhere is not "kept".
    """
    old, new = _paragraphs(before), _paragraphs(after)
    found: list[ComparedParagraph] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for code, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if code == "equal":
            found += [_whole("kept", text) for text in old[old_from:old_to]]
            continue
        gone, came = old[old_from:old_to], new[new_from:new_to]
        for one, other in zip(gone, came, strict=False):
            if _alike(one, other):
                found.append(_both(one, other))
            else:
                found += [_whole("removed", one), _whole("added", other)]
        found += [_whole("removed", text) for text in gone[len(came) :]]
        found += [_whole("added", text) for text in came[len(gone) :]]
    return found


def _paragraphs(body: str) -> list[str]:
    """Blocks between empty lines; headings and items of lists each by itself."""
    blocks: list[str] = []
    fresh = True
    for line in body.splitlines():
        stands_alone = bool(re.match(r"#{1,4}\s|\s*(?:[-*+]|\d+[.)])\s|\|", line))
        if not line.strip():
            fresh = True
        elif fresh or stands_alone:
            blocks.append(line.strip())
            fresh = line.startswith("#")
        else:
            blocks[-1] += " " + line.strip()
    return blocks


def _alike(before: str, after: str) -> bool:
    """Whether it is worth showing as one paragraph that changed: half of it stayed."""
    return difflib.SequenceMatcher(None, _TOKEN.findall(before), _TOKEN.findall(after), autojunk=False).ratio() >= 0.5


def _both(before: str, after: str) -> ComparedParagraph:
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    words: list[ComparedWords] = []
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for code, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if code == "equal":
            words.append(ComparedWords("kept", "".join(old[old_from:old_to])))
            continue
        if old_to > old_from:
            words.append(ComparedWords("removed", "".join(old[old_from:old_to])))
        if new_to > new_from:
            words.append(ComparedWords("added", "".join(new[new_from:new_to])))
    return _as_paragraph("changed", words)


def _whole(change: str, text: str) -> ComparedParagraph:
    return _as_paragraph(change, [ComparedWords(change, text)])


def _as_paragraph(change: str, words: list[ComparedWords]) -> ComparedParagraph:
    """Marks of a heading are taken off: its level says it."""
    mark = re.match(r"(#{1,4})\s+", words[0].text)
    if mark:
        words[0] = ComparedWords(words[0].change, words[0].text[mark.end() :])
    return ComparedParagraph(change, tuple(words), len(mark[1]) if mark else 0)
