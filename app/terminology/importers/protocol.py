"""What an importer is, and the registry of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from app.core.registry import Registry
from app.terminology.importers.reading.source import ReleaseSource
from app.terminology.rows import ReleaseRow


@dataclass(frozen=True)
class About:
    """What a source says of itself; empty where it is silent."""

    release: str = ""
    valid_from: str = ""
    valid_to: str = ""
    language: str = "en"


class CodeSystem(Protocol):
    """Reads one system's release files.

    `about` names the release, `rows` streams it. Both raise Invalid (with file and line) where a
    file is not what it should be.
    """

    key: str
    title: str
    licence: str  # who may use it, for the list and the documentation
    reads: str  # the files it expects, for messages

    def about(self, source: ReleaseSource) -> About: ...

    def rows(self, source: ReleaseSource) -> Iterator[ReleaseRow]: ...


CODE_SYSTEMS: Registry[CodeSystem] = Registry("code system", CodeSystem)
