"""What every form does: one unit of work, then on to the next page, or back with what was wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import redirect
from flask.typing import ResponseReturnValue

from app.audit.sequencer import seal_committed
from app.core import clock
from app.core.db import Session
from app.core.errors import Conflict, Invalid, NotFound
from app.http import context
from app.http.errors import status_of

T = TypeVar("T")
Refusal = Invalid | Conflict | NotFound


def attempt(
    unit: Callable[[Session], T], then: Callable[[T], str], again: Callable[[Refusal], Any]
) -> ResponseReturnValue:
    """Run one unit of work; see `answer`."""
    return answer(lambda: context.database().writing(unit), then, again)


def answer(act: Callable[[], T], then: Callable[[T], str], again: Callable[[Refusal], str]) -> ResponseReturnValue:
    """Redirect to `then(result)`; where the input was refused, the page of `again(error)`.

    Only an unknown key of a registry (a reader, a format) is a refusal among the NotFound errors.
    """
    try:
        result = act()
    except (Invalid, Conflict) as error:
        return again(error), status_of(error)
    except NotFound as error:
        if not error.code.startswith("unknown-"):
            raise
        return again(error), 422
    return redirect(then(result), 303)


def seal() -> None:
    """Give what was just committed its place in the signed log (events that need a proof)."""
    seal_committed(context.database(), context.signer, at=clock.now())
