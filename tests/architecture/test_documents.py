"""Documents are true: what the code cites stands in the domain document, files and tests they name exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOMAIN = ROOT / "docs" / "domain.md"
BOOKS = [*ROOT.glob("*.md"), *(path for f in ("docs", "app", "guidelines") for path in (ROOT / f).rglob("*.md"))]
# Histories keep the names of their day.
HISTORIES = {ROOT / "CHANGELOG.md", *(ROOT / "docs" / "decisions").glob("0*.md")}
LIVING = sorted(set(BOOKS) - HISTORIES)
CITING = sorted(
    path
    for folder in ("app", "tests", "migrations", "docs", "examples")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js", ".html", ".css", ".md", ".sql"}
    and not {"data", "golden"} & set(path.relative_to(ROOT).parts)
    and path != Path(__file__)
)

# `domain B.7`, `Domain B.5`, `domain.md` C.3, domain 0.8, 0.9, H; bare only where nothing else looks like it.
NUMBER = r"(?:0(?:\.\d+)?|[A-M](?:\.\d+)?|R\d+|ICD-\d+|INV-\d+)\b(?!\.\d)"
CITED = re.compile(rf"\b[Dd]omain(?:\.md)?`?\s+({NUMBER}(?:,\s+{NUMBER})*)")
INVARIANT = re.compile(r"\bINV-\d+\b")
IN_BRACKETS = re.compile(r"(?<![\w])\(([^()\n]*)\)")


def cited(text):
    """Every number that a text cites, as it is written there."""
    numbers = set(INVARIANT.findall(text))
    for group in CITED.findall(text):
        numbers |= set(re.findall(NUMBER, group))
    for inside in IN_BRACKETS.findall(text):
        numbers |= {word for word in re.split(r"[,:;]\s*", inside) if re.fullmatch(r"R\d{1,2}", word)}
    return numbers


@cache
def defined():
    """The numbers that are headings or first cells of rows of the document."""
    text = DOMAIN.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ ([0A-M](?:\.\d+)?) ", text, re.MULTILINE)
    rows = re.findall(r"^\| (0\.\d+|R\d+|ICD-\d+|INV-\d+) \|", text, re.MULTILINE)
    return [*headings, *rows]


def invariants():
    return re.findall(r"^\| (INV-\d+) \|(.*)\|(.*)\|$", DOMAIN.read_text(encoding="utf-8"), re.MULTILINE)


@cache
def names_of_tests(path):
    """`test_x` and `TestGroup::test_x` of a file."""
    if not path.is_file():
        return set()
    body = ast.parse(path.read_text(encoding="utf-8")).body
    groups = [("", body), *((f"{node.name}::", node.body) for node in body if isinstance(node, ast.ClassDef))]
    return {
        before + node.name
        for before, nodes in groups
        for node in nodes
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("see `domain.md` B.4.", {"B.4"}),
        ("(domain 0.8, 0.9, H)", {"0.8", "0.9", "H"}),
        ("(domain 0, Imaging)", {"0"}),
        ("Domain B.5's worked test", {"B.5"}),
        ("(domain I, ICD-1)", {"I", "ICD-1"}),
        ("what the project asks (R4, R5)", {"R4", "R5"}),
        ("(queue order v1, R8)", {"R8"}),
        ("(R6: the snapshot never changes)", {"R6"}),
        ("holds (INV-3) and INV-12", {"INV-3", "INV-12"}),
        ("E2B(R3) of a domain and code R21 (R21.9)", set()),
    ],
)
def test_a_citation_is_recognised_however_it_is_written(text, numbers):
    assert cited(text) == numbers


def test_what_is_cited_stands_in_the_domain_document():
    known = set(defined())
    found = {path.relative_to(ROOT).as_posix(): cited(path.read_text(encoding="utf-8")) for path in CITING}
    assert sum(map(bool, found.values())) > 30
    assert {path: sorted(numbers - known) for path, numbers in found.items() if numbers - known} == {}


def test_the_document_refers_to_sections_it_has():
    named = re.findall(r"(?<![\w.])([A-M]\.\d)(?![\w.]\w)", DOMAIN.read_text(encoding="utf-8"))
    assert set(named) <= set(defined())


def test_a_number_means_one_thing():
    assert len(defined()) == len(set(defined())) > 100


def test_invariants_are_numbered_without_a_gap():
    assert [key for key, _, _ in invariants()] == [f"INV-{n}" for n in range(1, len(invariants()) + 1)]


@pytest.mark.parametrize(("key", "says", "held_by"), invariants())
def test_an_invariant_names_the_tests_that_hold_it_or_says_why_none_does(key, says, held_by):
    assert says.strip()
    for line in held_by.strip().split("<br>"):
        if named := re.fullmatch(r"`(tests/[\w/]+\.py)::([\w:]+)`", line):
            assert named[2] in names_of_tests(ROOT / named[1]), f"{key}: no test {line}"
        else:
            assert re.search(r"not yet: \w.+", line), f"{key}: {line!r} is neither a test nor a reason"


@pytest.mark.parametrize("path", LIVING, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_file_that_is_named_exists(path):
    """`app/core/db.py`, `tests/unit/agreement/`: as code; a folder ends in a slash; `…` and `*` name a kind."""
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"`((?:app|tests|docs|migrations|examples|guidelines|ontologies)/[^`\s:]*)`", text)
    assert not [name for name in named if not re.search(r"[*…{<]|[A-Z]{3,}", name) and not (ROOT / name).exists()]


@pytest.mark.parametrize("path", sorted(BOOKS), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_a_link_leads_somewhere(path):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
        where, _, heading = target.partition("#")
        goal = (path.parent / where) if where else path
        if re.match(r"\w+:", target):
            continue
        if not goal.exists() or (heading and heading not in headings(goal)):
            broken.append(target)
    assert broken == []


@cache
def headings(path):
    """The anchors a Markdown page has, as code hosts make them."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
