"""Route × role × relation × state: the table in the documents is what the application answers, and keeps to policy.

A part of the routes each time; all of them among the long tests.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from app.accounts.actor import ProjectRole, ServerRole
from app.accounts.policy import TABLE, Action
from tests.access import (
    HEAD,
    MATRIX,
    PLACES,
    READERS,
    SHORT,
    WHO,
    AccessWorld,
    every_route,
    matrix_head,
    policy_table,
    row_of,
)

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
AGAIN = "python -m tests.access docs/access.md"
#: pages that open to whoever may do one of several acts, or whose form is no secret: what else opens them
ALSO_OPENED_BY = {
    "/projects/<key>/deliveries": {Action.WITHDRAW_BATCH},
    "/projects/<key>/deliveries/<int:batch_id>": {Action.WITHDRAW_BATCH},
    "/projects/<key>/papers": {Action.VIEW_QUALITY},
    "/projects/<key>/quality/lots": {Action.VIEW_QUALITY, Action.CHECK_QUALITY},
    "/projects/<key>/releases": {Action.EXPORT_RELEASE, Action.VIEW_QUALITY},
    "/projects/<key>/emergency": {Action.VIEW_PROJECT},
    "/credentials": {Action.GRANT_CREDENTIAL},
}
#: so many of the routes are asked in every run, beginning with those about tasks
PART = 20


@cache
def said():
    """(method, route) → place → what everybody got, by the document."""
    found = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if match := re.match(r"\| `(\w+) (\S+)` \| [^|]* \| ([^|]*?) ?\| (.*) \|$", line):
            letters = match[4].replace(" | ", "").replace("·", " ")
            found.setdefault((match[1], match[2]), {})[match[3].strip()] = letters
    return found


def test_every_route_is_in_it_and_nothing_else():
    assert set(said()) == {(method, rule) for method, rule, _ in every_route()}, AGAIN


def test_the_policy_is_the_one_in_force():
    text = PAGE.read_text(encoding="utf-8")
    assert text.startswith(HEAD + "\n".join(policy_table()) + "\n" + MATRIX + "\n".join(matrix_head())), AGAIN


def allowed(route, place):
    """Who may come in, by the policy alone: None where the rule is about no role."""
    method, path, declared = route
    rule = declared.rule
    if not rule.signed_in:
        return set(WHO)
    if rule.action is None:
        return set(WHO) - {"nobody"}
    acts = {rule.action} | (ALSO_OPENED_BY.get(path, set()) if method == "GET" else set())
    held = {f"P {role.value}" for act in acts for role in TABLE[act].roles}
    held |= {f"S {role.value}" for act in acts for role in TABLE[act].server}
    # About a task of one's own the service asks whether one may work on it; then it says what the task is not.
    own = set(READERS) if place.startswith("own") else {"P annotator"} if place == "held" else set()
    return held | own | ({"other project"} if place in ("of another project", "") else set())


@pytest.mark.parametrize("route", every_route(), ids=lambda route: f"{route[0]} {route[1]}")
def test_nobody_is_let_in_whom_the_policy_does_not_name(route):
    """Of what the document says; that it is so, the next test says."""
    for place, letters in said()[route[0], route[1]].items():
        let_in = {who for who, letter in zip(WHO, letters, strict=True) if letter == "y"}
        assert let_in <= allowed(route, place), (place, let_in - allowed(route, place))
        if route[2].rule.signed_in:
            assert letters[0] == (" " if place.startswith("own") else "-"), place
            assert "-" not in letters[1:], place
        if place == "of another project" and route[2].rule.action is not None:
            strangers = let_in - {"other project"} - {f"S {role.value}" for role in ServerRole}
            assert not strangers, strangers


@pytest.fixture(scope="module")
def world(tmp_path_factory, database_templates):
    folder = tmp_path_factory.mktemp("access")
    with database_templates.fresh("sqlite", folder) as database:
        yield AccessWorld(folder, database)


def compare(world, wanted):
    for route, place, letters in world.rows(wanted):
        assert said()[route[0], route[1]].get(place) == letters, (row_of(route, place, letters), AGAIN)


def test_some_routes_are_answered_as_the_matrix_says(world):
    known = every_route()
    about_tasks = [route for route in known if set(world.places_of(route)) == set(PLACES)]
    compare(world, about_tasks[:: len(about_tasks) // 4] + known[:: len(known) // (PART - 4)])


@pytest.mark.rare
def test_every_role_is_answered_as_the_matrix_says(world):
    compare(world, every_route())


def test_each_role_has_a_column():
    roles = {f"P {role.value}" for role in ProjectRole} | {f"S {role.value}" for role in ServerRole}
    assert roles <= set(WHO)
    assert set(SHORT) == set(WHO)
