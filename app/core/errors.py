"""The five ways a request can fail, each with a stable code; adapters translate them once."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Problem:
    """One thing wrong with some input: data, not an exception.

    `where` names the place (a line, a column, an element id); neither it nor `message` may
    carry note text.
    """

    code: str
    where: str
    message: str

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


@dataclass
class ChartmarkError(Exception):
    """Base of all errors a service raises on purpose."""

    code: str
    message: str = ""
    problems: list[Problem] = field(default_factory=list)
    details: dict = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__init__(self.code, self.message)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.message else self.code


class NotFound(ChartmarkError):
    """The subject does not exist, or the actor may not know that it does."""


class Forbidden(ChartmarkError):
    """The actor may not do this to this subject now."""


class Conflict(ChartmarkError):
    """The subject is not in a state that allows this, or somebody was faster."""


class Invalid(ChartmarkError):
    """The input is wrong; `problems` say where."""


class Unavailable(ChartmarkError):
    """Something the act needs is not there at the moment."""


def invalid(problems: list[Problem], code: str = "invalid") -> Invalid:
    """An `Invalid` whose message is its first problem."""
    first = problems[0]
    return Invalid(code, f"{first.where}: {first.message}", problems=problems)


def code_of(error: Exception) -> str:
    """What may be stored and logged of any error: its code or class. A message could carry what was worked on."""
    return error.code if isinstance(error, ChartmarkError) else type(error).__name__
