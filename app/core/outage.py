"""Whether not the work failed but the ground under it: it comes back, and the same work is then done."""

from __future__ import annotations

import errno

from sqlalchemy.exc import DBAPIError, OperationalError

from app.core.db import BUSY
from app.core.errors import Unavailable

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}
# Connections, resources, what an operator or a crash ended, input and output; a server that only reads.
_AWAY_SQLSTATES = ("08", "53", "57P", "58", "25006")
_AWAY_SQLITE = ("disk is full", "readonly", "unable to open", "disk I/O error", "locked", "busy")


def is_out_of_reach(error: BaseException) -> bool:
    """Whether not the work failed but the ground under it: a database that is away or cannot write, a disk without
    room. It comes back, and the same work is then done."""
    if isinstance(error, Unavailable):
        return error.code == BUSY
    if isinstance(error, OSError):
        return error.errno in _NO_ROOM
    if not isinstance(error, DBAPIError):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_AWAY_SQLSTATES)
    if not isinstance(error, OperationalError):
        return False
    # psycopg has no state for a server that did not answer.
    lost = error.connection_invalidated or type(error.orig).__module__.startswith("psycopg")
    return lost or any(words in str(error.orig) for words in _AWAY_SQLITE)
