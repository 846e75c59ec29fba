"""The files a batch is loaded from: named only under the vault's key, and wiped where they were spooled for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from app.core.errors import Problem
from app.corpus.vault import Vault
from app.intake.foreign.kind import Foreign
from app.intake.readers import Found, Passed
from app.intake.readers.choice import choose, unknown
from app.intake.readers.folder import read_folder

# Counting reads everything once more than loading does.
COUNTED_BYTES = 32_000_000


@dataclass(frozen=True)
class Files:
    """What to read and how. `mapping`: field → column; paths and columns may carry names of patients."""

    paths: list[str]
    reader: str = ""
    mapping: dict[str, str] = field(default_factory=dict)

    def sealed(self, vault: Vault, batch_id: int) -> bytes:
        """As a job row holds it: file names identify people ("Smith_John_123.txt")."""
        return vault.seal(asdict(self), _label(batch_id))

    @classmethod
    def opened(cls, vault: Vault, sealed: bytes | None, batch_id: int) -> Files:
        """What `sealed` sealed; no files where the job has ended. Raises Unavailable with another master key."""
        return cls(**vault.open(sealed, _label(batch_id))) if sealed else cls([])

    def rows(self) -> Iterator[Found]:
        """All rows of all files, in order; places are numbers, never names. A file that is gone is a problem,
        and so is a delivery of which everything was passed over."""
        is_empty = True
        for number, path in enumerate(map(Path, self.paths), start=1):
            here = f"file {number}" if len(self.paths) > 1 else ""
            for row in _rows(path, self.reader, self.mapping):
                where = f"{row.where} of {here}" if row.where and here else row.where or here or "the file"
                is_empty = is_empty and isinstance(row, Passed)
                yield replace(row, where=where)
        if is_empty and self.paths:
            yield Problem("no-notes", "the delivery", "there is no note in it")

    def count(self) -> int | None:
        """How many rows there are; None where looking would take too long."""
        sizes = [path.stat().st_size for path in map(Path, self.paths) if path.exists()]
        return sum(1 for _ in self.rows()) if sum(sizes) <= COUNTED_BYTES else None

    def wipe(self, spool: Path) -> None:
        """Overwrite and remove those files that were spooled for this load only."""
        spool = spool.resolve()
        for path in map(Path, self.paths):
            if spool in path.parents and path.is_file():
                _overwrite(path)
                path.unlink()
                if path.parent != spool:
                    # The upload's own folder goes with its last file.
                    with suppress(OSError):
                        path.parent.rmdir()


def _rows(path: Path, reader: str, mapping: dict[str, str]) -> Iterator[Found]:
    if not path.exists():
        yield Problem("file-missing", "", "the file does not exist")
    elif path.is_dir():
        yield from read_folder(path, reader, mapping)
    else:
        try:
            yield from _file(path, reader, mapping)
        except OSError:
            yield Problem("unreadable", "", "the file cannot be opened")


def _file(path: Path, reader: str, mapping: dict[str, str]) -> Iterator[Found]:
    """A file that somebody named: what is none of ours is refused, not passed over."""
    chosen = choose(path, path.name, reader)
    if isinstance(chosen, Foreign):
        yield Problem(chosen.code, "", chosen.message)
    elif chosen is None:
        yield unknown()
    else:
        yield from chosen.read(path, mapping)


def _overwrite(path: Path) -> None:
    size = path.stat().st_size
    with path.open("r+b") as file:
        for _ in range(0, size, 1 << 20):
            file.write(b"\0" * min(1 << 20, size - file.tell()))


def _label(batch_id: int) -> str:
    return f"batch-files:{batch_id}"
