"""Trained pipelines found on disk beside the database: registered by their cards."""

from __future__ import annotations

from pathlib import Path

from app.core.errors import Invalid, Problem
from app.settings import Settings
from app.tagging.protocol import PIPELINES
from app.tagging.spacy_disk import read_card


def register_folder(folder: Path) -> list[Problem]:
    """Register what every ``*.json`` of a folder describes; cards that are wrong come back as problems.

    One broken card must not keep the server from starting; `flask preannotate list` shows it.
    """
    problems = []
    for file in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        try:
            PIPELINES.add(read_card(file))
        except (Invalid, ValueError) as error:
            problems.append(Problem("bad-pipeline", file.name, str(error)))
    return problems


def register_installed() -> None:
    """Register the cards of this installation; broken ones are shown by `flask preannotate list`."""
    register_folder(Settings.from_env().var_dir / "pipelines")
