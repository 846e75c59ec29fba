"""What making a projection anew comes to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rebuilt:
    """Number of rows, and submission → error code of each answer that could not be read into them."""

    rows: int
    aside: dict[int, str]
