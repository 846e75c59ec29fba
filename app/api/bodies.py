"""Request bodies, read strictly: unknown fields are refused, and a refusal never repeats a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.core.errors import Invalid, Problem

Body = TypeVar("Body", bound="Strict")
View = TypeVar("View", bound=Callable[..., Any])


class Strict(BaseModel):
    """A body that takes what it names and nothing else."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)


class ActionBody(Strict):
    """One annotation action; `body` null removes the element."""

    element_id: str = Field(max_length=40)
    body: dict[str, Any] | None
    quote: list[str] | None = None


class DraftBody(Strict):
    actions: list[ActionBody] = Field(max_length=500)


class SubmitBody(Strict):
    """What the client believes it finishes: number of elements and digest of the canonical payload."""

    count: int | None = None
    sha256: str | None = None


class OpeningBody(Strict):
    """The digest that came with what went ahead."""

    sha256: str = Field(max_length=64)


class QuestionBody(Strict):
    text: str
    element_id: str | None = Field(default=None, max_length=40)
    blocking: bool = False


class RecusalBody(Strict):
    """Why a task is given back; `relationship` to the patient of a conflict of interest."""

    reason: str = Field(max_length=40)
    relationship: str = Field(default="", max_length=40)


class WorkflowBody(Strict):
    """A workflow as it is composed: the document that `GET /projects/{key}/workflow` shows of the one in force."""

    workflow: dict[str, Any]


class PhiBody(Strict):
    fragments: list[list[int]] = Field(default_factory=list, max_length=50)


class SearchBody(Strict):
    system: str = "icd10cm"
    release: str | None = Field(default=None, max_length=100)
    query: str = Field(max_length=200)
    limit: int = Field(default=8, ge=1, le=50)
    label: str | None = None


class RulingBody(Strict):
    choice: str
    version: int | None = None
    elements: dict[str, Any] = Field(default_factory=dict)
    reason: str = ""
    citation: str = Field(default="", max_length=12)
    confirmed: bool = False


class ActBody(Strict):
    """Which act something is asked for: `sign`, `sign-pipeline`, `read-source`, `confirm`."""

    act: str = Field(max_length=40)


class ProofBody(Strict):
    proof: str = Field(max_length=200)


class SigningBody(Strict):
    """The components of a signature, shown again, what it means, and what the signer has before them.

    Name and password; in place of the password `provider`, what `/session/provider-proofs` gave once its sign-in was
    made. Of whoever has a second factor also a `code` (of the app, or for recovery), or a `passkey`: the JSON of the
    browser's answer to `/session/passkey-options`.

    `seen` is the SHA-256 of the canonical JSON of `submissions` as they were sent to the page and, when
    settling, `rulings` (by case) or, when verifying, `elements`. `meaning` is the one whose statement the
    signer read (`signing` of what was sent to the page); another than the act has here is refused.
    """

    username: str = Field(max_length=200)
    password: str = Field(default="", max_length=1024)
    code: str = Field(default="", max_length=200)
    passkey: str = Field(default="", max_length=65_536)
    provider: str = Field(default="", max_length=200)
    meaning: str = Field(default="", max_length=20)
    seen: str = Field(default="", max_length=64)
    reason: str = ""
    decision: Literal["accept", "change", "reject"] = "accept"
    #: the second key of a senior reviewer who changes a significant or critical label
    confirmed: bool = False


def takes(kind: type[Strict]) -> Callable[[View], View]:
    """Declares the body a view reads, for whoever asks what an endpoint takes."""

    def declare(view: View) -> View:
        view.takes = kind  # type: ignore[attr-defined]
        return view

    return declare


def taken_by(view: Callable[..., Any]) -> type[Strict] | None:
    return getattr(view, "takes", None)


def read(kind: type[Body]) -> Body:
    """The request's JSON as `kind`. Raises Invalid naming the fields that are wrong."""
    try:
        return kind.model_validate(request.get_json(silent=True))
    except ValidationError as error:
        problems = [
            Problem("bad-field", ".".join(str(part) for part in e["loc"]) or "body", e["type"])
            for e in error.errors(include_input=False, include_url=False, include_context=False)
        ]
        raise Invalid("bad-request", "the request's body is not of the right form", problems=problems) from None
