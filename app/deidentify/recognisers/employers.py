"""Employers, schools, shops and companies ("employers" of the rule)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.organisation_words import COMPANY_TAILS
from app.deidentify.lexicon.running_words import COMMON_WORKPLACES, SHOPS
from app.deidentify.lexicon.shapes import Known, lexicon
from app.deidentify.lexicon.words import ordinary_words
from app.deidentify.lexicon.wordset import wordtuple
from app.deidentify.note import Note
from app.deidentify.recognisers.name_chain import is_running, shouted
from app.deidentify.recognisers.organisations import carries_on
from app.deidentify.span import Span

_EMPLOYMENT = (
    "works",
    "worked",
    "working",
    "employed",
    "employee",
    "employer",
    "job",
    "joined",
    "company",
    "retired",
    "work",
    "works",
    "hired",
    "intern",
    "interned",
    "volunteers",
    "volunteer",
    "volunteered",
    "teaches",
    "taught",
    "attends",
    "attended",
    "attending",
    "enrolled",
    "graduated",
    "student",
    "studies",
    "studied",
    "laid",
    "fired",
    "deacon",
    "member",
    "clerk",
    "driver",
    "cashier",
    "manager",
    "suspended",
    "expelled",
    "spent",
    "position",
    "role",
    "career",
    "ceo",
    "founder",
    "owner",
    "president",
)
_WORKPLACE_LINKS = ("at", "for", "by", "with", "from")
_MEMBERSHIP = frozenset({"deacon", "member", "ceo", "founder", "president"})


_SURE_TAILS = frozenset({"inc", "llc", "ltd", "gmbh", "plc", "llp"})
MAX_LOWER = 3
_POSTS = frozenset({"spent", "position", "role", "career", "ceo", "founder", "owner", "president"})
_COMPANY_NOUNS = wordtuple(
    """
    agency company startup nonprofit firm corporation brainchild retailer manufacturer supplier 501 bank insurer office
    charity
    """
)
_PROPER = r"(?:[A-Z][\w&'’-]*)(?: (?:(?:of|and|&|de) )?[A-Z][\w&'’-]*){0,4}"
_IS_COMPANY = re.compile(
    rf"(?<![\w.] )(?<!\w)(?P<v>{_PROPER}),? (?:is|was|became) (?:an?|the|our) (?:[\w()-]+ ){{0,3}}?[\w]+$"
)
_OFFICE = re.compile(rf"\b[Tt]he (?P<v>{_PROPER}|(?:[A-Z]\.){{2,4}}) office (?:is|was) (?:at|in|on|near)")
# "The address of X is", "the X website", "which became X in 1980", "the following year at X in".
_OWNS = re.compile(
    rf"\b[Tt]he address of (?P<a>{_PROPER}) is \d"
    rf"|\b[Tt]he (?P<b>{_PROPER}) (?:website|helpline|hotline|call cent(?:re|er))\b"
    rf"|\bbecame (?P<c>{_PROPER}) in (?:19|20)\d\d\b|\byear at (?P<d>{_PROPER})(?= in | as |,)"
)
_OWN_WORDS = ("address", "website", "helpline", "hotline", "call", "became", "year")
_NO_OFFICE = frozenset({"main", "head", "back", "front", "post", "box", "new", "old", "other", "home", "branch"})
# "CVS" is the cardiovascular system before a colon or what was found in it.
_HEART = re.compile(r"\s?[:=-]|\s(?:NAD|normal|exam|S1|HS|clear|stable|unremarkable|risk|disease)\b")
_BRANCH = re.compile(
    r"(?:\s(?:Extra|Express|Metro|Superstore|Pharmacy|pharmacy))?(?:\s#\s?\d{2,6})?(?:\son\s[A-Z][a-z]+)?(?:,\s[A-Z][a-z]+(?=[\s,.;]|$))?"
)
_LOWER_WORK = ("works", "worked", "working", "employed", "retired", "job")


def _counts(note: Note, position: int) -> bool:
    """A number that opens a company's name: "3 Round Stones Inc"; not one that closes a date or a list."""
    return len(note.words[position]) < 4 and note.words[position].isdigit() and note.gap(position) == " "


def _everyday(note: Note, name: str) -> bool:
    """Whether a single word says nothing by itself, or the name is a person's pronoun or term."""
    words = name.lower().split()
    if len(words) == 1:
        return bool(lexicon().get(words[0], 0) & (Known.ORDINARY | Known.REGION | Known.EPONYM)) or len(words[0]) < 3
    return all(w in ordinary_words() for w in words)


def _unusual(note: Note, position: int) -> bool:
    """A word that is neither everyday nor medical, and no verb or link."""
    word, lower = note.words[position], note.lowers[position]
    common = note.flags[position] & (Known.ORDINARY | Known.REGION | Known.EPONYM) or lower in COMMON_WORKPLACES
    return (
        word.isalpha() and len(word) > 2 and not common and not is_running(note, position)
        and not lower.endswith(("ing", "ly", "ers", "tion"))
    )  # fmt: skip


def _is_a_shop(note: Note, position: int) -> bool:
    """A chain called by one word; an everyday one only capitalised behind "at", "for", "from"."""
    if not note.flags[position] & Known.ORDINARY or note.lowers[position] in ("cvs", "walgreens", "tesco", "costco"):
        return True
    before = note.lowers[position - 1] if position else ""
    return note.words[position][0].isupper() and before in _WORKPLACE_LINKS


class Employers:
    """Companies by their legal form, and what stands after "works at"."""

    key = "employers"
    types = ("ORGANIZATION",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for position in note.positions(tuple(COMPANY_TAILS)):
            lower_tail = note.lowers[position] in _SURE_TAILS and note.words[position].islower()
            if lower_tail and position and note.gap(position - 1) in (" ", ", "):
                yield from self._before_lower_tail(note, position)
            if not note.words[position][0].isupper() or not position or note.gap(position - 1) not in (" ", ", "):
                continue
            if note.words[position] in ("Ag", "Bv", "Lp"):
                continue  # "Aquacel Ag": silver
            if note.lowers[position] == "group" and note.lowers[position - 1] in (
                "study",
                "working",
                "research",
                "age",
                "control",
                "blood",
            ):
                continue
            first = position
            while (
                first > 0
                and position - first < 5
                and note.gap(first - 1) in (" ", ", ", "-", " & ")
                and (note.words[first - 1][0].isupper() or _counts(note, first - 1))
            ):
                first -= 1
            if (
                first < position and note.lowers[position] not in ("group", "company", "co", "partners", "limited")
            ) or position - first > 1:
                yield Span(note.starts[first], note.end(position), "ORGANIZATION", 0.7, self.key)
        for position in note.positions(_EMPLOYMENT):
            yield from self._after_work(note, position)
        yield from self._shops(note)
        yield from self._told(note)
        if note.mostly_lower:
            yield from self._lower_case(note)

    @staticmethod
    def _before_lower_tail(note: Note, position: int) -> Iterator[Span]:
        """ "stillwater supercomputing inc": up to three words before, links and verbs excepted."""
        first = position
        while (
            first > 0
            and position - first < MAX_LOWER
            and note.gap(first - 1) in (" ", ", ", "-", " & ")
            and not is_running(note, first - 1)
            and len(note.words[first - 1]) > 1
        ):
            first -= 1
        if first < position:
            yield Span(note.starts[first], note.end(position), "ORGANIZATION", 0.65, Employers.key)

    @staticmethod
    def _told(note: Note) -> Iterator[Span]:
        """What the sentence calls a company: "X is a design agency", "the X office is at"."""
        for position in note.positions(_COMPANY_NOUNS):
            match = _IS_COMPANY.search(note.text, max(0, note.starts[position] - 120), note.end(position))
            office = _OFFICE.search(note.text, max(0, note.starts[position] - 60), note.end(position) + 12)
            several = bool(match) and " " in match["v"] if match else False
            if match and (several or not _everyday(note, match["v"])):
                yield Span(match.start("v"), match.end("v"), "ORGANIZATION", 0.55, Employers.key)
            if office and office["v"].lower() not in _NO_OFFICE:
                yield Span(office.start("v"), office.end("v"), "ORGANIZATION", 0.55, Employers.key)
        for position in note.positions(_OWN_WORDS):
            owner = _OWNS.search(note.text, max(0, note.starts[position] - 60), note.end(position) + 60)
            if owner and owner.lastgroup:
                yield Span(*owner.span(owner.lastgroup), "ORGANIZATION", 0.55, Employers.key)

    @staticmethod
    def _shops(note: Note) -> Iterator[Span]:
        """Chains by name, in any case: "cvs", "Rite Aid"; one word that is an everyday one, capitalised."""
        for name in SHOPS:
            parts = name.split()
            for position in note.index.get(parts[0], ()):
                last = position + len(parts) - 1
                if note.lowers[position : last + 1] != parts or (len(parts) == 1 and not _is_a_shop(note, position)):
                    continue
                if name == "cvs" and _HEART.match(note.text, note.end(last)):
                    continue
                branch = _BRANCH.match(note.text, note.end(last))
                yield Span(
                    note.starts[position],
                    branch.end() if branch else note.end(last),
                    "ORGANIZATION",
                    0.6,
                    Employers.key,
                )

    @staticmethod
    def _lower_case(note: Note) -> Iterator[Span]:
        """ "works at ziebarth", "retired from ford", in a text without capitals: one or two unusual words."""
        for position in note.positions(_LOWER_WORK):
            link = position + 1
            if link + 1 >= len(note.words) or note.lowers[link] not in _WORKPLACE_LINKS:
                continue
            first = link + 1
            if note.gap(position) != " " or note.gap(link) != " " or not _unusual(note, first):
                continue
            last = first
            if note.gap(first) == " " and first + 1 < len(note.words) and _unusual(note, first + 1):
                last = first + 1
            yield Span(note.starts[first], note.end(last), "ORGANIZATION", 0.55, Employers.key)

    def _after_work(self, note: Note, position: int) -> Iterator[Span]:
        link = position + 1
        if note.lowers[position] == "attends" and link < len(note.words) and note.words[link][0].isupper():
            link = position  # nothing stands between: "attends Cedar Elementary"
        while (
            link < len(note.words)
            and link - position < 8
            and note.lowers[link] not in _WORKPLACE_LINKS
            and not (note.lowers[link] == "of" and note.lowers[position] in _MEMBERSHIP)
        ):
            if note.gap(link - 1) not in (" ", "-") or (note.words[link][0].isupper() and not shouted(note, link)):
                return
            link += 1
        first = link + 1
        if (
            first >= len(note.words)
            or note.gap(link) != " "
            or not note.words[first][0].isupper()
            or note.flags[first] & Known.REGION
            or is_running(note, first)
        ):
            return
        if link >= len(note.words) or (note.flags[first] & Known.ORDINARY and not note.words[first].istitle()):
            return
        if note.lowers[position] in _POSTS and note.flags[first] & (Known.ORDINARY | Known.FIRST):
            return  # "spent a year at Home", "president of Surgery"
        last = first
        while (
            last + 1 < len(note.words)
            and last - first < 4
            and note.gap(last) in (" ", "-", " & ", "'")
            and carries_on(note, last + 1)
        ):
            last += 1
        yield Span(note.starts[first], note.end(last), "ORGANIZATION", 0.6, self.key)
