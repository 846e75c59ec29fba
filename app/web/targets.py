"""Where to go after signing in: only to pages of this server."""

from __future__ import annotations

from urllib.parse import urlsplit

HOME = "/"


def safe_target(target: str) -> str:
    """The target when it is a path of ours, else the first page (ASVS 3.7.2)."""
    if not target.startswith("/") or target.startswith("//") or "\\" in target:
        return HOME
    if any(ord(character) <= 32 or ord(character) == 127 for character in target):
        return HOME
    parts = urlsplit(target)
    return target if not parts.scheme and not parts.netloc else HOME
