"""Synthetic documents with exact spans from frames and a seed; GENERATOR_VERSION changes with any output."""

from __future__ import annotations

# ruff: noqa: E501, S311 (lists as running text)
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from random import Random

from app.deidentify.span import Span
from app.deidentify.training import vocabulary as words
from app.deidentify.training.frames_clinical import NARRATIVE, NEGATIVE, REPORTS
from app.deidentify.training.frames_held_out import HELD_OUT
from app.deidentify.training.frames_prose import PHRASES, PLAIN, PROSE
from app.deidentify.training.frames_real_shaped import PEOPLE_AMONG_THINGS, THINGS_ONLY
from app.deidentify.training.frames_wider import ADDRESSES, NOTES, ORGANISATIONS, UNTOUCHED
from app.deidentify.training.identifiers import MONTHS, Identifiers
from app.deidentify.training.noise import TextPiece, roughen

GENERATOR_VERSION = 3
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{([A-Za-z]+)\}")
# Frame sets and how often a sentence comes from each, for clinical and for everyday documents.
CLINICAL = (
    (NARRATIVE, 4), (REPORTS, 2), (NOTES, 4), (NEGATIVE, 5), (UNTOUCHED, 2), (ADDRESSES, 1), (THINGS_ONLY, 5), (PEOPLE_AMONG_THINGS, 4)
)  # fmt: skip
EVERYDAY = ((PROSE, 5), (PLAIN, 2), (ADDRESSES, 2), (ORGANISATIONS, 3))
CLINICAL_SHARE = 0.62
_JOINS = {"narrative": (" ", " ", "\n", "  "), "form": ("\n", "\n", "\n\n", "   ", "\t")}


@dataclass(frozen=True)
class Sample:
    """A document and its planted identifiers."""

    text: str
    spans: tuple[Span, ...]


def generate(count: int, seed: int, *, held_out: bool = False) -> Iterator[Sample]:
    """`count` documents; the held-out ones use other frames and the other half of all name lists."""
    random = Random(f"chartmark-{GENERATOR_VERSION}-{seed}-{held_out}")
    identifiers = Identifiers(random, held_out=held_out)
    slots = _slots(identifiers, random)
    for _ in range(count):
        if held_out:
            sets: tuple = ((HELD_OUT, 1),)
        else:
            sets = CLINICAL if random.random() < CLINICAL_SHARE else EVERYDAY
        yield _document(sets, slots, random)


def _document(sets: tuple, slots: dict[str, tuple[Callable[[], str], str]], random: Random) -> Sample:
    frames, weights = [s for s, _ in sets], [w for _, w in sets]
    joins = _JOINS[random.choice(("narrative", "narrative", "form"))]
    pieces: list[TextPiece] = []
    for number in range(random.choice((1, 1, 2, 3, 4, 6))):
        if number:
            pieces.append((random.choice(joins), ""))
        frame = random.choice(random.choices(frames, weights)[0])
        pieces += roughen(fill(frame, slots, random), random)
    return _assemble(pieces)


def fill(frame: str, slots: dict[str, tuple[Callable[[], str], str]], random: Random) -> list[TextPiece]:
    """The frame's text in pieces, each with its identifier type."""
    while match := _CHOICE.search(frame):
        frame = frame[: match.start()] + random.choice(match[1].split("|")) + frame[match.end() :]
    frame = frame.replace("\\n", "\n").replace("\\t", "\t")
    pieces: list[TextPiece] = []
    last = 0
    for match in _SLOT.finditer(frame):
        pieces.append((frame[last : match.start()], ""))
        make, kind = slots[match[1]]
        pieces.append((make(), kind))
        last = match.end()
    pieces.append((frame[last:], ""))
    return [piece for piece in pieces if piece[0]]


def _assemble(pieces: list[TextPiece]) -> Sample:
    text, spans = "", []
    for piece, kind in pieces:
        start = len(text)
        text += piece
        if kind and piece.strip():
            spans.append(Span(start, len(text), kind, 1.0, "planted"))
    return Sample(text, tuple(spans))


def _slots(ids: Identifiers, random: Random) -> dict[str, tuple[Callable[[], str], str]]:
    """Slot → (how to fill it, the identifier type it is, "" for none)."""
    pick = random.choice

    def lower_first(text: str) -> str:
        return text[:1].lower() + text[1:] if text[1:2].islower() else text

    def value() -> str:
        return pick(
            (
                f"{random.uniform(0.1, 20):.1f}",
                str(random.randint(3, 400)),
                f"{random.randint(80, 180)}/{random.randint(50, 99)}",
            )
        )

    named = {"name": (ids.name, "NAME"), "first": (ids.first, "NAME"), "last": (ids.last, "NAME"),
             "initials": (lambda: ids.initial() + ids.initial(), "NAME"), "initial": (lambda: ids.initial() + ".", "NAME"),
             "NAME": (lambda: ids.name().upper(), "NAME"), "LAST": (lambda: ids.last().upper(), "NAME"),
             "FIRST": (lambda: ids.first().upper(), "NAME"), "I": (ids.initial, "NAME"),
             "lfirst": (lambda: ids.first().lower(), "NAME"), "llast": (lambda: ids.last().lower(), "NAME")}  # fmt: skip
    placed = {"city": (ids.city, "LOCATION"), "street": (ids.street, "LOCATION"), "zip": (lambda: f"{random.randint(501, 99950):05}", "LOCATION"),
              "hosp": (ids.hospital, "ORGANIZATION"), "HOSP": (lambda: ids.hospital().upper(), "ORGANIZATION"), "org": (ids.organisation, "ORGANIZATION"),
              "employer": (ids.employer, "ORGANIZATION"), "school": (ids.school, "ORGANIZATION"), "church": (ids.church, "ORGANIZATION"),
              "home": (ids.home, "ORGANIZATION"), "HOME": (lambda: ids.home().upper(), "ORGANIZATION"), "surgery": (ids.surgery, "ORGANIZATION"),
              "lorg": (lambda: ids.employer().lower(), "ORGANIZATION"), "addr": (ids.address, "LOCATION"), "corner": (ids.corner, "LOCATION"),
              "country": (ids.country, "LOCATION"), "lcity": (lambda: ids.city().lower(), "LOCATION"),
              "date": (ids.date, "DATE"), "month": (lambda: pick(MONTHS), "DATE"), "id": (ids.number, "ID"), "phone": (ids.phone, "PHONE"),
              "email": (lambda: f"{ids.first().lower()}{random.randint(1, 99)}@example.org".replace(" ", ""), "EMAIL")}  # fmt: skip
    plain = {"dx": lambda: lower_first(pick(words.diagnoses())), "Dx": lambda: pick(words.diagnoses()), "drug": lambda: pick(words.DRUGS),
             "Drug": lambda: pick(words.DRUGS).title(), "sx": lambda: pick(words.SYMPTOMS), "proc": lambda: pick(words.PROCEDURES),
             "lab": lambda: pick(words.LABS), "Lab": lambda: pick(words.LABS).title(), "dept": lambda: pick(words.DEPARTMENTS),
             "eponym": lambda: pick(words.eponym_terms()), "Eponym": lambda: pick(words.eponym_terms()), "val": value, "dose": lambda:
             f"{pick((5, 10, 20, 25, 40, 50, 100, 250, 500))} mg", "bp": lambda: f"{random.randint(90, 180)}/{random.randint(50, 100)}",
             "hr": lambda: str(random.randint(50, 120)), "n": lambda: str(random.randint(1, 9)), "age": lambda: str(random.randint(1, 89)),
             "year": lambda: str(random.randint(1960, 2026)), "time": lambda: f"{random.randint(0, 23):02}:{random.randint(0, 59):02}",
             "state": ids.state, "bug": lambda: pick(words.ORGANISMS),
             "stain": lambda: pick(words.STAINS), "maker": lambda: pick(words.MAKERS), "LAB": lambda: pick(words.LABS).upper(), "ST": ids.state_code, "prose": lambda: pick(PHRASES),
             **_things(ids, pick),
             "cw": lambda: pick(words.common_words()), "Cw": lambda: pick(words.common_words()).capitalize(), "Prose": lambda: pick(PHRASES).capitalize()}  # fmt: skip
    return {**named, **placed, **{key: (make, "") for key, make in plain.items()}}


def _things(ids: Identifiers, pick: Callable) -> dict[str, Callable[[], str]]:
    """Capitalised words that are nobody: whoever an instrument is called after, trade names, openings of sentences."""

    def thing() -> str:
        roll = ids.random.random()
        if roll < 0.5:
            return pick(words.things())
        return ids.last() if roll < 0.75 else ids.invented()

    def brand() -> str:
        return pick(words.brands()) if ids.random.random() < 0.75 else ids.trade_name()

    def plain() -> str:
        return pick(words.openings())

    made = {"thing": thing, "Brand": brand, "brand": brand, "Word": plain}
    loud = {"WORD": plain, "THING": thing, "BRAND": brand, "CW": lambda: pick(words.common_words())}
    return made | {key: partial(_loud, make) for key, make in loud.items()}


def _loud(make: Callable[[], str]) -> str:
    return make().upper()
