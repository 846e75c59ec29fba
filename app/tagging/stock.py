"""medSpaCy as it is, with a starter vocabulary of ours: the pipeline `medspacy_stock`."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version as installed_version
from typing import Any

from app.core.digest import sha256
from app.core.text import storable
from app.tagging.labels import assertion
from app.tagging.protocol import Annotated, Entity, OffsetPair, checked_targets
from app.tagging.valuesets import rows

_CATEGORY_AXES = {
    "NEGATED_EXISTENCE": ("polarity", "negated"),
    "POSSIBLE_EXISTENCE": ("certainty", "possible"),
    "HISTORICAL": ("temporality", "past"),
    "HYPOTHETICAL": ("hypothetical", True),
    "FAMILY": ("experiencer", "family"),
}
_PIPES = ["medspacy_pyrush", "medspacy_target_matcher", "medspacy_context", "medspacy_sectionizer"]
_AMOUNT = [{"LIKE_NUM": True}, {"LOWER": {"IN": ["mg", "mcg", "g", "ml", "units", "meq", "mmol", "tablets"]}}]
_NUMBERS = (
    ("DOSE", _AMOUNT),
    ("LAB_VALUE", [*_AMOUNT, {"ORTH": "/"}, {"LOWER": {"IN": ["dl", "l", "ml"]}}]),
)
_MAX_LENGTH = 2_100_000


class MedspacyStock:
    """`medspacy.load()` with its own rules; one call at a time: its splitter keeps state."""

    key = "medspacy_stock"
    title = "medSpaCy, unchanged"
    version = "1"
    languages = ("en",)

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._nlp: Any = None

    def ready(self) -> None:
        with self._lock:
            if self._nlp is None:
                self._nlp = load_medspacy(_PIPES)
                self._nlp.get_pipe("medspacy_target_matcher").add(_target_rules())

    def digest(self) -> str:
        packages = " ".join(f"{name} {installed_version(name)}" for name in ("medspacy", "spacy", "PyRuSH"))
        return sha256(f"{self.key} {self.version} {packages} {rows('starter')!r} {_NUMBERS!r}")

    def sources(self) -> list[dict[str, str]]:
        return []

    def annotate(
        self, text: str, *, targets: Sequence[OffsetPair] | None = None, meta: dict[str, Any] | None = None
    ) -> Annotated:
        self.ready()
        if targets is not None:
            spans = checked_targets(text, targets)
            with self._lock:
                doc = self._nlp.get_pipe("medspacy_pyrush")(self._nlp.make_doc(storable(text)))
                return Annotated([], [_asserted(self._nlp, doc, span) for span in spans], [])
        with self._lock:
            doc = self._nlp(storable(text))
            return Annotated(_sections(doc), [_entity(doc, ent) for ent in doc.ents], [])


def load_medspacy(enable: Sequence[str]) -> Any:
    """A medSpaCy pipeline that neither logs note text nor hides other people's warnings."""
    from loguru import logger

    logger.remove()  # PyRuSH logs every token at DEBUG to stderr
    with warnings.catch_warnings():
        import medspacy

        nlp = medspacy.load(medspacy_enable=list(enable))
    warnings.filterwarnings("ignore", message=r"\[W036\]")  # "no patterns": spaCy's, on every call
    nlp.max_length = _MAX_LENGTH
    return nlp


@cache
def _target_rules() -> list[Any]:
    from medspacy.target_matcher import TargetRule

    words = [TargetRule(row["term"], row["label"]) for row in rows("starter")]
    return words + [TargetRule(label.lower(), label, pattern=pattern) for label, pattern in _NUMBERS]


def _asserted(nlp: Any, doc: Any, span: OffsetPair) -> Entity:
    """The assertion of one span of a split text: without the target matcher, the span set by hand."""
    target = doc.char_span(*span, label="PROBLEM", alignment_mode="expand")
    doc.ents = [target] if target is not None else []
    if not doc.ents:  # white space is no entity to spaCy
        return Entity(*span, "PROBLEM", assertion(), [list(span)])
    doc = nlp.get_pipe("medspacy_context")(doc)
    found = _entity(doc, doc.ents[0])
    found.start, found.end, found.fragments = *span, [list(span)]
    return found


def _entity(doc: Any, ent: Any) -> Entity:
    axes, because = {}, []
    for modifier in ent._.modifiers:
        if modifier.category in _CATEGORY_AXES:
            axis, value = _CATEGORY_AXES[modifier.category]
            axes[axis] = value
            because.append(_evidence(doc, modifier, axis))
    label = ent.label_
    return Entity(ent.start_char, ent.end_char, label, assertion(**axes), because=because)


def _evidence(doc: Any, modifier: Any, axis: str) -> dict[str, Any]:
    first, last = modifier.modifier_span
    cue = doc[first:last]
    scope = doc[modifier.scope_span[0] : modifier.scope_span[1]]
    return {
        "axis": axis,
        "cue": cue.text,
        "category": modifier.category,
        "start": cue.start_char,
        "end": cue.end_char,
        "scope": [scope.start_char, scope.end_char],
    }


def _sections(doc: Any) -> list[dict[str, Any]]:
    found = []
    for section in doc._.sections:
        if section.category is None:
            continue
        title = doc[section.title_span[0] : section.title_span[1]]
        body = doc[section.body_span[0] : section.body_span[1]]
        found.append(
            {
                "category": section.category,
                "start": title.start_char,
                "end": max(title.end_char, body.end_char),
                "title": [title.start_char, title.end_char],
            }
        )
    return found
