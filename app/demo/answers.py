"""From what a demo reader wanted to say to the draft actions that say it."""

from __future__ import annotations

from typing import Any

from app.demo.reading import note_payload, record_payload, report_payload
from app.review.draft import ElementChange

Elements = dict[str, dict[str, Any]]
REFERENCES = ("head", "tail")


def wanted_elements(kind: str, text: str, reading: dict[str, Any], release: str) -> Elements:
    """The elements a reader wants in the end. `kind` is the list of decisions.json it comes from."""
    if kind == "notes":
        return note_payload(text, reading, release)[0]["elements"]
    payload = report_payload(text, reading) if kind == "reports" else record_payload(reading)
    return payload["elements"]


def changes_towards(draft: Elements, wanted: Elements, others: Elements) -> list[ElementChange]:
    """Actions from the draft as suggested to what a reader leaves behind, as people do it.

    A suggestion the reader has an answer for becomes that answer: unchanged it counts as accepted, else
    as edited. One that competes with an answer, or that only the other reader wants (`others`), is
    rejected: these are the places the demo disagrees about. The rest has no objection and is confirmed.
    """
    suggested = {key: body for key, body in draft.items() if body.get("status") == "suggested"}
    names = _entity_names(suggested, wanted)
    names |= {
        key: _relation(suggested, body, names) or key for key, body in wanted.items() if body["kind"] == "relation"
    }
    names = {key: names.get(key, key) for key in wanted}
    puts = {names[key]: _said(suggested.get(names[key], {}), _renamed(body, names)) for key, body in wanted.items()}
    missed = [body for body in others.values() if body["kind"] == "entity" and not _overlapping(body, wanted)]
    rejected: set[str] = set()
    # Entities first: a relation falls with either of its ends, whatever the order of their keys.
    for key, body in sorted(suggested.items(), key=lambda item: item[1]["kind"] != "entity"):
        if key not in puts and not _welcome(body, missed, puts, set(names.values()), rejected):
            rejected.add(key)
    confirmed = {
        key: {**body, "status": "confirmed"} for key, body in suggested.items() if key not in {*puts, *rejected}
    }
    rejections = [ElementChange(key, {**suggested[key], "status": "rejected"}) for key in suggested if key in rejected]
    return rejections + [ElementChange(key, body) for key, body in (confirmed | puts).items()]


def _entity_names(suggested: Elements, wanted: Elements) -> dict[str, str]:
    """Wanted entity → the suggestion it takes up: the same place first, then the same label, then any overlap."""
    names: dict[str, str] = {}
    for rule in (_same_place_and_label, _same_label, _same_place):
        for key, body in wanted.items():
            if body["kind"] != "entity" or key in names:
                continue
            free = (k for k in _overlapping(body, suggested) if k not in names.values() and rule(suggested[k], body))
            if (found := next(free, None)) is not None:
                names[key] = found
    return names


def _same_place(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["fragments"] == other["fragments"])


def _same_label(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return bool(one["label"] == other["label"])


def _same_place_and_label(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return _same_place(one, other) and _same_label(one, other)


def _overlapping(body: dict[str, Any], elements: Elements) -> list[str]:
    """Keys of the entities that share a code point with this one."""
    return [
        key
        for key, other in elements.items()
        if other["kind"] == "entity"
        and any(a < d and c < b for a, b in body["fragments"] for c, d in other["fragments"])
    ]


def _relation(suggested: Elements, body: dict[str, Any], names: dict[str, str]) -> str | None:
    """The suggested relation of the same type between the suggestions its ends take up."""
    said = (body["type"], *(names.get(body[end]) for end in REFERENCES))
    relations = ((key, other) for key, other in suggested.items() if other["kind"] == "relation")
    return next((key for key, other in relations if (other["type"], other["head"], other["tail"]) == said), None)


def _said(suggested: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The reader's answer over the suggestion."""
    return {**suggested, **body}


def _welcome(
    body: dict[str, Any], missed: list[dict[str, Any]], puts: Elements, answered: set[str], rejected: set[str]
) -> bool:
    """Whether a reader who says nothing about a suggestion lets it stand."""
    if body["kind"] == "entity":
        rivals = [puts[key] for key in _overlapping(body, puts)]
        return not any(_same_label(rival, body) for rival in rivals) and not _overlapping(
            body, {str(n): other for n, other in enumerate(missed)}
        )
    if body["kind"] != "relation":
        return False
    ends = {body[end] for end in REFERENCES}
    return not ends & rejected and not ends <= answered


def _renamed(body: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """The same body with references to the ids the elements have in the draft."""
    renamed = dict(body)
    for end in REFERENCES:
        if end in renamed:
            renamed[end] = names[renamed[end]]
    if body["kind"] == "code_assignment":
        renamed["evidence"] = [names[key] for key in body["evidence"]]
    return renamed
