"""Documents that change by version: a browser may keep its own copy, and asks each time whether that still holds.

Guidelines, schemas, codes, the description of the interface. Never anything with the text of a note: what does not
declare it here is not stored at all (`answers`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, make_response, request
from flask.typing import ResponseReturnValue

from app.core import clock
from app.core.digest import sha256
from app.http import context

REVALIDATE = "private, no-cache"
# How long the session has left stands in every page, and is another each time.
_LEFT = re.compile(rb'data-left="\d+"')


def revalidated(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Declare that what a view answers may be kept and asked for again: 304 where it is still the same (RFC 9110 13).

    Innermost of a view's declarations. The tag is made of what is answered, so that nothing can be forgotten in it.
    """

    @wraps(view)
    def answer(*args: Any, **values: Any) -> ResponseReturnValue:
        response: Response = make_response(view(*args, **values))
        if response.status_code != 200:
            return response
        response.headers["Cache-Control"] = REVALIDATE
        response.vary.add("Cookie")
        response.set_etag(sha256(_LEFT.sub(_left(), response.get_data()))[:32])
        return response.make_conditional(request)

    answer.is_revalidated = True  # type: ignore[attr-defined]
    return answer


def _left() -> bytes:
    """The session's time in whole minutes where it is shorter than usual: then a kept page would promise too much."""
    left = context.session_left()
    return b"" if left >= context.lifetime().idle - clock.MINUTE else b"%d" % (left // clock.MINUTE)
