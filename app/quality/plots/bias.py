"""Pictures of the bias audit: a forest of groups for each measure, and settled texts beside the target population."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from app.quality.plots.drawing import ALARM, INK, PALETTE, QUIET, WIDTH, Picture, chart_of, shown, spec_of

_HIDDEN = (
    "Groups of fewer than {small} documents are hidden ({hidden} here), and others with them where the rest would "
    "give them away."
)


def forests(bias: dict[str, Any]) -> Iterator[Picture]:
    """One for each family of readings and measure that has groups to be told of."""
    for audit in bias.get("audits", ()):
        for measure in audit["measures"]:
            picture = _forest(bias, audit, measure)
            if picture is not None:
                yield picture


def _forest(bias: dict[str, Any], audit: dict[str, Any], measure: dict[str, Any]) -> Picture | None:
    import altair as alt

    rows = [{"label": group_name(facet["facet"], group["group"]), **group}
            for facet in measure["facets"] for group in facet["groups"] if group["value"] is not None]  # fmt: skip
    if not rows:
        return None
    hidden = sum(facet["hidden"] for facet in measure["facets"])
    order = [row["label"] for row in rows]
    base = chart_of(rows)
    y = alt.Y("label:N", sort=order, title=None)
    scale = alt.Scale(domain=[0, 1]) if measure["measure"] == "agreement" else alt.Undefined
    x = alt.X("value:Q", title=measure["title"], scale=scale)
    color = alt.condition("datum.differs", alt.value(ALARM), alt.value(PALETTE[0]))
    rule = base.mark_rule(color=QUIET, strokeWidth=2).encode(y=y, x=alt.X("low:Q", title=measure["title"]), x2="high:Q")
    shape = alt.condition("datum.differs", alt.value("diamond"), alt.value("circle"))
    points = base.mark_point(filled=True, size=70, opacity=1).encode(y=y, x=x, color=color, shape=shape)
    counts = base.mark_text(align="left", dx=6, fontSize=10, color=INK).encode(
        y=y, x=alt.X("high:Q", title=measure["title"]), text="documents:Q"
    )
    whole = chart_of([{"value": measure["value"]}]).mark_rule(color=INK, strokeDash=[4, 3]).encode(x="value:Q")
    chart = alt.layer(rule, points, counts, whole).properties(width=WIDTH - 160, height=22 * len(rows))
    return Picture(
        f"bias-{audit['modality']}-{audit['arm']}-{measure['measure']}", _finding(measure, rows),
        f"{measure['title'].capitalize()} in each group with its 95 % interval; the whole as a dashed line; groups "
        "that differ as red diamonds.",
        ("Group", "Documents", "Value", "95 % from", "to", "Against the others", "95 % from", "to", "p", "p by Holm",
         "Differs"),
        [[r["label"], r["documents"], shown(r["value"], 3), shown(r["low"], 3), shown(r["high"], 3),
          shown(r["difference"], 3), shown(r["difference_low"], 3), shown(r["difference_high"], 3), shown(r["p"], 4),
          shown(r["p_holm"], 4), "yes" if r["differs"] else "no"] for r in rows],
        spec_of(chart),
        f"Numbers beside the lines are documents. Red: differs from the others at {100 * bias['level']:g} %, "
        f"{audit['tests']} tests corrected by Holm. " + _HIDDEN.format(small=bias["small"], hidden=hidden),
    )  # fmt: skip


def _finding(measure: dict[str, Any], rows: list[dict[str, Any]]) -> str:
    differing = [row for row in rows if row["differs"]]
    what = "Readers agree" if measure["measure"] == "agreement" else "Readers are wrong"
    if not differing:
        return f"{what} alike in all groups, as far as {measure['documents']} documents can tell"
    most = max(differing, key=lambda row: abs(row["difference"]))
    said = f"{'more' if most['difference'] > 0 else 'less'} often in {most['label']}"
    return f"{what} {said}: {most['value']:.2f}, against {measure['value']:.2f} of all"


def group_name(facet: str, group: str) -> str:
    """A group in words."""
    return f"{facet.replace('_', ' ')}: {group or 'not said'}"


def representation(bias: dict[str, Any]) -> Picture | None:
    """Shares of settled documents with a mark at what the target population has."""
    import altair as alt

    population = bias.get("population", {})
    facets = [facet for facet in population.get("facets", ()) if facet["declared"]]
    rows = [{"label": group_name(facet["facet"], group["group"]), **group}
            for facet in facets for group in facet["groups"] if group["share"] is not None]  # fmt: skip
    if not rows:
        return None
    hidden = sum(facet["hidden"] for facet in facets)
    base = chart_of(rows)
    y = alt.Y("label:N", sort=[row["label"] for row in rows], title=None)
    title = "share of settled documents"
    color = alt.condition("datum.differs", alt.value(ALARM), alt.value(PALETTE[0]))
    bars = base.mark_bar(height=12).encode(
        y=y, x=alt.X("share:Q", title=title, axis=alt.Axis(format="%")), color=color
    )
    aim = base.mark_tick(color=INK, thickness=3, size=18).encode(y=y, x=alt.X("target:Q", title=title))
    chart = alt.layer(bars, aim).properties(width=WIDTH - 160, height=24 * len(rows))
    off = [row for row in rows if row["differs"]]
    said = "Settled documents are like the target population, as far as their number can tell"
    if off:
        most = max(off, key=lambda row: abs(row["share"] - row["target"]))
        said = f"{most['label']}: {100 * most['share']:.0f} % of settled documents, {100 * most['target']:.0f} % meant"
    return Picture(
        "bias-population", said,
        "A bar of the share of settled documents for each group, and an upright mark at the target.",
        ("Group", "Documents", "Share", "95 % from", "to", "Target", "p", "p by Holm", "Differs"),
        [[r["label"], r["documents"], shown(r["share"], 3), shown(r["low"], 3), shown(r["high"], 3),
          shown(r["target"], 3), shown(r["p"], 4), shown(r["p_holm"], 4), "yes" if r["differs"] else "no"]
         for r in rows],
        spec_of(chart),
        "The upright mark is the target. Red: differs, exact binomial tests corrected by Holm. "
        + _HIDDEN.format(small=bias["small"], hidden=hidden),
    )  # fmt: skip
