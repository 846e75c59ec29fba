"""What an owner signs follows words and patterns, not files and names."""

import pytest

from app.tagging.literals import literals_digest

RULES = '''"""Cues."""
from app.somewhere import helper

CUES = ("no evidence of", "denies")
LEAST = 3

def find(text):
    """Docstring."""
    return [cue for cue in CUES if cue in text and len(text) > 2]
'''
MOVED = '''"""Other words about cues."""
from app.elsewhere.deep import helper  # and a comment

def find_cues(note):
    return [c for c in _CUES if c in note and len(note) > 2]

_CUES = ("no evidence of", "denies")
_LEAST = 3
'''


@pytest.fixture
def digest(tmp_path):
    def of(*sources):
        for number, source in enumerate(sources):
            (tmp_path / f"{number}.py").write_text(source)
        return literals_digest(tmp_path / f"{number}.py" for number in range(len(sources)))

    return of


def test_moving_and_renaming_leave_it_alone(digest):
    assert digest(RULES) == digest(MOVED)
    first, second = MOVED.split("_CUES = ")
    assert digest(RULES) == digest(first, "_CUES = " + second)


@pytest.mark.parametrize(
    "change",
    [
        ("denies", "declines"),
        ("LEAST = 3", "LEAST = 4"),
        ("> 2", "> 5"),
        ('("no evidence of", "denies")', '("denies", "no evidence of")'),
    ],
)
def test_a_changed_word_pattern_order_or_threshold_changes_it(digest, change):
    before = digest(RULES)
    assert digest(RULES.replace(*change)) != before
