"""How every picture looks and how it becomes SVG: one theme, no script, nothing from the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

#: lines and points, each ≥ 5.2:1 on white and told apart by colour-blind eyes (ux 7.1)
PALETTE = ("#2668d5", "#9c5a4f", "#05441d", "#64590d", "#552246", "#38279d", "#865d8f", "#555555")
INK, RULE, ALARM, QUIET = "#1b1f24", "#d5dae0", "#a31621", "#9aa3ad"
WIDTH = 620
#: what the drawing measures must be what browsers show, or labels are cut off: both know these metrics
FONT = "Arial, 'Liberation Sans', Helvetica, sans-serif"


@dataclass(frozen=True)
class Picture:
    """A picture before it is drawn: the title states the finding, the table says the same in numbers."""

    name: str
    title: str
    #: what is seen, for whoever does not see it
    alt: str
    columns: tuple[str, ...]
    rows: list[list[Any]]
    spec: dict[str, Any] = field(repr=False)
    #: how to read it, in a sentence or two
    note: str = ""


def drawn(picture: Picture) -> dict[str, Any]:
    """What a page needs of a picture: the SVG and the table."""
    import vl_convert  # 80 MB: only where pictures are drawn

    svg = vl_convert.vegalite_to_svg(picture.spec, allowed_base_urls=[])
    return {
        "title": picture.title,
        "alt": picture.alt,
        "note": picture.note,
        "columns": list(picture.columns),
        "rows": picture.rows,
        "svg": svg,
    }


def spec_of(chart: Any) -> dict[str, Any]:
    """An Altair chart as Vega-Lite, in the theme of these pages."""
    spec: dict[str, Any] = chart.configure(
        font=FONT, background="#ffffff"
    ).configure_axis(
        labelColor=INK, titleColor=INK, gridColor=RULE, domainColor=RULE, tickColor=RULE, labelFontSize=11,
        titleFontSize=11, titleFontWeight="normal", labelLimit=220,
    ).configure_view(stroke=RULE).configure_legend(labelColor=INK, titleColor=INK, labelFontSize=11).configure_header(
        labelColor=INK, labelFontSize=12, labelFontWeight="bold", titleColor=INK,
    ).to_dict()  # fmt: skip
    return spec


def chart_of(rows: Sequence[dict[str, Any]]) -> Any:
    """A chart over rows that are said in the specification itself."""
    import altair

    return altair.Chart(altair.Data(values=list(rows)))


def shown(number: float | None, digits: int = 2) -> str:
    """A figure as a table shows it."""
    return "–" if number is None else f"{number:.{digits}f}"
