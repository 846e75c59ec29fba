"""From what a demo reader wanted to say to the draft actions that say it."""

from __future__ import annotations

from typing import Any

from app.demo.reading import note_payload, record_payload, report_payload
from app.review.draft import Change

Elements = dict[str, dict[str, Any]]
REFERENCES = ("head", "tail")


def wanted_elements(kind: str, text: str, reading: dict[str, Any], release: str) -> Elements:
    """The elements a reader wants in the end. `kind` is the list of decisions.json it comes from."""
    if kind == "notes":
        return note_payload(text, reading, release)[0]["elements"]
    payload = report_payload(text, reading) if kind == "reports" else record_payload(reading)
    return payload["elements"]


def changes_towards(draft: Elements, wanted: Elements) -> list[Change]:
    """Actions from the draft as suggested to what is wanted.

    A suggestion at the same place with the same label is confirmed, with the reader's assertion and
    codes; the other suggestions are rejected; what no suggestion had is added.
    """
    names = {key: _same(draft, body) or key for key, body in wanted.items()}
    puts = {}
    for key, body in wanted.items():
        suggested = draft.get(names[key], {})
        puts[names[key]] = {**suggested, **_renamed(body, names)}
    rejections = [
        Change(key, {**body, "status": "rejected"})
        for key, body in draft.items()
        if body.get("status") == "suggested" and key not in puts
    ]
    return rejections + [Change(key, body) for key, body in puts.items()]


def _same(draft: Elements, body: dict[str, Any]) -> str | None:
    if body["kind"] != "entity":
        return None
    place = (body["fragments"], body["label"])
    return next(
        (
            key
            for key, other in draft.items()
            if other["kind"] == "entity" and (other["fragments"], other["label"]) == place
        ),
        None,
    )


def _renamed(body: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The same body with references to the ids the elements have in the draft."""
    renamed = dict(body)
    for end in REFERENCES:
        if end in renamed:
            renamed[end] = names[renamed[end]]
    if body["kind"] == "code_assignment":
        renamed["evidence"] = [names[key] for key in body["evidence"]]
    return renamed
