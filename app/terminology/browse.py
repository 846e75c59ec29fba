"""Looking around in a release: one code with everything around it, the tree, value sets."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import NotFound
from app.terminology.release import Concept, ReleaseData
from app.terminology.rows import PREFERRED


@dataclass(frozen=True)
class CodeLine:
    """One code in a list: enough to draw it and to open it."""

    code: str
    preferred: str
    billable: bool
    active: bool
    has_children: bool


@dataclass(frozen=True)
class Page:
    """One code and what surrounds it; `path` runs from the top to the nearest parent."""

    concept: Concept
    path: list[CodeLine]
    parents: list[CodeLine]
    children: list[CodeLine]
    siblings: list[CodeLine]
    notes: dict[str, list[str]]
    maps: list[tuple[str, str, str, str]]  # (system, target, rule, advice)
    value_sets: list[str]


def open_page(release: ReleaseData, code: str) -> Page:
    """Everything the browser shows of a code. Raises NotFound."""
    concept, number = release.concept(code), release.number(code)
    if concept is None or number is None:
        raise NotFound("unknown-code", f"no code {code} in {release.system} {release.manifest.release}")
    parents = release.parents(number)
    beside = [n for n in release.children(parents[0]) if n != number] if parents else []
    notes: dict[str, list[str]] = {}
    for kind, text in release.notes(number):
        notes.setdefault(kind, []).append(text)
    maps = release.query(
        "SELECT target_system, target, rule, advice FROM mapping WHERE concept_id = ? ORDER BY map_group, priority",
        (number,),
    )
    sets = release.query("SELECT DISTINCT value_set FROM member WHERE concept_id = ? ORDER BY 1", (number,))
    return Page(
        concept,
        lines(release, _path(release, number)),
        lines(release, parents),
        lines(release, release.children(number)),
        lines(release, beside),
        notes,
        maps,
        [s[0] for s in sets],
    )


@dataclass(frozen=True)
class NoteInForce:
    """An instruction that holds for a code; `holder` is the code it stands at, here or further up."""

    kind: str
    holder: str
    text: str


def notes_in_force(release: ReleaseData, code: str) -> list[NoteInForce]:
    """Notes at a code and at everything above it, nearest first: notes hold for what is below."""
    number = release.number(code)
    holders = [] if number is None else [number, *_path(release, number)[::-1]]
    names = release.codes(holders) if holders else {}
    return [NoteInForce(kind, names[h][0], text) for h in holders for kind, text in release.notes(h)]


def wordings(release: ReleaseData, code: str) -> dict[str, list[str]]:
    """Kind of term → the wordings of that kind besides the preferred one."""
    number = release.number(code)
    found: dict[str, list[str]] = {}
    for term in release.terms_of(number) if number is not None else ():
        if release.matcher.term_kind[term] != PREFERRED:
            found.setdefault(release.term_kind_name(term), []).append(release.text(term))
    return found


def lines(release: ReleaseData, numbers: list[int]) -> list[CodeLine]:
    """Codes as list lines, in the order given."""
    facts = release.codes(numbers) if numbers else {}
    return [
        CodeLine(facts[n][0], release.preferred(n), facts[n][1], facts[n][2], bool(release.children(n)))
        for n in numbers
    ]


def top(release: ReleaseData) -> list[CodeLine]:
    """Where the tree begins: codes without parent that have something below (at most 200)."""
    roots = [n for n in range(len(release.array("concept_flags"))) if not release.parents(n)]
    with_children = [n for n in roots if release.children(n)]
    return lines(release, (with_children or roots)[:200])


def _path(release: ReleaseData, number: int) -> list[int]:
    """From the top down along first parents; a cycle ends it."""
    path: list[int] = []
    while (parents := release.parents(number)) and parents[0] not in path:
        number = parents[0]
        path.append(number)
    return path[::-1]


def value_sets(release: ReleaseData) -> dict[str, int]:
    """Names of the value sets (and SMQs) of a release with their sizes."""
    return dict(release.query("SELECT value_set, count(*) FROM member GROUP BY value_set ORDER BY value_set"))


def members(release: ReleaseData, value_set: str) -> list[tuple[CodeLine, str]]:
    """Each member of a value set and the reason it is there. Raises NotFound."""
    rows = release.query("SELECT concept_id, detail FROM member WHERE value_set = ? ORDER BY rowid", (value_set,))
    if not rows:
        raise NotFound("unknown-value-set", f"no value set {value_set} in {release.system}")
    reason = dict(rows)
    return [(line, reason[n]) for n, line in zip(reason, lines(release, list(reason)), strict=True)]
