"""A folder: every file of it is read, refused or passed over, and none is left unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from app.core.errors import Problem
from app.intake.foreign.kind import Foreign
from app.intake.foreign.names import recognise_name
from app.intake.readers import Found, Passed, reader_by_ending
from app.intake.readers.choice import choose, placed, unknown
from app.intake.readers.text_files import read_note


def read_folder(folder: Path, key: str, mapping: dict[str, str]) -> Iterator[Found]:
    """Its files by name, so that one can be found by its number; `key` reads those whose ending says nothing."""
    # Links are listed, too; what is behind a link to a folder is not.
    files = sorted(path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir())
    if not files:
        yield Problem("empty-folder", "", "there is no file in the folder")
    for number, path in enumerate(files, start=1):
        name = path.relative_to(folder).as_posix()
        try:
            yield from _file(path, name, number, key, mapping)
        except OSError:
            yield Problem("unreadable", f"entry {number}", "the file cannot be opened")


def _file(path: Path, name: str, number: int, key: str, mapping: dict[str, str]) -> Iterator[Found]:
    where = f"entry {number}"
    if path.is_symlink():
        yield Problem("link", where, "links are not followed")
        return
    if not path.is_file():
        yield Passed(where, "not a file (a pipe, socket or device)")
        return
    chosen = recognise_name(name) or choose(path, name, "" if reader_by_ending(name) else key)
    if isinstance(chosen, Foreign):
        yield verdict(chosen, where)
    elif chosen is None:
        yield unknown(where)
    elif chosen.key == "txt":
        yield from read_note(path, name, f"note {number}")
    else:
        yield from placed(chosen.read(path, mapping), where)


def verdict(foreign: Foreign, where: str) -> Problem | Passed:
    """What is said of a foreign file that lay among others."""
    if foreign.is_refused:
        return Problem(foreign.code, where, foreign.message)
    return Passed(where, foreign.message)
