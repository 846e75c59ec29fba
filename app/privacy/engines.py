"""The de-identification engines of this process: what the office gives them to work with."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from app.core.errors import Unavailable
from app.deidentify.engine import Engine
from app.deidentify.model import MODEL_DIR, digest, load_model
from app.deidentify.recogniser import RECOGNISERS
from app.jobs.artefact import Installed

VERSION = "4"


@cache
def rules_engine() -> Engine:
    """The registered recognisers alone. Raises Unavailable where nobody has filled their registry."""
    return Engine(tuple(RECOGNISERS))


@cache
def full_engine() -> Engine:
    """Recognisers and the shipped model: what texts are cleaned with.

    Raises Unavailable where the model is missing or changed: a job fails rather than clean with less than it claims.
    """
    return Engine(tuple(RECOGNISERS), load_model())


@cache
def engine_version() -> str:
    """As documents and events record it: the rules' version and the model's digest."""
    return f"{VERSION}+model.{digest(MODEL_DIR)[:12]}"


class IdentifierModel:
    """Rules and model that texts are cleaned with; they come with the program."""

    key = "identifier model"
    kinds = ("deid.run",)

    def installed(self, settings: Any) -> Mapping[str, Installed]:
        return {"chartmark": Installed(engine_version())}

    def adopt(self, settings: Any, name: str, digest: str, files: Path) -> None:
        raise Unavailable("artefact-missing", f"{name} comes with the program")
