"""INCEpTION project: the zip that a project is exported as, every annotator's documents read out of it."""

from __future__ import annotations

from app.formats.inception.read import InceptionReader


class InceptionFormat:
    """Read only: what INCEpTION imports as documents is written as `xmi` or `webanno-tsv`."""

    key = "inception"
    title = "INCEpTION project"
    writer = None
    reader = InceptionReader()
