"""Control charts: one small panel a reader and label, by decision (CUSUM) and by week (EWMA)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.quality.drift.ewma import LIMIT, WEIGHT
from app.quality.plots.drawing import ALARM, INK, PALETTE, QUIET, Picture, spec_of

MOST_PANELS = 12
#: points of a panel: of a long chart the last
MOST_POINTS = 300


def control_charts(drift: dict[str, Any], name: Callable[[int], str]) -> Picture | None:
    """CUSUM charts, those that alarm or stand highest first."""
    import altair as alt

    judged = [chart for chart in drift["charts"] if chart["judged"]]
    if not judged:
        return None
    judged.sort(key=lambda chart: (chart["alarm"] is None, -_last(chart)))
    rows, marks, alarms, order = [], [], [], []
    for chart in judged[:MOST_PANELS]:
        title = f"{name(chart['person'])}: {chart['label']}"
        order.append(title)
        points = [point for point in chart["points"] if point[2] is not None][-MOST_POINTS:]
        rows += [{"panel": title, "n": n, "level": level, "wrong": bool(wrong)} for n, _, level, wrong in points]
        first = points[0][0] if points else 0
        marks += [{"panel": title, "n": n, "h": drift["threshold"]} for n in chart["guidelines"] if n >= first]
        if chart["alarm"] is not None:
            alarms.append({"panel": title, "n": chart["alarm"], "level": drift["threshold"], "since": chart["change"]})
    for row in rows:
        row["h"] = drift["threshold"]
    base = alt.Chart().transform_filter("isValid(datum.level)")
    x = alt.X("n:Q", title="scored decisions")
    line = base.mark_line(color=PALETTE[0], strokeWidth=1.3).encode(x=x, y=alt.Y("level:Q", title=None))
    limit = alt.Chart().mark_rule(color=ALARM, strokeDash=[4, 3]).encode(y="max(h):Q")
    out = base.transform_filter(f"datum.level >= {drift['threshold']}").mark_point(
        color=ALARM, filled=True, size=18).encode(x=x, y="level:Q")  # fmt: skip
    versions = alt.Chart().transform_filter("datum.version").mark_rule(color=INK, strokeWidth=1).encode(x="n:Q")
    changes = alt.Chart().transform_filter("datum.since").mark_rule(color=QUIET, strokeDash=[2, 2]).encode(x="n:Q")
    data = rows + [mark | {"version": True} for mark in marks]
    data += [{"panel": one["panel"], "n": one["since"], "since": True, "h": drift["threshold"]} for one in alarms]
    panel = alt.layer(line, limit, out, versions, changes, data=alt.Data(values=data)).properties(width=190, height=90)
    picture = panel.facet(facet=alt.Facet("panel:N", title=None, sort=order), columns=3).resolve_scale(x="independent")
    return Picture(
        "drift-charts", _finding(judged, alarms),
        "A control chart for each reader and label: the statistic after each decision, and the threshold.",
        ("Reader", "Label", "Decisions", "Wrong", "Statistic now", "Alarm at", "Changed at", "Days to find"),
        [[name(c["person"]), c["label"], c["decisions"], c["wrong"], f"{_last(c):.2f}", c["alarm"], c["change"],
          round(c["days_to_find"], 1)] for c in judged], spec_of(picture),
        f"Bernoulli CUSUM, {100 * drift['p0']:g} % expected, {100 * drift['p1']:g} % to be found; alarm at "
        f"{drift['threshold']:g} (dashed red). Black: another guideline version began; grey: the estimated change.",
    )  # fmt: skip


def weekly_levels(drift: dict[str, Any], name: Callable[[int], str]) -> Picture | None:
    """EWMA of weekly shares of wrong decisions, the highest first: it also sees small changes that stay."""
    import altair as alt

    judged = [chart for chart in drift["charts"] if chart["judged"] and len(chart["weeks"]) > 1]
    if not judged:
        return None
    judged.sort(key=lambda chart: -_above(chart))
    rows, order = [], []
    for chart in judged[:MOST_PANELS]:
        title = f"{name(chart['person'])}: {chart['label']}"
        order.append(title)
        rows += [{"panel": title, "week": week, "wrong": wrong, "of": of, "level": level, "limit": limit,
                  "out": level > limit} for week, wrong, of, level, limit in chart["weeks"]]  # fmt: skip
    x = alt.X("week:O", title=None, axis=alt.Axis(labelAngle=-40, labelOverlap=True))
    base = alt.Chart()
    line = base.mark_line(color=PALETTE[0], strokeWidth=1.3).encode(x=x, y=alt.Y("level:Q", title=None))
    limit = base.mark_line(color=ALARM, strokeDash=[4, 3], interpolate="step").encode(x=x, y="limit:Q")
    out = base.transform_filter("datum.out").mark_point(color=ALARM, filled=True, size=30).encode(x=x, y="level:Q")
    panel = alt.layer(line, limit, out, data=alt.Data(values=rows)).properties(width=190, height=90)
    picture = panel.facet(facet=alt.Facet("panel:N", title=None, sort=order), columns=3).resolve_scale(x="independent")
    beyond = [title for title, chart in zip(order, judged, strict=False) if _above(chart) > 0]
    said = f"{beyond[0]} is beyond its limit" if beyond else f"None of {len(judged)} weekly charts is beyond its limit"
    return Picture(
        "drift-weeks", said + (f", and {len(beyond) - 1} more" if len(beyond) > 1 else ""),
        "A chart for each reader and label: the weighted mean of weekly shares of wrong decisions, and its limit.",
        ("Reader", "Label", "Week", "Wrong", "Decisions", "EWMA", "Limit", "Beyond"),
        [[name(chart["person"]), chart["label"], week, wrong, of, f"{level:.2f}", f"{limit:.2f}",
          "yes" if level > limit else "no"] for chart in judged for week, wrong, of, level, limit in chart["weeks"]],
        spec_of(picture),
        f"EWMA of weekly shares in standard errors from the {100 * drift['p0']:g} % expected, weight {WEIGHT:g}, limit "
        f"{LIMIT:g} (dashed red): in control it passes once in some 500 weeks. A second look, which raises no alarm.",
    )  # fmt: skip


def _above(chart: dict[str, Any]) -> float:
    return max((level - limit for _, _, _, level, limit in chart["weeks"]), default=0.0)


def _last(chart: dict[str, Any]) -> float:
    return next((level for _, _, level, _ in reversed(chart["points"]) if level is not None), 0.0)


def _finding(judged: list[dict[str, Any]], alarms: list[dict[str, Any]]) -> str:
    if not alarms:
        return f"None of {len(judged)} charts alarms"
    return f"{alarms[0]['panel']} alarms" + (f", and {len(alarms) - 1} more" if len(alarms) > 1 else "")
