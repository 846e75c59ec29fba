"""The adjudicated payload of a note: what all agree on once, and each case as it was ruled."""

from __future__ import annotations

from typing import Any

from app.agreement.judgements import Choice, Difference, Payload, Ruling
from app.agreement.matching import overlap
from app.annotation.payload import Elements, fresh_id, live, of_kind, rewritten
from app.annotation.rulings import chosen, paired
from app.modalities.notes.agreed import agreed_slots, compared
from app.modalities.notes.cases import note_differences, note_strays
from app.modalities.notes.kinds import KINDS

_LEVELS = (("entity",), ("relation", "event", "exposure", "chain"), ("assessment",), ("code_assignment",))


def settle_note(payloads: list[Payload], rulings: list[Ruling]) -> Payload:
    """The settled payload; raises Invalid when a case has no ruling or a ruling fits no case.

    Ids stay where they are free and get a number where they collide; references follow the
    elements that survive. An own version replaces its whole case, the agreed elements shown with
    it included; "none" removes only what was disputed. Rejected elements and comments do not pass
    into the result: they stay with the submissions.
    """
    cases = note_differences(payloads)
    pairs = paired(cases, rulings, KINDS, note_strays)
    settling = _Settling(payloads)
    settling.place_agreed(cases, [case for case, ruling in pairs if ruling.choice is Choice.OWN])
    for case, ruling in pairs:
        if ruling.choice is Choice.OWN:
            settling.place_own(case, chosen(case, ruling))
        elif ruling.choice is Choice.TAKE:
            settling.place_taken(ruling.version or 0, chosen(case, ruling))
    return {"elements": settling.linked()}


class _Settling:
    """One run: elements are placed under their new ids first, and linked when all are there.

    An element's source is the payload it came from, or for an own version the key of its case.
    """

    def __init__(self, payloads: list[Payload]) -> None:
        self.payloads = [live(payload) for payload in payloads]
        self.slots = agreed_slots([compared(payload) for payload in payloads])
        self.placed: Elements = {}
        self.source: dict[str, int | str] = {}
        self.new_id: dict[tuple[int | str, str], str] = {}
        self.by_slot: dict[str, str] = {}

    def place_agreed(self, cases: list[Difference], owned: list[Difference]) -> None:
        """What all have, in the first payload's words; own versions bring their own."""
        replaced = {slot for case in owned for slot in self._slots_of(case)}
        disputed = {key for case in cases for key in case.versions[0]}
        for key, body in self.payloads[0].items():
            slot = self.slots[0].get(key)
            agreed_code = body["kind"] == "code_assignment" and key not in disputed
            if agreed_code or (slot is not None and slot not in replaced):
                self._place(0, key, body)
                if slot is not None:
                    self.by_slot[slot] = key

    def place_taken(self, i: int, version: Elements) -> None:
        for key, body in version.items():
            if key not in self.slots[i]:
                self._place(i, key, body)

    def place_own(self, case: Difference, own: Elements) -> None:
        for key, body in own.items():
            self._place(case.key, key, body)
        for slot, (key, body) in self._slots_of(case).items():
            if successor := _successor(key, body, own):
                self.by_slot[slot] = self.new_id[case.key, successor]

    def linked(self) -> Elements:
        """The result, references rewritten; what hung on something that is gone goes too."""
        result: Elements = {}
        for kinds in _LEVELS:
            for key, body in of_kind(self.placed, *kinds).items():
                whole = self._linked_body(self.source[key], body, result)
                if whole is not None:
                    result[key] = whole
        return {key: result[key] for key in self.placed if key in result}

    def _place(self, source: int | str, key: str, body: dict[str, Any]) -> None:
        new = fresh_id(key, self.placed)
        self.placed[new] = body
        self.source[new] = source
        self.new_id[source, key] = new

    def _linked_body(
        self, source: int | str, body: dict[str, Any], result: Elements
    ) -> dict[str, Any] | None:
        whole = rewritten(body, KINDS, lambda old: self._resolved(source, old, result))
        if whole is not None and body.get("evidence"):
            whole["evidence"] = self._evidence(source, body["evidence"], result)
        return whole

    def _slots_of(self, case: Difference) -> dict[str, tuple[str, dict[str, Any]]]:
        """The agreed elements shown with a case: slot → their id and body in the first version."""
        slots = self.slots[0]
        return {slots[key]: (key, body) for key, body in case.versions[0].items() if key in slots}

    def _resolved(self, source: int | str, old: str, result: Elements) -> str | None:
        """The new id of what an element hangs on, if it is there.

        An own version may name elements outside its case by the id any reader gave them; the
        first reader's come first, since agreed elements are shown under those.
        """
        new = self.new_id.get((source, old))
        if new is None:
            readers = [source] if isinstance(source, int) else range(len(self.payloads))
            found = (self.new_id.get((i, old)) or self._by_slot(i, old) for i in readers)
            new = next((key for key in found if key in result), None)
        return new if new in result else None

    def _by_slot(self, i: int, old: str) -> str | None:
        return self.by_slot.get(self.slots[i].get(old, ""))

    def _evidence(self, source: int | str, old_ids: list[str], result: Elements) -> list[str]:
        """Evidence follows to the same entity, or to the one that took its place in the text."""
        entities = of_kind(result, "entity")
        theirs = self.payloads[source if isinstance(source, int) else 0]
        found = [
            self._resolved(source, old, result) or _most_overlapping(theirs.get(old), entities)
            for old in old_ids
        ]
        return list(dict.fromkeys(key for key in found if key))


def _successor(key: str, body: dict[str, Any], own: Elements) -> str | None:
    """Which own element stands where an agreed one stood, if any."""
    same_kind = of_kind(own, body["kind"])
    if body["kind"] == "entity":
        return _most_overlapping(body, same_kind)
    if key in same_kind:
        return key
    return next(iter(same_kind)) if len(same_kind) == 1 else None


def _most_overlapping(body: dict[str, Any] | None, entities: Elements) -> str | None:
    if body is None or "fragments" not in body:
        return None
    shared = {key: overlap(body["fragments"], other["fragments"]) for key, other in entities.items()}
    best = max(shared, key=lambda key: (shared[key], entities[key]["label"] == body["label"]), default=None)
    return best if best is not None and shared[best] else None
