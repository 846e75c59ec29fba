"""Pictures of work: burn-up with forecast, workload, suggestions received, reasons, lots, critical findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from statistics import median
from typing import Any

from app.quality.plots.drawing import ALARM, INK, PALETTE, QUIET, WIDTH, Picture, chart_of, shown, spec_of

Namer = Callable[[int], str]


def burn_up(progress: dict[str, Any]) -> Picture | None:
    """Items settled, week by week, against all there are, and when the rest is done at this pace."""
    import altair as alt

    if not progress["settled"]:
        return None
    rows, whole = [], 0
    for week, count in progress["settled"]:
        whole += count
        rows.append({"week": week, "items": whole, "of": "settled"})
    forecast, total = progress["forecast"], progress["items"]
    base = chart_of(rows)
    y = alt.Y("items:Q", title="items", scale=alt.Scale(domain=[0, max(total, whole)]))
    line = base.mark_line(color=PALETTE[0], point=True).encode(x=alt.X("week:T", title=None), y=y)
    layers = [line, chart_of([{"items": total}]).mark_rule(color=INK, strokeDash=[4, 3]).encode(y="items:Q")]
    if forecast["until"]:
        ahead = [rows[-1] | {"of": "forecast"}, {"week": forecast["until"], "items": total, "of": "forecast"}]
        layers.append(chart_of(ahead).mark_line(color=QUIET, strokeDash=[2, 3]).encode(x="week:T", y=y))
    chart = alt.layer(*layers).properties(width=WIDTH, height=220)
    said = f"{progress['done']} of {total} items are settled"
    if forecast["until"]:
        said += f"; at {forecast['a_week']:.1f} a week the rest takes until {forecast['until']}"
    return Picture(
        "progress-burn-up", said, "A rising line of settled items by week, a dashed line for all items.",
        ("Week", "Settled so far"), [[row["week"], row["items"]] for row in rows], spec_of(chart),
        "Dashed across: all items. Dotted: the pace of the last four full weeks; not a promise.",
    )  # fmt: skip


def workload(progress: dict[str, Any], name: Namer) -> Picture | None:
    """Readings by week and person."""
    import altair as alt

    rows = [{"week": week, "reader": name(person), "readings": count} for week, person, count in progress["read"]]
    if not rows:
        return None
    chart = chart_of(rows).mark_bar().encode(
        x=alt.X("week:O", title=None, axis=alt.Axis(labelAngle=-40)), y=alt.Y("sum(readings):Q", title="readings"),
        color=alt.Color("reader:N", scale=alt.Scale(range=list(PALETTE)), title=None),
    ).properties(width=WIDTH, height=200)  # fmt: skip
    totals: Counter[str] = Counter()
    for row in rows:
        totals[row["reader"]] += row["readings"]
    (most, number), = totals.most_common(1)
    return Picture(
        "progress-workload", f"{most} read most: {number} of {sum(totals.values())}",
        "Stacked bars of readings by week, a colour for each reader.", ("Week", "Reader", "Readings"),
        [[row["week"], row["reader"], row["readings"]] for row in rows], spec_of(chart),
    )  # fmt: skip


def suggestions(conduct: list[dict[str, Any]], name: Namer) -> Picture | None:
    """What became of suggestions, reader by reader."""
    import altair as alt

    rows = [{"reader": name(one["person"]), "became": action, "n": one[action]}
            for one in conduct for action in ("accepted", "edited", "rejected")]  # fmt: skip
    if not sum(row["n"] for row in rows):
        return None
    chart = chart_of(rows).mark_bar().encode(
        y=alt.Y("reader:N", title=None), x=alt.X("n:Q", stack="normalize", title="share", axis=alt.Axis(format="%")),
        color=alt.Color("became:N", scale=alt.Scale(range=list(PALETTE[:3])), title=None),
    ).properties(width=WIDTH - 140, height=26 * len(conduct))  # fmt: skip
    shares = [one for one in conduct if one["accepted_share"] is not None]
    top = max(shares, key=lambda one: one["accepted_share"])
    return Picture(
        "conduct-suggestions",
        f"{name(top['person'])} accepts most: {100 * top['accepted_share']:.0f} % as they stood",
        "Bars of suggestions accepted, edited and rejected, a bar for each reader.",
        ("Reader", "Became", "Suggestions"),
        [[row["reader"], row["became"], row["n"]] for row in rows], spec_of(chart),
        "Accepting nearly all is no fault where suggestions are good: see the mistakes found beside it.",
    )  # fmt: skip


def reasons(progress: dict[str, Any]) -> Picture | None:
    """Why adjudicators ruled as they did, month by month."""
    import altair as alt

    rows = [{"month": month, "reason": reason, "rulings": n} for month, reason, _, n in progress["reasons"]]
    if not rows:
        return None
    totals: Counter[str] = Counter()
    for row in rows:
        totals[row["reason"]] += row["rulings"]
    chart = chart_of(rows).mark_bar().encode(
        x=alt.X("sum(rulings):Q", title="rulings"), y=alt.Y("reason:N", sort="-x", title=None),
        color=alt.Color("month:O", scale=alt.Scale(scheme="blues"), title="month"),
    ).properties(width=WIDTH - 140, height=26 * len(totals))  # fmt: skip
    (most, number), = totals.most_common(1)
    return Picture(
        "progress-reasons", f"Rulings name “{most.replace('-', ' ')}” most often: {number} of {sum(totals.values())}",
        "Bars of rulings by reason.", ("Month", "Reason", "Choice", "Rulings"), progress["reasons"], spec_of(chart),
        "Guideline silent: the guideline has a gap. Slips: attention, not understanding.",
    )  # fmt: skip


def lots(progress: dict[str, Any]) -> Picture | None:
    """Decided lots: wrong documents found against those allowed."""
    import altair as alt

    own = progress["lots"]
    if not own:
        return None
    rows = [{"lot": f"Lot {one['number']}", **one} for one in own]
    base = chart_of(rows)
    y = alt.Y("lot:N", sort=[row["lot"] for row in rows], title=None)
    color = alt.Color("state:N", title=None, scale=alt.Scale(domain=["accepted", "refused"], range=[PALETTE[2], ALARM]))
    bars = base.mark_bar(height=12).encode(y=y, x=alt.X("wrong:Q", title="wrong documents in the sample"), color=color)
    limit = base.mark_tick(color=INK, thickness=2, size=18).encode(y=y, x="accept:Q")
    chart = alt.layer(bars, limit).properties(width=WIDTH - 140, height=26 * len(rows))
    refused = sum(one["state"] == "refused" for one in own)
    return Picture(
        "lots-decided", f"{refused} of {len(own)} lots were refused",
        "A bar of wrong documents for each lot, with a mark at the number allowed.",
        ("Lot", "Class", "Verdict", "Wrong", "Checked", "Allowed", "At most wrong", "Week"),
        [[one["number"], one["class"], one["state"], one["wrong"], one["checked"], one["accept"],
          shown(one["bound"], 3), one["decided"]] for one in own], spec_of(chart),
        "The upright mark is the acceptance number: a bar beyond it refuses the lot.",
    )  # fmt: skip


def critical(progress: dict[str, Any], minutes: int) -> Picture | None:
    """How long critical findings waited until they were settled, by month."""
    import altair as alt

    rows = [{"month": month, "minutes": took} for month, took in progress["critical"] if took is not None]
    if not rows:
        return None
    months: dict[str, list[float]] = {}
    for row in rows:
        months.setdefault(row["month"], []).append(row["minutes"])
    points = chart_of(rows).mark_tick(color=PALETTE[0], thickness=2).encode(
        x=alt.X("minutes:Q", title="minutes until settled", scale=alt.Scale(type="symlog")),
        y=alt.Y("month:O", title=None),
    )  # fmt: skip
    limit = chart_of([{"minutes": minutes}]).mark_rule(color=ALARM, strokeDash=[4, 3]).encode(x="minutes:Q")
    chart = alt.layer(points, limit).properties(width=WIDTH, height=40 * len(months) + 20)
    late = sum(row["minutes"] > minutes for row in rows)
    return Picture(
        "critical-times", f"{late} of {len(rows)} critical findings were settled later than {minutes} minutes",
        "A stroke for each critical finding at the minutes it waited, by month, with a line at the limit.",
        ("Month", "Settled", "Late", "Median minutes", "Longest"),
        [[month, len(took), sum(t > minutes for t in took), shown(median(took), 0), shown(max(took), 0)]
         for month, took in sorted(months.items())], spec_of(chart),
        "From the answer that affirmed it to the first settled answer. The dashed line is the project's limit.",
    )  # fmt: skip
