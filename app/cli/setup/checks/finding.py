"""What a look at one part of an installation is given, and what it says."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from app.core.db import Database
from app.settings import Settings


@dataclass(frozen=True)
class SecurityFinding:
    """One thing looked at. `level`: ok, advice, or wrong (the command then exits 1)."""

    check: str
    level: str
    message: str


@dataclass(frozen=True)
class Installation:
    """What is looked at. `local`: the server is reached from this machine only."""

    app: Flask
    settings: Settings
    database: Database
    local: bool = False


def finding(check: str, good: bool, message: str, otherwise: str = "wrong") -> SecurityFinding:
    return SecurityFinding(check, "ok" if good else otherwise, message)
