"""The Naranjo scale: ten answers, their points, and what the total says (Naranjo 1981)."""

from __future__ import annotations

# Points for yes, no and unknown of questions 1 to 10.
POINTS: tuple[tuple[int, int, int], ...] = (
    (1, 0, 0),  # conclusive reports before
    (2, -1, 0),  # the event came after the drug
    (1, 0, 0),  # better when stopped, or with an antagonist
    (2, -1, 0),  # came again with the drug
    (-1, 2, 0),  # other causes that could alone have caused it
    (-1, 1, 0),  # came again with placebo
    (1, 0, 0),  # toxic level of the drug
    (1, 0, 0),  # more with more, less with less of it
    (1, 0, 0),  # a like reaction to a like drug before
    (1, 0, 0),  # confirmed by objective evidence
)
_PLACE = {"yes": 0, "no": 1, "unknown": 2}


def score(answers: list[str]) -> int:
    """The total of ten answers, −4 to 13."""
    return sum(points[_PLACE[answer]] for points, answer in zip(POINTS, answers, strict=True))


def answered(answers: list[str]) -> int:
    """How many of the ten somebody knew."""
    return sum(answer != "unknown" for answer in answers)


def category(answers: list[str]) -> str:
    """Definite from 9, probable from 5, possible from 1, else doubtful; nothing known is insufficient."""
    if not answered(answers):
        return "insufficient"
    total = score(answers)
    bands = ((9, "definite"), (5, "probable"), (1, "possible"))
    return next((name for least, name in bands if total >= least), "doubtful")
