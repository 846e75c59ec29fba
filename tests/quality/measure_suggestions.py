"""What a reader is shown: suggestions per kB by profile, rejected and edited ones, what a profile costs in recall."""

import os
from collections import Counter

from app.factory import compose
from app.modalities.notes.kinds import KINDS
from app.modalities.notes.profiles import PROFILES, within_profile
from app.modalities.notes.suggest import suggested_note
from app.pipelines.chartmark import ChartmarkRules
from tests.public_notes import SETS, SHORTEST, marks, notes_of
from tests.quality.lines import say, say_share
from tests.quality.measure_entities import gold_of
from tests.quality.sets import need


def main():
    compose()
    for relative in SETS:
        need(relative)
    pipeline = ChartmarkRules()
    for relative in SETS:
        per_kilobyte(pipeline, relative)
    against_reading(pipeline)
    against_maccrobat(pipeline)


def shown(pipeline, text, profile):
    """Entities a profile shows of a text."""
    found = within_profile(suggested_note([pipeline.annotate(text).to_dict(text)]), profile, text, KINDS)
    return [body for body in found["elements"].values() if body["kind"] == "entity"]


def per_kilobyte(pipeline, relative):
    texts = [text for text in notes_of(relative).values() if len(text) >= SHORTEST]
    size = sum(map(len, texts)) / 1000
    for profile in PROFILES:
        count = sum(len(shown(pipeline, text, profile)) for text in texts)
        say("suggestions", f"{relative} {profile}", count / size, unit="per kB", size=len(texts))


def against_reading(pipeline):
    """The coding profile against our own reading: as it is, edited, rejected, missed."""
    counts, size = Counter(), 0
    for (relative, note), read in marks().items():
        text = notes_of(relative)[note]
        size += len(text) / 1000
        counts += judged(shown(pipeline, text, "coding"), read)
    suggested = counts["accepted"] + counts["edited"] + counts["rejected"]
    say("suggestions", "twenty notes read, coding profile", suggested / size, unit="per kB", size=20)
    say("suggestions", "twenty notes read, marks of the reader", counts["read"] / size, unit="per kB", size=20)
    note = "read by an engineer, not a clinician; another span, label or assertion is an edit"
    for action in ("accepted", "edited", "rejected"):
        say_share("suggestions", f"twenty notes read, {action}", counts[action], suggested, note=note)
    touching = counts["accepted"] + counts["edited"]
    say_share("suggestions", "twenty notes read, touching a mark", touching, suggested)
    say_share("suggestions", "twenty notes read, missed", counts["missed"], counts["read"])


def judged(entities, read):
    """How many of the suggestions a reader takes as they are, edits and rejects, and what was missed."""
    counts, touched = Counter(read=len(read)), set()
    for body in entities:
        (start, end), label, said = hull(body), body["label"], flags(body["assertion"])
        over = [n for n, mark in enumerate(read) if mark[0] < end and start < mark[1]]
        touched.update(over)
        same = any(read[n] == (start, end, label, said) for n in over)
        counts["accepted" if same else "edited" if over else "rejected"] += 1
    counts["missed"] = len(read) - len(touched)
    return counts


def hull(body):
    return body["fragments"][0][0], body["fragments"][-1][1]


def flags(axes):
    """The assertion as our marks write it."""
    marked = {
        "n": axes.get("polarity") == "negated",
        "u": axes.get("certainty", "certain") != "certain",
        "h": axes.get("temporality") == "past",
        "y": bool(axes.get("hypothetical")) or axes.get("temporality") == "future",
        "f": axes.get("experiencer") == "family",
    }
    return "".join(flag for flag, is_set in marked.items() if is_set)


def against_maccrobat(pipeline):
    """Gold of the coding profile's own labels touched by what it shows, beside what all suggestions touch."""
    labels = PROFILES["coding"].labels
    own, everything, whole, touching, suggested = 0, 0, 0, 0, 0
    for document in gold_of("maccrobat_dev"):
        gold = [(e.start, e.end) for e in document.entities if e.label in labels]
        spans = [hull(body) for body in shown(pipeline, document.text, "coding")]
        before = [hull(body) for body in shown(pipeline, document.text, "research") if body["label"] in labels]
        whole += len(gold)
        own += sum(any(a < end and start < b for a, b in spans) for start, end in gold)
        everything += sum(any(a < end and start < b for a, b in before) for start, end in gold)
        suggested += len(spans)
        touching += sum(any(a < e.end and e.start < b for e in document.entities) for a, b in spans)
    say_share("suggestions", "maccrobat_dev coding profile relaxed recall of its labels", own, whole,
              beside={"without a profile": (everything, whole)})  # fmt: skip
    say_share("suggestions", "maccrobat_dev coding profile touching any annotation", touching, suggested)


if __name__ == "__main__":
    os.environ.setdefault("CHARTMARK_VAR", "var")
    main()
