"""CheXpert labeler: reports with 14 labels (1 present, 0 denied, -1 uncertain) and the phrases of each label."""

import csv
import re
from dataclasses import dataclass

_STATES = {"1.0": "present", "0.0": "denied", "-1.0": "uncertain"}
# "No Finding" is the absence of the others, nothing that stands in a report.
_NO_MENTION = "No Finding"


@dataclass(frozen=True)
class Judged:
    """One label of one report: where its phrases stand, and what the labeler's authors expect."""

    text: str
    label: str
    spans: tuple[tuple[int, int], ...]
    state: str


def read_reports(path, phrases):
    """Judged labels of `path`, a CSV; `phrases` is the folder of mention phrases, one file a label."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            text = row.pop("Reports")
            for label, value in row.items():
                state = _STATES.get(value.strip()) if value else None
                if state and label != _NO_MENTION:
                    yield Judged(text, label, mentions(text, phrases_of(phrases, label)), state)


def phrases_of(folder, label):
    path = folder / f"{label.lower().replace(' ', '_')}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return [line.strip() for line in lines if line.strip()]


def mentions(text, phrases):
    """Longest phrases first; what lies within an earlier one is not counted again."""
    found = []
    for phrase in sorted(phrases, key=len, reverse=True):
        pattern = r"\b" + r"\s+".join(map(re.escape, phrase.split())) + r"\w*"  # the lists hold stems
        for match in re.finditer(pattern, text, re.IGNORECASE):
            a, b = match.span()
            if not any(start < b and a < end for start, end in found):
                found.append((a, b))
    return tuple(sorted(found))


def state_of(flags):
    """One state from (negated, uncertain) of each mention: present wins over uncertain, uncertain over denied."""
    if any(not negated and not uncertain for negated, uncertain in flags):
        return "present"
    if any(uncertain for _, uncertain in flags):
        return "uncertain"
    return "denied" if flags else "not mentioned"
