"""Routes that only tests have: they fail in each way a route can fail."""

from flask import Blueprint, jsonify, request
from sqlalchemy.exc import OperationalError

from app.core.errors import Conflict, Forbidden, Invalid, NotFound, Problem, Unavailable
from app.http.access import PUBLIC, SIGNED_IN, UPLOAD, access

SECRET = "Mrs Canary Quillfeather, MRN 90210"
ERRORS = {
    "not-found": NotFound("no-item", "item 7 of project 3 is missing"),
    "forbidden": Forbidden("tier-too-low", "this needs a higher clinical tier"),
    "conflict": Conflict("already-submitted", "somebody was faster"),
    "stale": Conflict("stale-version", "the draft has changed", details={"version": 4}),
    "invalid": Invalid("invalid", "e1: no such label", [Problem("label-unknown", "e1", "no such label")]),
    "unavailable": Unavailable("database-busy", "the database stayed busy"),
    "many": Unavailable("too-many-attempts", "later", details={"retry_after": 8}),
}


def toys():
    pages = Blueprint("toys", __name__)

    @pages.get("/toys/<path:name>")
    @access(PUBLIC)
    def fail(name):
        raise ERRORS[name]

    @pages.get("/api/toys/bug")
    @access(PUBLIC)
    def bug():
        raise ValueError(SECRET)

    @pages.get("/api/toys/down")
    @access(PUBLIC)
    def down():
        raise OperationalError("select 1", {"text": SECRET}, Exception(SECRET))

    @pages.get("/api/toys/<name>")
    @access(PUBLIC)
    def fail_json(name):
        raise ERRORS[name]

    @pages.post("/api/toys")
    @access(SIGNED_IN)
    def take():
        return jsonify({"took": request.get_json(silent=True)})

    @pages.post("/toys/form")
    @access(SIGNED_IN)
    def take_form():
        return "took"

    @pages.post("/toys/upload")
    @access(SIGNED_IN, accepts=UPLOAD)
    def take_file():
        return str(len(request.files["file"].read()))

    @pages.get("/toys/undeclared")
    def undeclared():
        return "open"

    return pages
