"""One fault: which text of which file becomes what, who ought to notice, and why it matters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class NotApplicable(Exception):
    """The text is not in the file exactly once: the table no longer speaks of this code."""


@dataclass(frozen=True)
class Fault:
    """`tests` are files or folders, those most likely to notice first."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    why: str

    def changed(self, root: Path) -> str:
        """The file with the fault in it. Raises NotApplicable."""
        path = root / self.file
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        times = text.count(self.old)
        if times != 1 or self.old == self.new:
            raise NotApplicable(f"{self.name}: the text stands {times} times in {self.file}, not once")
        if missing := [test for test in self.tests if not (root / test).exists()]:
            raise NotApplicable(f"{self.name}: there is no {missing[0]}")
        return text.replace(self.old, self.new)
