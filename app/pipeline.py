"""What follows what: data goes one way, and rework is new work."""

from __future__ import annotations

from itertools import pairwise

from app.jobs.worker import FOLLOWERS

# intake → de-identify → pre-annotate → assign → annotate → adjudicate and check → release.
# The first three are jobs, each queued when the one before is done; the rest are people's acts.
STAGES = ("intake.load", "deid.run", "preannotate.run")


def connect() -> None:
    """Tell the worker which job follows which."""
    FOLLOWERS.update(pairwise(STAGES))
