"""Pictures of agreement: by label over time, labels taken for one another, cases by kind."""

from __future__ import annotations

from typing import Any

from app.quality.plots.drawing import INK, PALETTE, QUIET, WIDTH, Picture, chart_of, shown, spec_of

#: below so many documents a point is grey: no judgement (ux 5.1)
FEW = 10
MOST_PANELS = 12


def over_time(figures: list[dict[str, Any]], modality: str, arm: str) -> Picture | None:
    """One small panel a label: agreement of readers week by week, with its interval."""
    import altair as alt

    metric, kind = ("f1-strict", "") if any(f["metric"] == "f1-strict" for f in figures) else ("alpha-nominal", None)
    own = [f for f in figures if f["dimension"] == "week" and f["scope"] == "between" and f["metric"] == metric
           and (f["modality"], f["arm"]) == (modality, arm) and (kind is None or f["kind"] == kind)]  # fmt: skip
    rows = [_point(f) for f in own if f["value"] is not None]
    if not rows:
        return None
    labels = _weakest_first(rows)[:MOST_PANELS]
    rows = [row for row in rows if row["label"] in labels]
    weeks = sorted({row["week"] for row in rows})
    x = alt.X("week:O", title=None, axis=alt.Axis(labelAngle=-40, labelOverlap=True))
    y = alt.Y("value:Q", title=None, scale=alt.Scale(domain=[0, 1]))
    base = chart_of(rows)
    band = base.mark_errorbar(ticks=True, color=QUIET).encode(
        x=x, y=alt.Y("low:Q", title=None, scale=alt.Scale(domain=[0, 1])), y2="high:Q"
    )
    line = base.mark_line(color=PALETTE[0], strokeWidth=1.5).encode(x=x, y=y)
    color = alt.condition("datum.documents < 10", alt.value(QUIET), alt.value(PALETTE[0]))
    points = base.mark_point(filled=True, size=45, opacity=1).encode(x=x, y=y, color=color)
    counts = base.mark_text(dy=-9, fontSize=9, color=INK).encode(x=x, y=y, text="documents:Q")
    panel = alt.layer(band, line, points, counts).properties(width=max(120, min(260, 34 * len(weeks))), height=110)
    chart = panel.facet(alt.Facet("label:N", title=None, sort=labels), columns=3)
    name = "span F1, same edges and label" if metric == "f1-strict" else "Krippendorff's alpha"
    return Picture(
        f"agreement-{modality}-{arm}",
        _finding(rows, labels),
        f"A panel for each of {len(labels)} labels: {name} of two readers by week, with 95 % intervals.",
        ("Label", "Week", "Agreement", "95 % from", "to", "Documents", "Judgements"),
        [[r["label"], r["week"], shown(r["value"]), shown(r["low"]), shown(r["high"]), r["documents"], r["n"]]
         for r in sorted(rows, key=lambda r: (labels.index(r["label"]), r["week"]))],
        spec_of(chart),
        f"{name}; the number over a point is how many documents it is of. Grey: fewer than {FEW} documents, "
        "no judgement. Bars are 95 % intervals by document.",
    )  # fmt: skip


def _point(f: dict[str, Any]) -> dict[str, Any]:
    label = f["label"] or (f"{f['kind']} {f['key']}".strip() if f["kind"] else "all labels")
    return {
        "label": label, "week": f["value_of"], "value": f["value"], "low": f["interval"]["low"],
        "high": f["interval"]["high"], "documents": f["documents"], "n": f["n"],
    }  # fmt: skip


def _weakest_first(rows: list[dict[str, Any]]) -> list[str]:
    weight: dict[str, list[float]] = {}
    for row in rows:
        entry = weight.setdefault(row["label"], [0.0, 0.0])
        entry[0], entry[1] = entry[0] + row["value"] * row["n"], entry[1] + row["n"]
    return sorted(weight, key=lambda label: (weight[label][0] / (weight[label][1] or 1), label))


def _finding(rows: list[dict[str, Any]], labels: list[str]) -> str:
    """The label that fell most between the last two weeks with enough documents; else the weakest one."""
    falls = []
    for label in labels:
        own = sorted((r for r in rows if r["label"] == label and r["documents"] >= FEW), key=lambda r: r["week"])
        if len(own) > 1:
            falls.append((own[-1]["value"] - own[-2]["value"], label, own[-2], own[-1]))
    if falls and min(falls, key=lambda fall: fall[0])[0] < -0.05:
        _, label, before, now = min(falls, key=lambda fall: fall[0])
        return f"{label} fell from {before['value']:.2f} to {now['value']:.2f} in the week of {now['week']}"
    last = [r for r in rows if r["label"] == labels[0]][-1]
    return f"Readers agree least on {labels[0]}: {last['value']:.2f} in the week of {last['week']}"


def confusion(cells: list[list[Any]], modality: str, arm: str) -> Picture | None:
    """Labels that overlapping marks of two readers carry; the diagonal is left out."""
    import altair as alt

    off = [cell for cell in cells if cell[0] != cell[1]]
    if not off:
        return None
    rows = []
    for one, other, count in off:
        names = [name or "nothing" for name in (one, other)]
        rows += [{"one": a, "other": b, "count": count} for a, b in (names, reversed(names))]
    names = [*sorted({row["one"] for row in rows} - {"nothing"}), "nothing"]
    base = chart_of(rows).encode(
        x=alt.X("one:N", title="one reader", sort=names), y=alt.Y("other:N", title="the other", sort=names)
    )
    scale = alt.Scale(type="sqrt", scheme="blues")
    heat = base.mark_rect().encode(color=alt.Color("count:Q", scale=scale, legend=None))
    text = base.mark_text(fontSize=11).encode(
        text="count:Q", color=alt.condition("datum.count > " + str(max(c[2] for c in off) / 3), alt.value("#fff"),
                                            alt.value(INK)),
    )  # fmt: skip
    chart = alt.layer(heat, text).properties(width=min(WIDTH, 44 * len(names)), height=min(480, 28 * len(names)))
    one, other, count = max(off, key=lambda cell: cell[2])
    said = f"{one or other} against nothing" if not one or not other else f"{one} against {other}"
    return Picture(
        f"confusion-{modality}-{arm}",
        f"Most often: {said}, {count} times",
        "A heat map of labels that two readers gave to overlapping text; where they agree is left out.",
        ("One reader", "The other", "Times"),
        [[a or "nothing", b or "nothing", n] for a, b, n in sorted(off, key=lambda cell: -cell[2])],
        spec_of(chart),
        "Overlapping marks, one to one. Where both gave the same label is left out; shades grow by square roots.",
    )


def cases_by_kind(counts: list[list[Any]], modality: str) -> Picture | None:
    """Cases of the queue by label and kind."""
    import altair as alt

    whole: dict[tuple[str, str], int] = {}
    for of, _, kind, label, _, number in counts:
        if of == modality:
            what = (label or "(whole document)", kind)
            whole[what] = whole.get(what, 0) + number
    if not whole:
        return None
    totals: dict[str, int] = {}
    for (label, _), number in whole.items():
        totals[label] = totals.get(label, 0) + number
    first = sorted(totals, key=lambda label: (-totals[label], label))[:15]
    rows = [{"label": label, "kind": kind, "cases": n} for (label, kind), n in whole.items() if label in first]
    chart = chart_of(rows).mark_bar().encode(
        x=alt.X("cases:Q", title="cases"), y=alt.Y("label:N", sort=first, title=None),
        color=alt.Color("kind:N", scale=alt.Scale(range=list(PALETTE)), title="kind"),
    ).properties(width=WIDTH - 140, height=22 * len(first))  # fmt: skip
    return Picture(
        f"cases-{modality}",
        f"{first[0]} makes most cases: {totals[first[0]]}",
        "Bars of cases by label, stacked by the kind of difference.",
        ("Label", "Kind", "Cases"),
        [[label, kind, n] for (label, kind), n in sorted(whole.items(), key=lambda one: -one[1])],
        spec_of(chart),
        "A case with several labels or kinds counts under each of them.",
    )
