"""Reads the golds of proposed codes: spans in their context with the code of each."""

import re
from dataclasses import dataclass
from pathlib import Path

from app.tagging.reading.note import TokenisedNote
from app.terminology.proposals.propose import AssertedSpan

FOLDER = Path(__file__).parent / "data" / "codes"
_AXES = {
    "n": {"polarity": "negated"},
    "u": {"certainty": "possible"},
    "h": {"temporality": "past"},
    "y": {"hypothetical": True},
    "f": {"experiencer": "family"},
}


@dataclass(frozen=True)
class Passage:
    """One text with its spans; `codes` are empty where none is right."""

    key: str
    text: str
    spans: list[AssertedSpan]
    codes: list[str]


def passages(name):
    """The passages of a gold, with the assertion the gold gives and the section our rules find."""
    return [_passage(block) for block in _blocks(FOLDER / f"{name}.txt")]


def second_coding():
    """Passage → codes of the second coding."""
    lines = (FOLDER / "proposal_gold_second.txt").read_text(encoding="utf-8").splitlines()
    rows = (line.split(" ", 1) for line in lines if not line.startswith("#"))
    return {key: [_code(answer) for answer in answers.split(";")] for key, answers in rows}


def _blocks(path):
    block = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("@ "):
            block = [line]
        elif block:
            block.append(line)
            if line.startswith("= "):
                yield block
                block = []


def _passage(block):
    _, key, setting = block[0].split()
    text, fragments = "", []
    for part in re.split(r"(\[\[.+?\]\])", "\n".join(block[1:-1])):
        words = part.removeprefix("[[").removesuffix("]]")
        if words != part:
            fragments.append([len(text), len(text) + len(words)])
        text += words
    answers = [answer.strip().partition("/") for answer in block[-1][2:].split(";")]
    assert len(answers) == len(fragments), key
    sections = TokenisedNote(text).sections
    spans = []
    for fragment, (_, _, flags) in zip(fragments, answers, strict=True):
        axes = {name: value for flag in flags for name, value in _AXES[flag].items()}
        spans.append(AssertedSpan([fragment], axes, sections.category_at(fragment[0]), setting))
    return Passage(key, text, spans, [_code(answer) for answer, _, _ in answers])


def _code(answer):
    code = answer.strip()
    return "" if code == "-" else code
