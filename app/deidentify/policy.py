"""What a project wants done with identifiers, and which claim that allows."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import Problem
from app.deidentify.calendar.reading import ORDERS

MODES = ("mask", "surrogate", "remove")
DATE_MODES = ("remove", "year_only", "shift")
WARDS = ("keep", "remove")
CLAIMS = ("safe_harbor", "expert_determination", "synthetic", "authorised", "none")


@dataclass(frozen=True)
class Policy:
    """`threshold` is the residual risk (0…1) from which a document waits for a privacy officer."""

    mode: str = "mask"
    dates: str = "remove"
    language: str = "en"
    threshold: float = 0.5
    claim: str = "none"
    #: how days are written in figures where a text does not say (dmy, mdy, ymd; "": as its notes show)
    date_order: str = ""
    #: what becomes of numbers of wards, beds and rooms
    wards: str = "keep"

    def problems(self) -> list[Problem]:
        """What does not fit together. Shifted dates derive from the person: no Safe Harbor."""
        found = [
            Problem("bad-policy", name, f"must be one of {', '.join(allowed)}")
            for name, value, allowed in (
                ("mode", self.mode, MODES),
                ("dates", self.dates, DATE_MODES),
                ("claim", self.claim, CLAIMS),
                ("date_order", self.date_order, ("", *ORDERS)),
                ("wards", self.wards, WARDS),
            )
            if value not in allowed
        ]
        if self.claim == "safe_harbor" and self.dates == "shift":
            found.append(
                Problem(
                    "claim-not-allowed",
                    "claim",
                    "shifted dates need an Expert Determination, not Safe Harbor",
                )
            )
        if not 0 <= self.threshold <= 1:
            found.append(Problem("bad-policy", "threshold", "must lie between 0 and 1"))
        return found
