"""Which pictures a project has, from its stored results."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from app.quality.plots.agreement import cases_by_kind, confusion, over_time
from app.quality.plots.bias import forests, representation
from app.quality.plots.drawing import Picture
from app.quality.plots.drift import control_charts, weekly_levels
from app.quality.plots.work import burn_up, critical, lots, reasons, suggestions, workload


def every_picture(
    results: dict[str, Any], name: Callable[[int], str], critical_minutes: int
) -> Iterator[Picture | None]:
    """All there are; None where there is nothing to show. `name` says who a reader is."""
    agreement = results["agreement"]
    figures = agreement["figures"]
    for modality, arm in dict.fromkeys((f["modality"], f["arm"]) for f in figures):
        yield over_time(figures, modality, arm)
        yield confusion(agreement["confusion"].get(modality, {}).get(arm, []), modality, arm)
    for modality in dict.fromkeys(f["modality"] for f in figures):
        yield cases_by_kind(agreement["cases"], modality)
    yield from forests(results["bias"])
    yield representation(results["bias"])
    progress = results["progress"]
    yield burn_up(progress)
    yield workload(progress, name)
    yield reasons(progress)
    yield lots(progress)
    yield critical(progress, critical_minutes)
    yield suggestions(results["conduct"]["people"], name)
    yield control_charts(results["drift"], name)
    yield weekly_levels(results["drift"], name)
