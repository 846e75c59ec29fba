"""Everything the server can do, by name. Add a part: one file, and one line here."""

from __future__ import annotations

from app.review.modality import MODALITIES

# Command groups of `flask --app wsgi`, one file each.
COMMANDS = (
)


def load() -> None:
    """Fill every registry."""
    MODALITIES.register(
        "app.modalities.notes:Notes",
        "app.modalities.reports:Reports",
        "app.modalities.imaging:Imaging",
    )
