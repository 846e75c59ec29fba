"""The Markdown table of all figures kept under var/quality, to be pasted into the README."""


def as_markdown(figures):
    """One row per metric: ours with its interval, each baseline beside it, n and the command."""
    rows = {}
    for figure in figures:
        rows.setdefault((figure["bench"], figure["metric"]), []).append(figure)
    lines = ["| What | Ours | Beside it | n | How |", "|---|---|---|---|---|"]
    for (bench, metric), same in rows.items():
        beside = "; ".join(f"{f['baseline']}: {_shown(f['baseline_value'])}" for f in same if f["baseline"])
        first = same[0]
        note = f" ({first['note']})" if first.get("note") else ""
        interval = first.get("interval")
        own = _shown(first["value"]) + (f" ({_shown(interval[0])}–{_shown(interval[1])})" if interval else "")
        command = f"`make quality ONLY={bench}`"
        lines.append(f"| {bench}: {metric}{note} | {own} | {beside or '–'} | {first['size']:,} | {command} |")
    return "\n".join(lines) + "\n"


def _shown(value):
    """A share without its leading zero; a count as it is; "–" for what is undefined or could not be run."""
    if value is None:
        return "–"
    return f"{value:.3f}".removeprefix("0") if isinstance(value, float) else f"{value:,}"
