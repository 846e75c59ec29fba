"""Dates, ages and numbers: what of the hard examples stays, what is taken for nothing, which offsets can be read."""

import os
from collections import Counter

from app.deidentify.engine import SourceText, deidentify_subject
from app.deidentify.note import Note
from app.deidentify.policy import Policy
from app.deidentify.replace.dateshift import subject_shift
from app.factory import compose
from app.privacy.engines import full_engine, rules_engine
from tests.quality.dated_notes import patients
from tests.quality.lines import say, say_share
from tests.quality.number_cases import left, marked_cases, too_much
from tests.quality.offset_attack import found, guess, left_in_place

KEY = b"quality of shifts"


def goes(engine, name="identifiers_that_go.tsv"):
    """Marked places per kind that stay, and rows that lose a word beside them."""
    leaks, rows, over = Counter(), Counter(), 0
    for case in marked_cases(name):
        spans = engine.find([Note(case.text)])[0]
        rows[case.kind] += 1
        leaks[case.kind] += bool(left(case, spans))
        over += bool(too_much(case, spans))
    for kind, count in rows.items():
        say_share("dates", f"{name}: {kind}, rows with a part left", leaks[kind], count)
    say_share("dates", f"{name}: rows with a part left", sum(leaks.values()), sum(rows.values()))
    say_share("dates", f"{name}: rows that lose a word beside it", over, sum(rows.values()))


def stays(engine, name="dates_and_ages_kept.tsv"):
    cases = marked_cases(name)
    touched = sum(bool(too_much(case, engine.find([Note(case.text)])[0])) for case in cases)
    say_share("dates", f"{name}: rows touched by a date, age, number or contact", touched, len(cases))


def attack(engine, count=208):
    """Share of patients whose offset is guessed from their de-identified note, and of notes that wait unread."""
    won, waiting, left_over, read = [], 0, 0, 0
    for patient in patients(count):
        subject = f"attacked {patient.number}"
        source = SourceText("1", patient.text)
        policy = Policy(mode="surrogate", dates="shift", date_order=patient.order)
        (made,) = deidentify_subject([source], policy, key=KEY, engine=engine, subject=subject)
        offset = subject_shift(KEY, subject)
        if "ambiguous-dates" in made.reasons:
            waiting += 1
            continue
        read += 1
        left_over += bool(left_in_place(patient, made.spans, offset))
        won.append(found(guess(made.text, patient.order)[0], offset))
    say_share("dates", "offset attack: patients whose offset is found to 3 days", sum(won), read)
    say_share("dates", "offset attack: patients with a date left where it was", left_over, read)
    say("dates", "offset attack: notes that wait for their order", waiting, unit="notes", size=count)
    return won


def main():
    compose()
    engine = full_engine()
    goes(engine)
    stays(engine)
    attack(rules_engine())


if __name__ == "__main__":
    os.environ.setdefault("CHARTMARK_VAR", "var")
    main()
