"""Our operators in presidio-anonymizer: masks, surrogates and dates; the plan says what each span becomes."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult
from presidio_anonymizer.operators import Operator, OperatorType

from app.core.clock import now
from app.deidentify.policy import Policy
from app.deidentify.replace.dateshift import years_of
from app.deidentify.replace.surrogates import Surrogates
from app.deidentify.span import Span

BLOCK = 64
OLDEST_KEPT = 89
# Types that may be likely and not certain: such a place is masked `[NAME?]`; nothing plausible hides what stood there.
MAYBE = frozenset({"NAME", "ORGANIZATION", "LOCATION"})


class Replacement(Operator):
    """Replaces a span by what a function makes of its text."""

    def operate(self, text: str = "", params: dict[str, Any] | None = None) -> str:
        return (params or {})["make"](text)

    def validate(self, params: dict[str, Any] | None = None) -> None:
        if not callable((params or {}).get("make")):
            raise TypeError("the operator needs a function `make`")

    def operator_name(self) -> str:
        return "chartmark"

    def operator_type(self) -> OperatorType:
        return OperatorType.Anonymize


def make_replacement(
    span: Span, policy: Policy, surrogates: Surrogates, shifted: dict[int, str]
) -> Callable[[str], str]:
    """How this span's text is replaced under the policy; `shifted` holds its note's moved dates by their start."""
    if span.type == "DATE":
        return lambda text: _date(text, policy, shifted.get(span.start))
    if policy.mode == "remove":
        return lambda _text: ""
    if span.type == "AGE":
        return lambda _text: "90+"
    if not span.certain and span.type in MAYBE:
        return lambda _text: f"[{span.type}?]"
    if policy.mode == "surrogate":
        return lambda text: surrogates.replace(text, span.type)
    return lambda _text: f"[{span.type}]"


def _date(text: str, policy: Policy, shifted: str | None) -> str:
    hidden = "" if policy.mode == "remove" else "[DATE]"
    years = years_of(text)
    if any(_this_year() - int(year) > OLDEST_KEPT for year in years):
        return hidden  # a date so old is a birth, and its year tells an age over 89, shifted or not
    if policy.dates == "year_only":
        return years[0] if years else hidden
    if policy.dates == "shift" and shifted is not None:
        return shifted
    return hidden


def _this_year() -> int:
    return 1970 + now() // 31_556_952_000


def apply(text: str, spans: list[Span], makers: list[Callable[[str], str]]) -> tuple[str, list[list[int]]]:
    """The clean text and ``[source_start, source_end, clean_start, clean_end]`` of each span, in order.

    `spans` are in order and do not overlap. The text is worked on in blocks, since the engine compares all
    spans with each other.
    """
    clean, offsets, done, length = [], [], 0, 0
    for first in range(0, len(spans), BLOCK):
        block = spans[first : first + BLOCK]
        end = block[-1].end
        part, placed = _apply_block(text[done:end], done, block, makers[first : first + BLOCK])
        offsets += [[s.start, s.end, length + a, length + b] for s, (a, b) in zip(block, placed, strict=True)]
        clean.append(part)
        done, length = end, length + len(part)
    return "".join(clean) + text[done:], offsets


def _apply_block(
    text: str, offset: int, spans: list[Span], makers: list[Callable[[str], str]]
) -> tuple[str, list[tuple[int, int]]]:
    """Every span is an entity type of its own, since the engine would join neighbours of one type."""
    keys = [f"S{i}" for i in range(len(spans))]
    results = [RecognizerResult(k, s.start - offset, s.end - offset, s.score) for k, s in zip(keys, spans, strict=True)]
    operators = {key: OperatorConfig("chartmark", {"make": make}) for key, make in zip(keys, makers, strict=True)}
    done = _engine().anonymize(text, results, operators, merge_entities_with_spaces=False)
    placed = {item.entity_type: (item.start, item.end) for item in done.items}
    return done.text, [placed[key] for key in keys]


@lru_cache(maxsize=1)
def _engine() -> AnonymizerEngine:
    engine = AnonymizerEngine()
    engine.add_anonymizer(Replacement)
    return engine
