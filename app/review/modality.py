"""The modality protocol: how the review core checks, compares and settles what it does not understand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from app.agreement.judgements import Difference, Payload, Ruling, Unit
from app.core.errors import Problem
from app.core.places import TextChange
from app.core.registry import Registry
from app.corpus.receiving import Cleaning, Delivered, ModalityIntake


@dataclass(frozen=True)
class Context:
    """What a payload is about, frozen: nothing here changes between two calls.

    `document` is ``{"id", "text", "meta"}``: for imaging the text is the canonical JSON of the
    metadata. `schema` is the label schema's body. `codes(system, release, code)` answers with
    ``{"code", "term", "billable", "active"}`` or None.
    """

    document: dict[str, Any]
    schema: dict[str, Any]
    codes: Callable[[str, str, str], dict[str, Any] | None] = lambda system, release, code: None
    #: which suggestions the project wants its readers to see; known where a draft begins, and asked for nowhere else
    profile: str = "research"

    @property
    def text(self) -> str:
        return self.document["text"]

    @property
    def known_keys(self) -> set[str]:
        """Keys of all labels and relation types of the schema."""
        return {part["key"] for name in ("labels", "relations") for part in self.schema.get(name, ())}


@dataclass(frozen=True)
class AnnotationAction:
    """One annotation action: *put* (body given) or *remove* (body None) of one element."""

    element_id: str
    body: dict[str, Any] | None
    before: dict[str, Any] | None = None

    @property
    def verb(self) -> str:
        """`added`, `changed` or `removed`: the last word of the event's tag."""
        if self.body is None:
            return "removed"
        return "added" if self.before is None else "changed"


class Modality(Protocol):
    """One file per modality. All methods are pure, for two or more payloads.

    A payload is ``{"elements": {id: body}}``.
    """

    key: str  # stored with the item; never renamed
    title: str
    noun: str  # what one of its items is called, as a heading begins
    kinds: tuple[type[Any], ...]  # pydantic models of its elements: all else about their fields is derived
    intake: ModalityIntake
    assets: Path | None  # the folder of its workbench.html and workbench.js; None: the generic questions

    def present(self, context: Context) -> dict[str, Any]:
        """What the workbench draws: JSON without anything the reader may not see.

        Of a record, `fields` are its rows: `key` as answers name it, `title`, `value`, `present`, `flags`.
        """
        ...

    def suggest(self, context: Context, suggestions: list[dict[str, Any]]) -> Payload:
        """The payload a draft starts from."""
        ...

    def check(self, payload: Payload, context: Context) -> list[Problem]:
        """What keeps the payload from being submitted; empty: nothing."""
        ...

    def describe(self, action: AnnotationAction, context: Context) -> dict[str, Any]:
        """The event's data: labels, offsets, codes; never text. Raises Invalid for a malformed body."""
        ...

    def stored(self, action: AnnotationAction, started: dict[str, Any] | None, context: Context) -> Any:
        """The body of a put as it is kept: where it came from is the server's word, whatever the client says.

        `started` is what stood under the id where the draft began. Checks nothing: `describe` refuses.
        """
        ...

    def places(self, body: dict[str, Any]) -> list[list[int]]:
        """Where an element stands in the text, or what stands there for it, as a client sent it; else nothing."""
        ...

    def own_words(self, body: dict[str, Any]) -> list[str]:
        """What a person typed into a body, in no words of a list."""
        ...

    def loose(
        self, put: dict[str, dict[str, Any] | None], draft: Callable[[], dict[str, Any]]
    ) -> dict[str, dict[str, Any] | None]:
        """What must become of elements that hang on what is not there after `put` (None: goes)."""
        ...

    def folded(self, payload: Payload) -> Payload:
        """The payload without exact duplicates, as it is frozen."""
        ...

    def moved(self, payload: Payload, change: TextChange) -> tuple[Payload, Payload]:
        """The payload in another version of its text, and what of it could not move: its words were changed."""
        ...

    def units(self, payload: Payload, context: Context) -> list[Unit]:
        """Comparable judgements, with their labels."""
        ...

    def differences(self, payloads: list[Payload], context: Context) -> list[Difference]:
        """The cases that must be settled, in reading order; empty when all agree."""
        ...

    def settle(self, payloads: list[Payload], rulings: list[Ruling], context: Context) -> Payload:
        """The adjudicated payload. Raises Invalid when a case has no ruling or a ruling fits no case."""
        ...


MODALITIES: Registry[Modality] = Registry("modality", Modality)


def claimed_by(record: Delivered, told: str = "") -> Modality:
    """The modality of a record: the one it was delivered as, else the last of those that claim it."""
    if told:
        return MODALITIES.get(told)
    return next(modality for modality in reversed(list(MODALITIES)) if modality.intake.claims(record))


def cleaned_as(modality: str, cleaning: Cleaning) -> bool:
    """Whether texts of a modality are de-identified in this way."""
    return MODALITIES.get(modality).intake.cleaning == cleaning


def untagged() -> list[str]:
    """Keys of the modalities whose texts no pipeline reads."""
    return [modality.key for modality in MODALITIES if not modality.intake.tagged]


def own_label_problems(modality: Any, label: dict[str, Any]) -> list[tuple[str, str]]:
    """What the modality of a schema has against one of its labels; nobody asks for one that is not known."""
    known = isinstance(modality, str) and modality in MODALITIES
    return MODALITIES.get(modality).intake.label_problems(label) if known else []
