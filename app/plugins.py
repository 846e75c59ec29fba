"""Everything the server can do, by name. Add a part: one file, and one line here."""

from __future__ import annotations

from app.terminology.importers.protocol import CODE_SYSTEMS

# Command groups of `flask --app wsgi`, one file each.
COMMANDS = (
    "app.cli.terminology:terminology",
)

# Formats of code systems, one importer each.
CODE_SYSTEM_IMPORTERS = (
    "app.terminology.importers.icd10cm:Icd10Cm",
    "app.terminology.importers.rf2:Rf2",
)


def load() -> None:
    """Fill every registry."""
    CODE_SYSTEMS.register(*CODE_SYSTEM_IMPORTERS)
