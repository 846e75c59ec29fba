"""One door to a signature: steps that somebody signs are ended by `review.signing` alone."""

import ast
import re
from pathlib import Path

APP = Path(__file__).parents[2] / "app"
ENDS = {
    "app.review.adjudication": {"close"},
    "app.review.verification": {"verify", "reject"},
    "app.review.signature": {"make_signature"},
}
MODULES = {module.rsplit(".", 1)[1]: names for module, names in ENDS.items()}


def ends_used(path):
    """Names of the acts that end a step which a module imports, or reaches through their module."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if alias.name in ENDS.get(node.module or "", ()))
        is_reach = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if is_reach and node.attr in MODULES.get(node.value.id, ()):
            yield node.attr


def test_nothing_but_the_signing_service_ends_a_signed_step():
    users = {path.relative_to(APP).as_posix() for path in APP.rglob("*.py") if any(ends_used(path))}
    assert users == {"review/signing.py"}


def test_what_somebody_shows_is_put_together_in_two_places_only():
    """Elsewhere a door would be made that asks for no second factor."""
    made = re.compile(r"(?<!class )\bFactors\(")
    users = {p.relative_to(APP).as_posix() for p in APP.rglob("*.py") if made.search(p.read_text("utf-8"))}
    # People of the demonstration and of an operation qualification are invented with their passwords.
    invented = {"demo/people.py", "cli/validation/scratch.py"}
    assert users == {"http/factors.py", "cli/factors.py"} | invented
