"""Everything the server can do, by name. Add a part: one file, and one line here."""

from __future__ import annotations

from app.preannotate.gazetteer import TERM_SOURCES
from app.preannotate.protocol import PIPELINES

# Command groups of `flask --app wsgi`, one file each.
COMMANDS = ("app.cli.preannotate:group",)


def load() -> None:
    """Fill every registry."""
    # Pre-annotation: where terms come from, who suggests.
    TERM_SOURCES.register("app.preannotate.icd_terms:IcdTerms")
    PIPELINES.register("app.preannotate.chartmark:ChartmarkRules", "app.preannotate.stock:MedspacyStock")
