"""The work on a text grows with its length and no faster, whatever the text: counted in lines of Python executed."""

import sys

import pytest

from app.tagging.annotate import annotate_note
from app.tagging.terms.gazetteer import Gazetteer, Term
from app.tagging.valuesets import rows

SHORT, TIMES = 3_000, 4
TERMS = [Term("PROBLEM", "chest pain", ("toy", "1", "A1", "Chest pain")), Term("PROBLEM", "pain", least=0)]
# What a text begins with, what it then repeats.
REPEATED = {
    "denials": ("", "no fever "),
    "denials after": ("", "fever, no "),
    "commas": ("", "pain, "),
    "nothing but commas": ("", ","),
    "lines": ("", "\n"),
    "letters with dots": ("", "a."),
    "drugs": ("", "aspirin "),
    "drugs by hyphen": ("", "N-aspirin-"),
    "doses": ("", "aspirin 20 mg by mouth daily "),
    "headers": ("", "PLAN:\n"),
    "headers in a line": ("", "ASSESSMENT: "),
    "abbreviations": ("", "(X) "),
    "defined abbreviations": ("", "heart failure (HF) "),
    "digits": ("", "7"),
    "numbers": ("", "7 "),
    "ranges": ("", "1-"),
    "brackets": ("no fever ", "("),
    "lists": ("", "aspirin and "),
    "sides": ("", "left and right lung "),
    "grades": ("diabetes ", "type "),
    "places": ("", "cancer of the left "),
    "allergies": ("ALLERGIES: ", "aspirin rash, "),
    "family": ("FAMILY HISTORY: ", "cancer in mother "),
    "causes": ("", "rash caused by aspirin "),
    "times": ("", "rash after aspirin for 3 days in 1999 "),
    "adverse events": ("", "rash caused by aspirin hospitalized stopped resolved "),
    "complications": ("", "complicated by rash hospitalized fatal "),
    "said of the patient": ("", "was very tender "),
    "giving": ("", "given-"),
    "coded terms": ("", "chest pain "),
}
SALTS = sorted(row["word"] for row in rows("salts"))


def work(text):
    """Lines of Python that tagging the text runs through."""
    lines = 0

    def count(_frame, event, _value):
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        annotate_note(text, [Gazetteer.of(TERMS)], None)
    finally:
        sys.settrace(before)
    return lines


def growth(beginning, unit):
    long = beginning + unit * (SHORT * TIMES // len(unit))
    short = beginning + unit * (SHORT // len(unit))
    annotate_note(long, [], None)  # what is remembered of words is no work of the second text
    return work(long) / work(short)


@pytest.mark.parametrize("kind", REPEATED)
def test_four_times_the_text_is_four_times_the_work(kind):
    assert growth(*REPEATED[kind]) < 1.1 * TIMES


@pytest.mark.parametrize("salt", SALTS)
def test_a_run_of_one_salt_is_no_exception(salt):
    assert growth("", f"{salt} ") < 1.1 * TIMES


def test_many_targets_are_answered_without_looking_at_every_mention_for_each():
    def lines(count):
        text = "no fever " * count
        targets = [(at, at + 8) for at in range(0, len(text), 9)]
        annotate_note(text, [], targets)
        seen = 0

        def trace(_frame, event, _value):
            nonlocal seen
            seen += event == "line"
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            annotate_note(text, [], targets)
        finally:
            sys.settrace(before)
        return seen

    assert lines(400) < 4.4 * lines(100)
