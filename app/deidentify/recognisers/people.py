"""What tells that somebody is meant: verbs, states and roles of people, and how a name among words reaches on."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

from collections.abc import Iterator

from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.running_words import RUNNING
from app.deidentify.lexicon.shapes import Known
from app.deidentify.lexicon.wordset import wordset
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import end_of, extend_right, term_follows
from app.deidentify.span import Span

VERBS = words("verbs_of_people")
STATES = words("states_of_people")
ROLES = words("roles_before_names")
FUNCTION = words("function_words")
NAMED = Known.FIRST | Known.LAST
# Verbs after which a person stands, and what joins them: "spoke to Grace", "told Rusty", "agreed with Bishop".
TO_PEOPLE = wordset(
    "told met rang asked saw informed paged phoned contacted visited married consoled nursed counselled"
)
MAYBE = Known.ORDINARY | NAMED
PERSONS = ROLES | wordset("worker boy girl child infant resident fellow intern surgeon doctor gp anaesthetist anesthesiologist secretary paramedic man woman")  # fmt: skip
_AFTER_NAMES = wordset("this today here present before about who whom when that together again back through myself too also"
                       " there present tonight tomorrow yesterday overnight because while")  # fmt: skip


def is_called(note: Note, position: int) -> bool:
    """Whether people are called by this word: by the census, or by the list of words that are names too."""
    flags = note.flags[position]
    return bool(flags & Known.EITHER) or (bool(flags & Known.LAST) and not flags & Known.ORDINARY)


def opens(note: Note, position: int) -> bool:
    before = note.text[max(0, note.starts[position] - 3) : note.starts[position]]
    bare = before.rstrip(" \t")
    return not bare or bare[-1] in "\n.!?" or (bare[-1] in "-*•" and bare != before)


def with_last_name(note: Note, position: int) -> int:
    nxt = position + 1
    if nxt >= len(note.words) or note.gap(position) != " ":
        return position
    if not note.words[nxt].istitle() or term_follows(note, nxt):
        return position
    if note.flags[nxt] & (Known.LAST | Known.SELDOM) or not note.flags[nxt] & Known.ORDINARY:
        return extend_right(note, position, lenient=True)
    return position


def noun_behind(note: Note, position: int) -> bool:
    """ "with Young adults", "to Rose water": the word belongs to the next one."""
    nxt = position + 1
    if nxt >= len(note.words) or note.gap(position) not in (" ", "-"):
        return False
    word = note.words[nxt]
    if note.gap(position) == "-":
        return True
    known = (
        note.flags[nxt] & Known.ORDINARY
        and word not in FUNCTION
        and word not in RUNNING
        and word not in VERBS
        and word not in STATES
    )
    verb = word.endswith(("ed", "ing", "ly")) or (word.endswith("s") and not word.endswith("ss"))
    return word.islower() and bool(known) and not verb and word not in _AFTER_NAMES


def with_others(note: Note, key: str, position: int) -> Iterator[Span]:
    """The name, and those joined to it: "Swift and Chambers", "Rice, Cook and Baker"."""
    last = with_last_name(note, position)
    yield Span(note.starts[position], end_of(note, last), "NAME", 0.75, key)
    while True:
        nxt = last + 1
        if nxt + 1 < len(note.words) and note.lowers[nxt] in ("and", "or") and note.gap(last) in (" ", ", "):
            nxt += 1
        elif nxt >= len(note.words) or note.gap(last) not in (", ", " & ", "/"):
            return
        if (
            note.gap(nxt - 1) not in (" ", ", ", " & ", "/")
            or not note.words[nxt].istitle()
            or not is_called(note, nxt)
        ):
            return
        if term_follows(note, nxt) or note.flags[nxt] & (Known.REGION | Known.CITY) or note.lowers[nxt] in RUNNING:
            return
        last = with_last_name(note, nxt)
        yield Span(note.starts[nxt], end_of(note, last), "NAME", 0.7, key)
