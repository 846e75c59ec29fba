"""Errors become answers here and nowhere else: one JSON shape, one HTML page."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from flask import Flask, Response, current_app, jsonify, redirect, render_template, request
from sqlalchemy.exc import InterfaceError, OperationalError
from werkzeug.exceptions import HTTPException

from app.accounts.denial import record_denial
from app.accounts.policy import ActForbidden, ActHidden
from app.core.errors import ChartmarkError, Conflict, Forbidden, Invalid, NotFound, Unavailable
from app.core.outage import is_out_of_reach
from app.http import answers, context, limits
from app.http.access import SAFE, SecondFactorNeeded, UnsupportedMediaType
from app.http.context import NotSignedIn

SIGN_IN, ACCOUNT = "/sign-in", "/account"
STATUS: dict[type[ChartmarkError], int] = {
    NotSignedIn: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    UnsupportedMediaType: 415,
    Invalid: 422,
    Unavailable: 503,
}
STATUS_BY_CODE = {"stale-version": 412, "too-many-attempts": 429, "too-many-uses": 429}
MESSAGE = {
    400: "the request is malformed",
    404: "there is nothing here, or you may not see it",
    405: "this address does not take that",
    413: "the request is too large",
    500: "something went wrong on our side; nothing was stored",
}


def install(app: Flask) -> None:
    app.register_error_handler(ChartmarkError, _answer)
    app.register_error_handler(HTTPException, _answer_http)
    app.register_error_handler(OperationalError, _answer_database)
    app.register_error_handler(InterfaceError, _answer_database)
    app.register_error_handler(Exception, _answer_bug)
    # What flask would log of an exception in a handler quotes its message.
    app.log_exception = _log_bug  # type: ignore[method-assign]


def _log_bug(exc_info: Any) -> None:
    """`exc_info` as of `sys.exc_info`, in an exception's handler."""
    answers.log_bug(exc_info[1])


def to_json(error: ChartmarkError) -> dict:
    """The one shape: code, message, problems with their places, details."""
    return {
        "error": {
            "code": error.code,
            "message": error.message,
            "problems": [problem.to_dict() for problem in error.problems],
            "details": error.details,
        }
    }


def status_of(error: ChartmarkError) -> int:
    if error.code in STATUS_BY_CODE:
        return STATUS_BY_CODE[error.code]
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def wants_json() -> bool:
    accept = request.accept_mimetypes
    return (
        request.path.startswith("/api/")
        or request.is_json
        or (accept.best_match(["text/html", "application/json"]) == "application/json")
    )


def _answer(error: ChartmarkError) -> Response:
    if isinstance(error, ActForbidden | ActHidden):
        _write_down(error)
    if error.code == "too-many-uses":
        limits.note_refused(error)
    if isinstance(error, NotSignedIn) and request.method in SAFE and not wants_json():
        # The target is kept, so that after signing in again one is where one was.
        return redirect(f"{SIGN_IN}?next={quote(request.full_path.rstrip('?'))}")  # type: ignore[return-value]
    if isinstance(error, SecondFactorNeeded) and request.method in SAFE and not wants_json():
        return redirect(f"{ACCOUNT}?notice=second-factor-needed")  # type: ignore[return-value]
    return _respond(_blurred(error), status_of(error))


def _write_down(error: ActForbidden | ActHidden) -> None:
    actor = context.find_actor()
    if actor is not None:
        record_denial(context.database(), actor, error, at=context.at())


def _blurred(error: ChartmarkError) -> ChartmarkError:
    """Nothing tells an object one may not know of from one that does not exist; keys of registries
    (`unknown-…`) are no secret."""
    if isinstance(error, NotFound) and not error.code.startswith(("unknown-", "link-")):
        return NotFound("not-found", MESSAGE[404])
    return error


def _answer_http(error: HTTPException) -> Response:
    status = error.code or 500
    if status in (301, 302, 307, 308):
        return error.get_response()  # type: ignore[return-value]
    code = (error.name or "error").lower().replace(" ", "-")
    response = _respond(ChartmarkError(code, MESSAGE.get(status, error.name)), status)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    return response


def _answer_database(error: Exception) -> Response:
    answers.log_bug(error)
    return _respond(Unavailable("database-unavailable", "the database cannot be reached"), 503)


def _answer_bug(error: Exception) -> Response:
    answers.log_bug(error)
    if is_out_of_reach(error):
        return _respond(Unavailable("no-room", "the server has no room to write; nothing was stored"), 503)
    return _respond(ChartmarkError("internal", MESSAGE[500]), 500)


def _respond(error: ChartmarkError, status: int) -> Response:
    if wants_json():
        response = jsonify(to_json(error))
    else:
        response = current_app.make_response(render_template("error.html", error=error, status=status))
    response.status_code = status
    if "retry_after" in error.details:
        response.headers["Retry-After"] = str(error.details["retry_after"])
    return response
