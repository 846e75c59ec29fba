"""The quality of a large project: span metrics, edges, intervals, the stored page, an item of very many cases.

    python -m tests.bench.bench_quality [spans edges intervals align page]

Times are CPU seconds of this process: the machine may be shared.
"""

import json
import random
import sys
import tempfile
import time
from pathlib import Path

from app.agreement.judgements import Unit
from app.agreement.metrics.data import MarkedSpan, Reading, Spans
from app.agreement.metrics.gamma import Gamma
from app.agreement.metrics.protocol import METRICS
from app.agreement.metrics.tokens import token_ratings
from app.agreement.metrics.unitizing import UnitizingAlpha
from app.agreement.tallies import tally_edges, tally_round
from app.factory import compose
from app.modalities.notes.cases import note_differences
from app.quality.agreement.entries import BETWEEN, SETTLED, FigureEntry
from app.quality.agreement.figures import measure

NOTES, MARKS, LENGTH = 10_000, 40, 3000
SIZE = f"{NOTES} notes x {MARKS} spans x 2 readers"
LABELS = ("PROBLEM", "SYMPTOM", "MEDICATION", "DOSE", "TEST", "PROCEDURE", "ADVERSE_EVENT", "ANATOMY")
WORDS = "word and other words of a note "


def emit(metric: str, value: float, unit: str, size: str, baseline: str = "", ratio: float | None = None) -> None:
    row = {"bench": "quality", "metric": metric, "value": round(value, 3), "unit": unit, "size": size,
           "baseline": baseline, "ratio": None if ratio is None else round(ratio, 2)}  # fmt: skip
    print(json.dumps(row), flush=True)


def pair_of_readings(rng: random.Random) -> tuple[list[MarkedSpan], list[MarkedSpan]]:
    """Two readers of one note who differ in one mark of four: not there, an edge, or the label."""
    one, other = [], []
    for n in range(MARKS):
        start = (LENGTH // MARKS) * n + rng.randrange(40)
        span = MarkedSpan(rng.choice(LABELS), ((start, start + rng.randrange(4, 25)),))
        one.append(span)
        lapse = rng.random()
        if lapse > 0.25:
            other.append(span)
        elif lapse > 0.16:
            other.append(MarkedSpan(span.label, ((start + 2, span.fragments[0][1]),)))
        elif lapse > 0.08:
            other.append(MarkedSpan(rng.choice(LABELS), span.fragments))
    return one, other


def corpus() -> list[tuple[list[MarkedSpan], list[MarkedSpan]]]:
    rng = random.Random(7)
    return [pair_of_readings(rng) for _ in range(NOTES)]


def spans(notes) -> None:
    """Every span metric of the registry but the two that stand below, and token coefficients."""
    text = (WORDS * (LENGTH // len(WORDS) + 1))[:LENGTH]
    data = Spans({f"d{n}": {"a": Reading(one), "b": Reading(other)} for n, (one, other) in enumerate(notes)},
                 {f"d{n}": text for n in range(len(notes))})  # fmt: skip
    began = time.process_time()
    for metric in METRICS:
        if metric.unit == "span" and metric.key not in (Gamma.key, UnitizingAlpha.key):
            metric.prepare(data).estimate()
    emit("span_metrics_s", time.process_time() - began, "s", SIZE)
    began = time.process_time()
    table = token_ratings(data)
    for metric in METRICS:
        if metric.unit == "token":
            metric.prepare(table).estimate()
    emit("token_metrics_s", time.process_time() - began, "s", SIZE)


def units(marks: list[MarkedSpan]) -> list[Unit]:
    return [Unit("entity", span.label, span.label, fragments=span.fragments) for span in marks]


def edges(notes) -> None:
    began = time.process_time()
    observed = expected = 0
    for one, other in notes:
        told = tally_edges([units(one), units(other)], LENGTH)["0-1"][Gamma.key][""]
        observed, expected = observed + told[0], expected + told[1]
    emit("gamma_and_unitizing_alpha_s", time.process_time() - began, "s", SIZE)
    emit("gamma", 1 - observed / expected, "", SIZE)


def intervals(notes) -> None:
    """What the worker does once the rounds are tallied: all figures with 2,000 resamples each, with progress."""
    began = time.process_time()
    entries, sexes, bands = [], "FM", ("18-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80-89")
    for n, (one, other) in enumerate(notes):
        tally = tally_round([units(one), units(other)])
        facets = {"week": f"2026-{1 + n * 9 // NOTES:02}-01", "guideline": str(1 + n // 5000), "pipeline": "",
                  "note_type": "NOTE", "language": "en", "setting": "", "site": "", "sex": sexes[n % 2],
                  "age_band": bands[n % 7]}  # fmt: skip
        entries.append(FigureEntry(n, n, "notes", "blank", ("1", "2"), (("1", "2", tally["pairs"]["0-1"]),),
                                   tally["ratings"], tally["judged"], [], facets))  # fmt: skip
    emit("tallies_s", time.process_time() - began, "s", SIZE)
    told: list[int] = []
    began = time.process_time()
    body = measure({BETWEEN: entries, SETTLED: []}, {}, progress=lambda done, total: told.append(done))
    emit("intervals_s", time.process_time() - began, "s", f"{SIZE}, {len(body['figures'])} figures, 2000 resamples")
    emit("progress_reports", len(told), "", f"{len(body['figures'])} figures")


def align() -> None:
    """Two readers who differ in each of 3,000 places."""
    sides = [
        {"elements": {f"e{n}": {"kind": "entity", "fragments": [[20 * n, 20 * n + 8 + side]], "label": "AB"[n % 2]}
                      for n in range(3000)}}
        for side in (0, 1)
    ]  # fmt: skip
    began = time.process_time()
    found = note_differences(sides)
    emit("align_s", time.process_time() - began, "s", f"{len(found)} cases")


def page() -> None:
    """The quality page of a large stored result, through the whole application."""
    from app.quality.measuring import AGREEMENT
    from app.quality.results.stored import put_result
    from tests.databases import Templates
    from tests.functional.web.conftest import Team

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        templates = Templates(folder / "templates")
        (folder / "templates").mkdir()
        with templates.fresh("sqlite", folder) as database:
            team = Team(folder, database)
            notes = corpus()[:400]
            entries = [
                FigureEntry(n, n, "notes", "blank", ("1", "2"),
                            (("1", "2", tally_round([units(a), units(b)])["pairs"]["0-1"]),), {}, {}, [],
                            {"week": f"2026-{1 + n % 9:02}-01", "guideline": "1", "pipeline": "", "note_type": "",
                             "language": "en", "setting": "", "site": "", "sex": "FM"[n % 2], "age_band": ""})
                for n, (a, b) in enumerate(notes)
            ]  # fmt: skip
            body = measure({BETWEEN: entries, SETTLED: []}, {}, resamples=0)
            team.database.writing(lambda s: put_result(s, team.project_id, AGREEMENT, body, at=0))
            address = "/projects/first/quality"
            assert team.get("lead", address).status_code == 200
            taken = []
            for _ in range(15):
                began = time.process_time()
                team.get("lead", address)
                taken.append(time.process_time() - began)
            emit("page_ms", 1000 * sorted(taken)[7], "ms", f"{len(body['figures'])} stored figures")


PARTS = {"spans": spans, "edges": edges, "intervals": intervals}


def main() -> None:
    compose()
    asked = sys.argv[1:] or ["align", "page", *PARTS]
    if "align" in asked:
        align()
    if "page" in asked:
        page()
    wanted = [name for name in asked if name in PARTS]
    notes = corpus() if wanted else []
    for name in wanted:
        PARTS[name](notes)


if __name__ == "__main__":
    main()
