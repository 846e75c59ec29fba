"""Fault points for crash tests: with `CHARTMARK_FAULT=seal:3` the third `point("seal")` kills the process."""

from __future__ import annotations

import os
import signal
from collections import Counter

_passed: Counter[str] = Counter()


def point(name: str) -> None:
    """Die here by SIGKILL when the environment asks for it; otherwise nothing happens."""
    wanted = os.environ.get("CHARTMARK_FAULT")
    if not wanted:
        return
    target, _, count = wanted.partition(":")
    if target != name:
        return
    _passed[name] += 1
    if _passed[name] == int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
