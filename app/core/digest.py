"""Canonical JSON and digests: what is hashed, signed and compared is made here and nowhere else."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

SALT_BYTES = 32
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_PLAIN = frozenset({str, int, bool, type(None)})


def canonical_json(value: Any) -> str:
    """Sorted keys, no white space, UTF-8 kept; equals RFC 8785 for ASCII keys, integers and strings.

    Floats are refused, because their text depends on the writer; so are keys that are not strings.
    """
    if not _is_stable(value):
        _refuse_unstable(value, "$")
    return _ENCODER.encode(value)


def canonical_record(parts: dict[str, str]) -> str:
    """The canonical JSON of a record whose values are canonical JSON already: what is large is not held twice."""
    return "{" + ",".join(f"{_ENCODER.encode(name)}:{parts[name]}" for name in sorted(parts)) + "}"


def _is_stable(value: Any) -> bool:
    """Whether there is nothing but plain values, quickly; where not, `_refuse_unstable` says what and where."""
    kind = type(value)
    if kind is dict:
        for key, inner in value.items():
            if type(key) is not str or not (type(inner) in _PLAIN or _is_stable(inner)):
                return False
        return True
    if kind is list or kind is tuple:
        return all(type(inner) in _PLAIN or _is_stable(inner) for inner in value)
    return kind in _PLAIN


def _refuse_unstable(value: Any, where: str) -> None:
    if isinstance(value, float):
        raise TypeError(f"a float at {where} has no canonical form")
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key at {where} is not a string")
            _refuse_unstable(inner, f"{where}.{key}")
    elif isinstance(value, (list, tuple)):
        for position, inner in enumerate(value):
            _refuse_unstable(inner, f"{where}[{position}]")
    elif not isinstance(value, (str, int, bool, type(None))):
        raise TypeError(f"a {type(value).__name__} at {where} has no canonical form")


def sha256(data: bytes | str) -> str:
    """Hex SHA-256 of bytes, or of the UTF-8 of a string."""
    return hashlib.sha256(data.encode("utf-8") if isinstance(data, str) else data).hexdigest()


def new_salt() -> bytes:
    """32 random bytes, stored beside a body and erased with it."""
    return secrets.token_bytes(SALT_BYTES)


def salted_sha256(salt: bytes, data: bytes | str) -> str:
    """Hex SHA-256 of salt ‖ data: says nothing about the data once the salt is gone."""
    return sha256(salt + (data.encode("utf-8") if isinstance(data, str) else data))
