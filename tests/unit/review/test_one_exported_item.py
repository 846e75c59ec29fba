"""A regulator has one exported item and nothing else: who, when, with which credential, under which guideline, what
was changed and why, and what the others said."""

import io
import json
import zipfile

from app.agreement.judgements import Choice, Ruling
from app.review.adjudication import Decision, cases_of, rule
from app.review.item import get_item
from app.review.meaning import Act
from app.review.workflows import Step
from tests.signing import confirm, end_step
from tests.team import Team

SCHEMA = {
    "key": "notes", "version": "1", "modality": "notes", "title": "Notes",
    "labels": [{"key": "problem", "title": "Problem"}],
}  # fmt: skip
TEXT = "Pneumonia treated with amoxicillin. No rash."


def mark(start, end, **assertion):
    return {"kind": "entity", "status": "confirmed", "fragments": [[start, end]], "label": "problem",
            "assertion": assertion, "codes": []}  # fmt: skip


def told(team):
    release = team.cut("lena")
    out = io.BytesIO()
    team.export("lena", release, out)
    with zipfile.ZipFile(out) as archive:
        (line,) = archive.read("items.jsonl").splitlines()
    return json.loads(line)


def test_one_exported_item_tells_who_when_why_and_what_the_others_said(database):
    team = Team(database, schema=SCHEMA)
    item = team.read_as(TEXT, ann={"e1": mark(0, 9)}, ben={"e1": mark(0, 9), "e2": mark(39, 43)})
    task = team.take("ada", item, Step.ADJUDICATE)
    (case,) = team.read(lambda s: cases_of(s, get_item(s, item.id), task)).differences
    seat = next(n for n, version in enumerate(case.versions) if version)  # ben's, wherever he sits
    team.act("ada", rule, task, Decision(Ruling(case.key, Choice.TAKE, seat, reason="slip", citation="1.2"), True))
    end_step(team, "ada", item, Act.SETTLE)
    confirm(team, "vera", item)
    said = told(team)
    history = said["history"]
    ann, ben, ada, vera = (team.people[name] for name in ("ann", "ben", "ada", "vera"))
    assert [(one["by"], one["step"], one["qualification"]["tier"]) for one in history["settled"]] == [
        (ada, "adjudicate", 3), (vera, "verify", 3),
    ]  # fmt: skip
    assert history["settled"][-1]["submission_sha256"] == said["provenance"]["submission_sha256"]
    assert history["settled"][-1]["elements"] == said["elements"]
    said_by = {reading["reader"]: reading for reading in history["readings"]}
    assert {reader: len(reading["elements"]) for reader, reading in said_by.items()} == {ann: 1, ben: 2}
    for reading in history["readings"]:
        assert reading["guideline"] == "1"
        assert reading["at"] == team.at
        assert reading["began_from"] == ""
        assert reading["qualification"]["tier"] == 1
        assert reading["qualification"]["credentials"][0]["profession"] == "physician"
    (ruling,) = history["rulings"]
    assert (ruling["by"], ruling["choice"], ruling["reason"], ruling["citation"]) == (ada, "take", "slip", "1.2")
    assert ruling["took"] == said_by[ben]["submission_sha256"]
    assert len(said["elements"]) == 2
    assert "Dr Vera" in {one["name"] for one in said["provenance"]["signatures"]}
    assert said["provenance"]["guideline"] == "1"
