"""What the tests of pre-annotation share: tagging without a code system, entities by covered text."""

from __future__ import annotations

import pytest

from app.tagging.annotate import annotate_note


class Tagged:
    """One tagged text; entities are looked up by covered text."""

    def __init__(self, text):
        self.text = text
        self.said = annotate_note(text, [], None)

    def all(self, covered):
        return [e for e in self.said.entities if e.to_dict(self.text)["text"].lower() == covered.lower()]

    def one(self, covered):
        found = self.all(covered)
        assert len(found) == 1, [e.to_dict(self.text)["text"] for e in self.said.entities]
        return found[0]

    def labels(self):
        return {e.to_dict(self.text)["text"]: e.label for e in self.said.entities}

    def links(self):
        covered = [e.to_dict(self.text)["text"] for e in self.said.entities]
        return {(r.type, covered[r.head], covered[r.tail]) for r in self.said.relations}


def asserted(text, target):
    """The assertion of the last place where `target` stands in `text`."""
    start = text.lower().rindex(target.lower())
    return annotate_note(text, [], [(start, start + len(target))]).entities[0]


@pytest.fixture
def tag():
    return Tagged


@pytest.fixture
def assertion_of():
    return asserted
