"""The table of the security standard: no row is missing, what it names exists, and what no other test held of it."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from app.factory import create_app
from app.settings import Settings

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "asvs.md"
STATUSES = {"holds", "production", "not", "nothing to hold"}
# How many rows of levels 1 and 2 each section of ASVS 5.0.0 has; they are numbered from 1 on, those of level 3 behind.
SECTIONS = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2, "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1, "3.2": 2, "3.3": 4,
    "3.4": 6, "3.5": 5, "3.7": 2, "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4, "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5,
    "7.5": 2, "7.6": 2, "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1, "9.1": 3, "9.2": 4, "10.1": 2, "10.2": 2, "10.3": 4,
    "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3, "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4, "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5, "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7, "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3, "17.1": 1, "17.2": 4,
    "17.3": 2,
}  # fmt: skip
#: of level 3, what domain G.2 lists
THIRD = {
    "1.2.10", "1.3.12", "2.3.5", "3.4.8", "3.6.1", "3.7.3", "3.7.4", "3.7.5", "5.2.4", "5.2.5", "5.2.6", "5.3.3",
    "6.3.8", "7.5.3", "8.3.2", "13.4.6", "13.4.7", "15.4.2", "16.5.4",
}  # fmt: skip


@cache
def rows():
    """(row, level, asks, status, by)"""
    lines = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if re.match(r"\| \d+\.\d+\.\d+ ", line)]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


def test_no_row_is_missing_and_none_is_said_twice():
    wanted = {f"{section}.{number}" for section, last in SECTIONS.items() for number in range(1, last + 1)}
    numbers = [row[0] for row in rows()]
    assert sorted(numbers) == sorted(wanted | THIRD)
    assert {row[0] for row in rows() if row[1] == "3"} == THIRD
    assert {row[3] for row in rows()} == STATUSES


@cache
def names_in(path):
    """The functions and methods of a test file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


@cache
def checks():
    """What `security check` may say, by the words of its source."""
    folder = ROOT / "app" / "cli" / "setup" / "checks"
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py"))
    return set(re.findall(r'finding\(\s*"([a-z-]+)"', source))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_what_a_row_names_exists(row):
    _, _, _, status, by = row
    named = re.findall(r"(check )?`([^`]+)`|\[[^\]]+\]\(([^)]+)\)", by)
    assert len(by) > 5
    if status in ("holds", "production"):
        assert named, "a row that holds names its test, its check or its document"
    for is_check, quoted, link in named if status in ("holds", "production") else ():
        if link:
            assert (PAGE.parent / link).is_file(), link
        elif is_check:
            assert quoted in checks(), quoted
        else:
            path, _, test = quoted.partition("::")
            assert (ROOT / path).is_file(), path
            assert not test or test in names_in(path), quoted


def test_the_numbers_at_its_head_are_those_of_the_table():
    text = PAGE.read_text(encoding="utf-8")
    for status in STATUSES:
        said = int(re.search(rf"^\| {status} \| (\d+) \|", text, re.MULTILINE)[1])
        assert said == sum(row[3] == status for row in rows()), status


# What rows say of the source.

FORBIDDEN = {"eval", "exec", "compile", "__import__"}
NEVER = {"pickle", "marshal", "shelve", "yaml", "dill", "jsonpickle"}


@cache
def trees():
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted((ROOT / "app").rglob("*.py"))}


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def test_nothing_goes_through_a_shell_or_is_evaluated():
    for path, tree in trees().items():
        assert not {name.partition(".")[0] for name in imported(tree)} & NEVER, path
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            name = getattr(call.func, "id", "")
            assert name not in FORBIDDEN, f"{path}:{call.lineno}"
            of = getattr(getattr(call.func, "value", None), "id", "")
            attribute = "" if of == "platform" else getattr(call.func, "attr", "")
            assert attribute not in ("system", "popen", "render_template_string"), f"{path}:{call.lineno}"
            shell = [word for word in call.keywords if word.arg == "shell"]
            assert not shell, f"{path}:{call.lineno}"


#: where nothing is secret: made-up people and notes, training sets, how long a retry waits
MAY_BE_GUESSED = ("app/demo/", "app/deidentify/training/", "app/core/db.py")


def test_what_must_not_be_guessed_comes_from_the_system():
    for path, tree in trees().items():
        name = path.relative_to(ROOT).as_posix()
        if not name.startswith(MAY_BE_GUESSED):
            assert "random" not in set(imported(tree)), name


def test_no_route_answers_trace():
    app = create_app(Settings(var="var"))
    assert not [rule.rule for rule in app.url_map.iter_rules() if rule.methods & {"TRACE", "CONNECT"}]


def test_passwords_are_typed_unseen_and_may_be_pasted():
    fields = 0
    for path in sorted((ROOT / "app").rglob("*.html")):
        for field in re.findall(r"<input[^>]*>", path.read_text(encoding="utf-8")):
            if re.search(r'name="\w*password\w*"|autocomplete="(current|new)-password"', field):
                fields += 1
                assert 'type="password"' in field, (path, field)
                assert "maxlength" not in field, (path, field)
    assert fields >= 2
    scripts = [path.read_text(encoding="utf-8") for path in (ROOT / "app").rglob("*.js")]
    assert not [one for one in scripts if re.search(r"addEventListener\(\s*[\"']paste", one) and "password" in one]


def test_passwords_are_hashed_by_argon2id_of_current_cost():
    """ASVS 11.4.2 takes t=1 with 47,104 KiB, t=2 with 19,456, t=3 or more with 12,288."""
    from tests.quick import REAL_HASHER

    least = {1: 47_104, 2: 19_456}
    assert REAL_HASHER.type.name == "ID"
    assert REAL_HASHER.memory_cost >= least.get(REAL_HASHER.time_cost, 12_288)
