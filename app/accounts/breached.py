"""Passwords known from breaches, looked up offline: a packaged list, and the whole of Pwned Passwords where it lies.

The packaged list: 30,000 passwords counted in published breaches (M. Burnett's ten million, as ranked by zxcvbn 4.5,
MIT), and 14,000 names. It holds little of fifteen characters, so a password is also reduced to what it is made from:
without digits and signs around it, letters for the digits that stand for them, once where it is said twice.

`CHARTMARK_BREACHED_PASSWORDS`: the file of haveibeenpwned.com/Passwords, SHA-1 in upper case, sorted, one a line.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO

#: shorter ones are words of any sentence
SHORTEST = 4
LONGEST_LINE = 100
LEET = str.maketrans("0134578@$!", "oieastbasi")
_file: Path | None = None


def use_file(path: Path) -> None:
    """Look passwords up in this file too. Raises ValueError where it is no such list."""
    global _file  # noqa: PLW0603  (of the process, as the settings are)
    try:
        with path.open("rb") as file:
            first = file.readline(LONGEST_LINE)
    except OSError:
        raise ValueError(f"CHARTMARK_BREACHED_PASSWORDS: {path} cannot be read") from None
    if not re.fullmatch(rb"[0-9A-F]{40}(:\d+)?\r?\n?", first):
        raise ValueError(f"CHARTMARK_BREACHED_PASSWORDS: {path} is no list of SHA-1 digests")
    _file = path


def is_breached(password: str) -> bool:
    """Whether a password, normalised, is known from breaches, or made from one that is."""
    if any(form in _packaged() for form in _forms(password.casefold())):
        return True
    return _file is not None and _stands_in(_file, hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest())


def _forms(folded: str) -> Iterator[str]:
    """What a password may be made from, with and without letters for the digits that stand for them."""
    yield folded
    cores = {re.sub(around, "", folded) for around in (r"^[\W\d_]+|[\W\d_]+$", r"[\W\d_]+$", r"[\W_]+")}
    for core in cores | {core.translate(LEET) for core in cores}:
        said = re.fullmatch(r"(.+?)\1+", core)
        yield from (part for part in (core, said[1] if said else "") if len(part) >= SHORTEST)


@cache
def _packaged() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    # What is a name stands there among the names alone.
    lists = ("passwords", "female_names", "male_names", "surnames")
    return frozenset().union(*(FREQUENCY_LISTS[name] for name in lists))


def _stands_in(path: Path, digest: str) -> bool:
    """Binary search by bytes: some forty reads in a file of a hundred gigabytes."""
    wanted, low, high = digest.upper().encode(), 0, path.stat().st_size
    with path.open("rb") as file:
        while low < high:
            middle = (low + high) // 2
            line = _line_from(file, middle)
            if not line or line >= wanted:
                high = middle
            else:
                low = middle + 1
        return _line_from(file, low) == wanted


def _line_from(file: BinaryIO, place: int) -> bytes:
    """The digest on the first line that begins there or later."""
    file.seek(max(place - 1, 0))
    if place:
        file.readline(LONGEST_LINE)  # the rest of the line before
    return file.readline(LONGEST_LINE)[:40]
