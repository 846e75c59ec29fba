"""Who holds a job: host and process, as leases are signed, and whether that process may be alive."""

from __future__ import annotations

import os
import socket


def owner_name() -> str:
    """This process, as it signs leases."""
    return f"{socket.gethostname()}:{os.getpid()}"


def may_be_alive(owner: str) -> bool:
    """False only for a process of this very host that is gone; of other hosts nobody here can tell."""
    host, _, pid = owner.rpartition(":")[0].rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
