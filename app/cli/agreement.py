"""`flask agreement`: how far readers agree, from files."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from app.agreement.metrics.data import Ratings, Spans
from app.agreement.metrics.evaluate import evaluate
from app.agreement.metrics.intervals import RESAMPLES, SEED
from app.agreement.metrics.names import metric_named, metrics_for
from app.agreement.metrics.protocol import METRICS, Metric
from app.agreement.reading.collected import Collected
from app.agreement.reading.files import data_for, read_files
from app.agreement.reading.wide import Wide
from app.core.errors import ChartmarkError, Invalid, NotFound


@dataclass
class _Request:
    """What was asked on the command line."""

    files: tuple[Path, ...]
    unit: str
    metric: tuple[str, ...]
    categories: str | None
    positive: str | None
    missing: tuple[str, ...]
    wide: bool
    item: str
    raters: tuple[str, ...]
    fold: bool
    characters: bool
    seed: int
    resamples: int


@click.group("agreement")
def agreement() -> None:
    """Agreement between readers: kappa, alpha, F1 and their kin."""


@agreement.command("compute")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--unit", type=click.Choice(["rating", "span", "token"]), default="rating", show_default=True)
@click.option("--metric", multiple=True, help="Key of a metric; may be repeated. All of the unit, if none.")
@click.option("--categories", help="The category set in its order, separated by commas.")
@click.option("--positive", help="The positive category, for specific agreement.")
@click.option("--missing", multiple=True, help="A further value that means: not rated.")
@click.option("--wide", is_flag=True, help="Tables have one column per rater after the item's.")
@click.option("--item", default="", help="With --wide: the item's column, by name or number; the first, if unsaid.")
@click.option("--raters", multiple=True, help="With --wide: the raters' columns, separated by commas; may be repeated.")
@click.option("--fold", is_flag=True, help="Take labels that differ in case, spaces or hyphens for one.")
@click.option("--characters", is_flag=True, help="With --unit token: compare characters, not words.")
@click.option("--seed", default=SEED, show_default=True, type=click.IntRange(0), help="Of the bootstrap.")
@click.option("--resamples", default=RESAMPLES, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def compute(*, as_json: bool, **asked: Any) -> None:
    """Values, intervals and n of FILES; what was left out, and why.

    FILES are tables (item, rater, value), JSON lines, or brat folders with one folder per reader.
    """
    try:
        report = _report(_sorted_out(_Request(**asked)))
    except ChartmarkError as error:
        raise click.ClickException(str(error)) from None
    click.echo(json.dumps(report, ensure_ascii=False) if as_json else _readable(report))


@agreement.command("metrics")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def metrics_command(*, as_json: bool) -> None:
    """The metrics there are, with their units and sources."""
    for metric in METRICS:
        row = {"key": metric.key, "title": metric.title, "unit": metric.unit, "source": metric.source}
        click.echo(json.dumps(row, ensure_ascii=False) if as_json else "\t".join(row.values()))


def _sorted_out(asked: _Request) -> _Request:
    """`--metric a b` leaves b among the files: what is no file but a metric's name is one.

    Raises Invalid for a file that does not exist.
    """
    missing = [path for path in asked.files if not path.exists()]
    if missing and not asked.metric:
        raise Invalid("no-such-file", f"{missing[0]} does not exist")
    try:
        more = [metric_named(str(path)).key for path in missing]
    except NotFound:
        raise Invalid("no-such-file", f"{missing[0]} does not exist") from None
    files = tuple(path for path in asked.files if path not in missing)
    if not files:
        raise Invalid("no-such-file", "no file to read")
    return replace(asked, files=files, metric=(*asked.metric, *more))


def _report(asked: _Request) -> dict[str, Any]:
    metrics = _metrics(asked)
    found = read_files(asked.files, unit=asked.unit, wide=_wide(asked), missing=asked.missing)
    categories = tuple(name.strip() for name in asked.categories.split(",")) if asked.categories else None
    data = data_for(
        asked.unit, found, categories=categories, positive=asked.positive, fold=asked.fold,
        characters=asked.characters,
    )  # fmt: skip
    results = [evaluate(metric, data, seed=asked.seed, resamples=asked.resamples) for metric in metrics]
    return {
        "unit": asked.unit,
        "files": [path.name for path in asked.files],
        **_size(data),
        "metrics": {result["metric"]: result for result in results},
        "exclusions": found.excluded,
        "warnings": _warnings(found, fold=asked.fold),
    }


def _wide(asked: _Request) -> Wide | None:
    """The columns that were named; naming some says that the table is wide."""
    raters = tuple(name.strip() for several in asked.raters for name in several.split(",") if name.strip())
    return Wide(asked.item, raters) if asked.wide or asked.item or raters else None


def _metrics(asked: _Request) -> list[Metric]:
    """The metrics asked for, each once. Raises Invalid for one that compares something else."""
    names = [name for several in asked.metric for name in several.split(",")]
    chosen = [metric_named(name) for name in names] or metrics_for(asked.unit)
    fitting = metrics_for(asked.unit)
    for metric in chosen:
        if metric not in fitting:
            raise Invalid("wrong-unit", f"{metric.key} compares {metric.unit}s, not {asked.unit}s")
    return list({metric.key: metric for metric in chosen}.values())


def _size(data: Ratings | Spans) -> dict[str, Any]:
    if isinstance(data, Spans):
        labels = {s.label for readers in data.readings.values() for r in readers.values() for s in r.spans}
        return {"raters": list(data.raters), "documents": len(data.readings), "labels": sorted(labels)}
    return {
        "raters": list(data.raters),
        "items": len(data.codes),
        "ratings": int((data.codes >= 0).sum()),
        "documents": len(set(data.documents)),
        "categories": list(data.categories),
        "ordered": data.ordered,
    }


def _warnings(found: Collected, *, fold: bool) -> list[str]:
    verb = "taken for one label" if fold else "look like one label; --fold takes them for one"
    return found.notes + [f"{', '.join(spelt)}: {verb}" for spelt in found.spellings()]


def _readable(report: dict[str, Any]) -> str:
    lines = [f"{report['unit']}s of {', '.join(report['raters'])}"]
    for result in report["metrics"].values():
        value, interval = result["value"], result["interval"]
        shown = f"{value:.4f}" if value is not None else f"undefined ({result['reason']})"
        if interval["low"] is not None:
            shown += f"  [{interval['low']:.4f}, {interval['high']:.4f}]"
        lines.append(f"{result['title']:<40} {shown}  n={result['n']}")
    lines += [f"left out: {entry['where']}: {entry['reason']}" for entry in report["exclusions"]]
    return "\n".join(lines + [f"warning: {warning}" for warning in report["warnings"]])
