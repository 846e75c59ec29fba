"""The edge: no debugging, and no route without an access rule."""

from __future__ import annotations

from collections.abc import Iterator

from app.cli.setup.checks.finding import Installation, SecurityFinding, finding
from app.http.access import find_declared


def check_debugging(installation: Installation) -> Iterator[SecurityFinding]:
    good = not installation.app.debug
    yield finding("debug-off", good, "never run with debugging on: it executes what it is sent")


def check_edge(installation: Installation) -> Iterator[SecurityFinding]:
    app = installation.app
    rules = list(app.url_map.iter_rules())
    bare = [r.endpoint for r in rules if find_declared(app, r.endpoint, r.rule) is None]
    yield finding("routes-declared", not bare, f"{len(rules)} routes declare who may come in")
