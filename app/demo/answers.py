"""The demo readers' answers: quotes turned into offsets, and offsets into draft actions."""

from __future__ import annotations

from typing import Any

from app.agreement.judgements import Payload
from app.review.draft import Change

HUMAN = {"by": "human"}
Wanted = dict[str, Any]


def find_quote(text: str, quote: str, occurrence: int) -> list[list[int]] | None:
    """Where the n-th occurrence of a quote stands, or None when de-identification changed it."""
    start = -1
    for _ in range(occurrence):
        start = text.find(quote, start + 1)
        if start < 0:
            return None
    return [[start, start + len(quote)]]


def note_changes(text: str, draft: Payload, wanted: Wanted, defaults: Wanted, release: str) -> list[Change]:
    """Actions that turn the suggestions into what a reader wanted to say about a note.

    Suggestions the reader shares are confirmed with the reader's assertion and codes, the others
    rejected, and what no suggestion had is added.
    """
    elements = draft["elements"]
    changes: dict[str, dict[str, Any]] = {}
    ids: dict[str, str] = {}
    for entity in wanted["entities"]:
        fragments = find_quote(text, entity["quote"], entity["occurrence"])
        if fragments is None:
            continue
        shared = _shared(elements, fragments, entity["label"], changes)
        ids[entity["key"]] = shared or f"h-{entity['key']}"
        changes[ids[entity["key"]]] = {
            **(elements[shared] if shared else {"kind": "entity", "origin": HUMAN}),
            "fragments": fragments,
            "label": entity["label"],
            "assertion": defaults | entity["assertion"],
            "codes": [{**code, "release": release} for code in entity["codes"]],
            "status": "confirmed",
        }
    _add_relations(changes, wanted, ids)
    _add_codes(changes, wanted, ids, release)
    if wanted.get("comment"):
        changes["comment"] = {"kind": "comment", "text": wanted["comment"]}
    # What depends on an entity goes before it: nothing may dangle on the way.
    rejected = [
        Change(key, body | {"status": "rejected"})
        for key, body in sorted(elements.items(), key=lambda pair: pair[1]["kind"] == "entity")
        if body.get("status") == "suggested" and key not in changes
    ]
    return rejected + [Change(key, body) for key, body in changes.items()]


def _shared(elements: dict[str, Any], fragments: list[list[int]], label: str, taken: dict[str, Any]) -> str | None:
    return next(
        (
            key
            for key, body in elements.items()
            if body["kind"] == "entity"
            and body["fragments"] == fragments
            and body["label"] == label
            and key not in taken
        ),
        None,
    )


def _add_relations(changes: dict[str, Any], wanted: Wanted, ids: dict[str, str]) -> None:
    for number, relation in enumerate(wanted["relations"], start=1):
        if relation["head"] in ids and relation["tail"] in ids:
            changes[f"r{number}"] = {
                **{name: value for name, value in relation.items() if name in ("certainty",)},
                "kind": "relation",
                "type": relation["type"],
                "head": ids[relation["head"]],
                "tail": ids[relation["tail"]],
                "status": "confirmed",
                "origin": HUMAN,
            }


def _add_codes(changes: dict[str, Any], wanted: Wanted, ids: dict[str, str], release: str) -> None:
    for code in wanted["code_assignments"]:
        changes[f"c{code['sequence']}"] = {
            "kind": "code_assignment",
            "system": "icd10cm",
            "release": release,
            "code": code["code"],
            "sequence": code["sequence"],
            "principal": code["principal"],
            "poa": code["poa"],
            "evidence": [ids[key] for key in code["evidence"] if key in ids],
        }


def report_changes(text: str, wanted: Wanted, categories: dict[str, int]) -> list[Change]:
    """Observations and critical findings of a report, with their evidence."""
    changes = []
    for number, (label, value) in enumerate(wanted["observations"].items(), start=1):
        if value != "not_mentioned":
            body = {"kind": "observation", "label": label, "value": value}
            quotes = wanted.get("evidence", {}).get(label, [])
            changes.append(Change(f"o{number}", body | _evidence(text, quotes)))
    findings = {finding["key"]: finding for finding in wanted["critical"]}
    for number, finding in enumerate(findings.values(), start=1):
        body = {"kind": "critical", "label": finding["key"], "category": categories[finding["key"]]}
        changes.append(Change(f"k{number}", body | _evidence(text, finding["evidence"])))
    return changes


def _evidence(text: str, quotes: list[dict[str, Any]]) -> dict[str, Any]:
    found = [find_quote(text, quote["quote"], quote["occurrence"]) for quote in quotes]
    fragments = sorted(pieces[0] for pieces in found if pieces)
    return {"evidence": fragments} if fragments else {}


def record_changes(wanted: Wanted) -> list[Change]:
    """Verdicts on the fields of a metadata record."""
    changes = []
    for number, (keyword, answer) in enumerate(wanted["fields"].items(), start=1):
        body = {"kind": "field", "keyword": keyword}
        body |= {name: value for name, value in answer.items() if name in ("verdict", "value", "reason")}
        if body["verdict"] == "unusable":
            body.setdefault("reason", "cannot be told from what is here")
        changes.append(Change(f"f{number}", body))
    return changes
