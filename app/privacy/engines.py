"""The de-identification engines of this process: what the office gives them to work with."""

from __future__ import annotations

from functools import cache

from app.deidentify.engine import Engine
from app.deidentify.model import MODEL_DIR, digest, load_model
from app.deidentify.recogniser import RECOGNISERS

VERSION = "1"


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
