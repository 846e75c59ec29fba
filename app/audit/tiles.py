"""The tree as tiles (C2SP tlog-tiles): who follows the log fetches hashes, and asks nobody for a proof.

A tile is 256 hashes of one stored level, a partial one as many as a signed size has. They say how many events there
are and nothing of what is in them.
"""

from __future__ import annotations

import re

from app.audit.models import Checkpoint
from app.audit.sequencer import newest_checkpoint
from app.audit.tree import STRIDE, WIDTH, StoredTree
from app.audit.witnessing import cosignatures
from app.core.db import Session
from app.core.errors import NotFound

TOP = 63
# <N>[.p/<W>]: groups of three digits, all but the last with an x.
PATH = re.compile(r"((?:x\d{3}/){0,5}\d{3})(?:\.p/([1-9]\d{0,2}))?")


def signed_checkpoint(session: Session) -> str:
    """The newest checkpoint with the cosignatures under it. Raises NotFound in an empty log."""
    newest = _newest(session)
    return newest.note + "".join(cosignatures(session, newest.size).get(newest.size, []))


def find_tile(session: Session, level: int, path: str) -> tuple[bytes, bool]:
    """The hashes of a tile, and whether it is full and so for ever. Raises NotFound for one no signed size has."""
    index, width = parse_path(path)
    here = _newest(session).size >> (STRIDE * level) if level <= TOP else 0
    if index * WIDTH + width > here:
        raise NotFound("tile", "no signed size of the log has this tile")
    hashes = StoredTree(session).hashes(STRIDE * level, index * WIDTH, index * WIDTH + width)
    return b"".join(hashes), width == WIDTH


def parse_path(path: str) -> tuple[int, int]:
    """(index, width) of `x001/x234/067.p/12`. Raises NotFound for what is not written so."""
    found = PATH.fullmatch(path)
    groups = found[1].split("/") if found else [""]
    index = int("".join(group.removeprefix("x") for group in groups) or 0)
    width = int(found[2] or WIDTH) if found else 0
    # One way to write each: no group of zeros first, and a full tile is no part.
    if not found or (len(groups) > 1 and groups[0] == "x000") or (found[2] and width >= WIDTH):
        raise NotFound("tile", "tiles are at <level>/<x000/000>[.p/<width>]")
    return index, width


def _newest(session: Session) -> Checkpoint:
    newest = newest_checkpoint(session)
    if newest is None:
        raise NotFound("checkpoint", "no checkpoint is signed yet")
    return newest
