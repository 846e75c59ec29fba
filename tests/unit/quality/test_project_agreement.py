"""Agreement of the project itself: the figures anybody computes from the exported readings, and nothing too early."""

import io
import json
import zipfile
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from app.agreement.metrics.evaluate import evaluate
from app.agreement.metrics.protocol import METRICS
from app.agreement.reading.files import data_for, read_files
from app.core.errors import ChartmarkError
from app.jobs.worker import work
from app.quality.agreement.cases import cases_behind, compare_item
from app.quality.agreement.figures import all_entries, measure
from app.quality.agreement.read_round import ReadRound
from app.quality.agreement.slices import Figure
from app.quality.bias.audit import bias_of
from app.quality.measuring import request_measuring
from app.quality.results.stored import find_result
from app.release.export import ExportOrder, export
from app.release.readings import OutgoingReadings
from app.review.submission import submit
from tests.team import Team

SCHEMA = {
    "key": "notes", "version": "1", "modality": "notes", "title": "Notes",
    "labels": [{"key": "problem", "title": "Problem"}, {"key": "drug", "title": "Drug"}], "relations": [],
}  # fmt: skip
TEXT = "Pneumonia treated with amoxicillin. No rash."


def mark(start, end, label="problem", **assertion):
    return {"kind": "entity", "status": "confirmed", "fragments": [[start, end]], "label": label,
            "assertion": assertion, "codes": []}  # fmt: skip


@pytest.fixture
def team(database):
    team = Team(database, schema=SCHEMA)
    both = {"e1": mark(0, 9), "e2": mark(23, 34, "drug")}
    team.read_as(TEXT, ann=both, ben=both)
    team.read_as(TEXT, ann=both | {"e3": mark(39, 43)}, ben=both | {"e3": mark(36, 43, polarity="negated")})
    team.read_as(TEXT, ann={"e1": mark(0, 9, polarity="negated")}, cal={"e1": mark(0, 9)})
    return team


def measured(team):
    services = SimpleNamespace(database=team.database, settings=SimpleNamespace())
    work(services, until_empty=True)
    with team.database.reading() as session:
        return find_result(session, team.project_id, "agreement").body


def figure(body, **wanted):
    wanted = {"dimension": "all", "label": "", "scope": "between", "kind": ""} | wanted
    return next(f for f in body["figures"] if wanted.items() <= f.items())


def test_a_submission_queues_measuring_and_figures_are_those_of_the_exported_readings(team, tmp_path):
    body = measured(team)
    assert body["rounds"] == 3
    lena = team.do("lena", lambda _session, actor: actor)
    out = io.BytesIO()
    export(OutgoingReadings(team.database, lena, "toys", ExportOrder("jsonl"), at=team.at), out)
    with zipfile.ZipFile(out) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / "NOT-A-RELEASE"
    spans = data_for("span", read_files(sorted(folder.rglob("spans.jsonl")), unit="span"))
    for key in ("f1-strict", "f1-relaxed", "f1-strict-untyped", "dice", "gamma", "alpha-u"):
        computed = evaluate(METRICS.get(key), spans)
        stored = figure(body, metric=key)
        assert stored["value"] == computed["value"], key
        assert stored["interval"]["low"] == computed["interval"]["low"], key
        assert stored["n"] == computed["n"], key
    said = data_for("rating", read_files(sorted(folder.rglob("assertion-polarity.jsonl")), unit="rating"))
    computed = evaluate(METRICS.get("alpha-nominal"), said)
    assert figure(body, metric="alpha-nominal", kind="assertion", key="polarity")["value"] == computed["value"]


def test_every_figure_opens_the_cases_behind_it(team):
    told = figure(measured(team), metric="f1-strict")
    own = Figure(**{name: told[name] for name in Figure.__dataclass_fields__})
    with team.database.reading() as session:
        page = cases_behind(session, team.project(session), own)
    assert [(one.differing, one.of) for one in page.items] == [(2, 6)]
    compared = team.do(
        "lena", lambda s, lena: compare_item(s, lena, team.project(s), page.items[0].item, at=team.at)
    )
    assert [case.kinds for case in compared.cases]
    assert any(case.excerpt and "rash" in "".join(case.excerpt) for case in compared.cases)
    assert team.events("review.document.viewed")[-1]["data"]["purpose"] == "quality"
    with team.database.reading() as session:  # what is tolerant of edges opens what is not the same mark
        tolerant = Figure(**{name: (told | {"metric": "gamma"})[name] for name in Figure.__dataclass_fields__})
        assert [one.item for one in cases_behind(session, team.project(session), tolerant).items] == [
            one.item for one in page.items
        ]
    # an adjudicator sees places and labels, not the text
    compared = team.do("ada", lambda s, ada: compare_item(s, ada, team.project(s), page.items[0].item, at=team.at))
    assert compared.cases
    assert not compared.has_text


def test_what_somebody_still_has_to_read_is_no_figure_and_opens_nothing(team):
    item, ann, _ = team.item("ann", "ben", text=TEXT)
    team.open("ann", ann)
    team.write("ann", ann, {"e1": mark(0, 9)})
    team.act("ann", submit, ann)
    assert measured(team)["rounds"] == 3
    with pytest.raises(ChartmarkError, match="no such item"):
        team.do("lena", lambda s, lena: compare_item(s, lena, team.project(s), item.id, at=team.at))


def test_readings_with_and_without_suggestions_are_never_one_figure(team):
    arms = {f["arm"] for f in measured(team)["figures"]}
    assert arms == {"blank"}
    assert not any(f["arm"] == "" for f in measured(team)["figures"])
    assert json.dumps(measured(team)["figures"])  # no NaN: floats as they are


def test_values_of_a_large_project_are_stored_before_their_intervals(team):
    whole = measured(team)
    with team.database.reading() as session:
        entries = all_entries(session, team.project_id)
    early = measure(entries, {}, resamples=0)
    json.dumps(early, allow_nan=False)
    told = figure(early, metric="f1-strict")
    assert told["value"] == figure(whole, metric="f1-strict")["value"]
    assert told["interval"]["reason"] == "not_yet"
    # what has not changed is not computed again, what has no interval yet is
    assert figure(measure(entries, early), metric="f1-strict") == figure(whole, metric="f1-strict")


def test_the_worker_stores_a_bias_audit_in_which_few_documents_are_no_group(team):
    measured(team)
    with team.database.reading() as session:
        told = bias_of(session, team.project_id)
    assert [(one["modality"], one["arm"]) for one in told["audits"]] == [("notes", "blank")]
    (agreement,) = told["audits"][0]["measures"]  # nothing is settled yet
    assert (agreement["measure"], agreement["documents"]) == ("agreement", 3)
    assert not any(facet["groups"] for facet in agreement["facets"])
    assert told["findings"] == []
    assert told["population"]["documents"] == 0


def test_edges_are_counted_for_rounds_of_before_and_once_only(team):
    measured(team)
    with team.database.reading() as session:
        before = {row.round_id: row.edges_json for row in session.scalars(select(ReadRound))}
    assert all(json.loads(edges) for edges in before.values())
    team.database.writing(lambda s: s.execute(update(ReadRound).values(edges_json=None)) and None)
    team.do("lena", lambda s, lena: request_measuring(s, lena, team.project(s), at=team.at))
    assert figure(measured(team), metric="gamma")["value"] is not None
    with team.database.reading() as session:
        assert {row.round_id: row.edges_json for row in session.scalars(select(ReadRound))} == before
