"""One document at a time: what breaks down over one is set aside by number and code, and the others go on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from app.core.errors import Unavailable, code_of

log = logging.getLogger(__name__)


@contextmanager
def set_aside(aside: dict[int, str], number: int, *, stage: str) -> Iterator[None]:
    """Work over the row `number`; a fault of that work becomes `aside[number]`, its stable code.

    The message is never kept: it could carry the text. What is no document's fault goes on up: the
    database's errors, and what the stage needs and has not (`Unavailable`).
    """
    try:
        yield
    except (SQLAlchemyError, Unavailable):
        raise
    except Exception as error:  # noqa: BLE001  (any fault of the work over one document)
        aside[number] = code_of(error)
        log.warning("document set aside", extra={"stage": stage, "document": number, "code": aside[number]})


def named(aside: dict[int, str]) -> list[list[int | str]]:
    """What was set aside, as events and files say it: [number, code], by number."""
    return [[number, code] for number, code in sorted(aside.items())]
