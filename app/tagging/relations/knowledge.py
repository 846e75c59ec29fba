"""What drugs are given for and what they are known to do: `drug_knowledge.tsv`, by name, ending and brand."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from app.tagging.entities.abbreviations import SHORT_FOR
from app.tagging.reading.tokens import words_of
from app.tagging.relations.frame import Frame
from app.tagging.valuesets import rows

WordRun = tuple[str, ...]
_BRAND = "brand of "
_ANY = "*"


class DrugKnowledge(NamedTuple):
    """Phrases of normal words; a problem is one of them when it holds all words of the phrase in a row."""

    indications: frozenset[WordRun]
    effects: frozenset[WordRun]


_NOTHING = DrugKnowledge(frozenset(), frozenset())


@cache
def _groups() -> tuple[dict[WordRun, DrugKnowledge], list[tuple[str, DrugKnowledge]], list[tuple[str, DrugKnowledge]]]:
    """By name, by ending and by beginning; several groups with one name are joined."""
    names: dict[WordRun, DrugKnowledge] = {}
    endings: list[tuple[str, DrugKnowledge]] = []
    beginnings: list[tuple[str, DrugKnowledge]] = []
    for row in rows("drug_knowledge"):
        known = DrugKnowledge(_phrases(row["indications"]), _phrases(row["effects"]))
        for name in row["drugs"].split("|"):
            if name.startswith("-"):
                endings.append((name[1:], known))
            elif name.endswith("-"):
                beginnings.append((name[:-1], known))
            else:
                phrase = (_ANY,) if name == _ANY else tuple(words_of(name))
                names[phrase] = _joined(names.get(phrase, _NOTHING), known)
    return names, endings, beginnings


def _phrases(cell: str) -> frozenset[WordRun]:
    return frozenset(tuple(words_of(phrase)) for phrase in cell.split("|") if phrase != "-")


def _joined(one: DrugKnowledge, other: DrugKnowledge) -> DrugKnowledge:
    return DrugKnowledge(one.indications | other.indications, one.effects | other.effects)


@cache
def _generics() -> dict[WordRun, WordRun]:
    """Brand → the substance that its row of the drugs names."""
    return {
        tuple(words_of(row["term"])): tuple(words_of(row["reason"].removeprefix(_BRAND).rpartition(",")[0]))
        for row in rows("drugs")
        if row["reason"].startswith(_BRAND)
    }


@cache
def knowledge_of(drug: WordRun) -> DrugKnowledge | None:
    """What is known of a drug by its normal words; None of one that nothing is known of."""
    names, endings, beginnings = _groups()
    for phrase in (drug, *((word,) for word in drug)):
        if phrase in names:
            return names[phrase]
        if phrase in _generics() and _generics()[phrase] != phrase:
            return knowledge_of(_generics()[phrase])
    for word in drug:
        if len(word) > 4:
            for ending, known in endings:
                if word.endswith(ending):
                    return known
            for beginning, known in beginnings:
                if word.startswith(beginning):
                    return known
    return None


def words_of_mention(frame: Frame, number: int) -> list[str]:
    """The words of a mention, and those its short form stands for."""
    mention = frame.mentions[number]
    words = frame.note.tokens.words[mention.first : mention.last]
    if mention.source.startswith(SHORT_FOR):
        words = [*words, "", *words_of(mention.source.removeprefix(SHORT_FOR))]
    return words


def holds(words: list[str], phrases: frozenset[WordRun]) -> bool:
    """Do the words hold one of the phrases in a row?"""
    lengths = {len(phrase) for phrase in phrases}
    return any(tuple(words[at : at + n]) in phrases for n in lengths for at in range(len(words) - n + 1))


def is_for(frame: Frame, drug: int, event: int) -> bool:
    """Is the problem a known indication of the drug?"""
    known = knowledge_of(tuple(words_of_mention(frame, drug)))
    return known is not None and holds(words_of_mention(frame, event), known.indications)


def is_side_effect(frame: Frame, drug: int, event: int) -> bool:
    """Is it known of this drug and nothing that the drug is given for ("bone pain: pegfilgrastim")?"""
    return is_effect(frame, drug, event, of_any=False) and not is_for(frame, drug, event)


def is_effect(frame: Frame, drug: int, event: int, *, of_any: bool = True) -> bool:
    """Is the problem a known effect of the drug, or (`of_any`) one that any drug may have?"""
    words = words_of_mention(frame, event)
    known = knowledge_of(tuple(words_of_mention(frame, drug)))
    if known is not None and holds(words, known.effects):
        return True
    return of_any and holds(words, _groups()[0][(_ANY,)].effects)
