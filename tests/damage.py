"""Damaged files: the same ways of going wrong for every reader, from fixed seeds."""

import random
import re

MUTANTS = 2_000
_ENCODINGS = (b"utf-99", b"ascii", b"utf-16", b"latin-1", b"cp037", b"rot13", b"base64", b"idna", b"undefined", b"\xff")
_PIECES = (
    *(b"\x00", b"\xff\xfe", b"\xc3", b"\xf0\x9f", b"\xed\xa0\x80", b"\x1a", b"\r", b"\n\n", b"\t\t", b'"', b"'", b";"),
    *(b"\\", b"|", b"$", b"<", b"]]>", b"&a;", b"\x85", b"\xe2\x80\xa8", b"-1", b"1e999", b"NaN"),
    *(b"9" * 30, b"9" * 5000),
    *(b"{", b"[" * 2000, b"}", b"null", b"true", b"\xef\xbb\xbf", "²".encode(), "١٢".encode(), b"\x1c", b"0 0", b":"),
)


def mutants(data: bytes, seed: int, times: int = MUTANTS):
    """`times` damaged forms of a file, the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(times):
        made = data
        for _ in range(chance.choice((1, 1, 1, 2, 4))):
            made = chance.choice(_WAYS)(made, chance)
        yield made


def _flip(data, chance):
    if not data:
        return data
    at = chance.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :]


def _cut(data, chance):
    return data[: chance.randrange(len(data) + 1)]


def _insert(data, chance):
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.choice(_PIECES) + data[at:]


def _replace(data, chance):
    """A number, name or field becomes something else."""
    found = list(re.finditer(rb"[\w.-]+", data[:200_000]))
    if not found:
        return data
    one = chance.choice(found)
    return data[: one.start()] + chance.choice(_PIECES) + data[one.end() :]


def _drop(data, chance):
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.randrange(1, 40) :]


def _huge(data, chance):
    at = chance.randrange(len(data) + 1)
    return data[:at] + b"x" * chance.choice((200, 140_000)) + data[at:]


def _swap(data, chance):
    """Two columns of a line change places."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    mark = chance.choice((b"\t", b",", b"$", b"|", b" "))
    cells = lines[at].split(mark)
    if len(cells) > 1:
        one, other = chance.sample(range(len(cells)), 2)
        cells[one], cells[other] = cells[other], cells[one]
    lines[at] = mark.join(cells)
    return b"\n".join(lines)


def _lines(data, chance):
    """A line lost, twice, or two of them the other way round."""
    lines = data.split(b"\n")
    at = chance.randrange(len(lines))
    way = chance.randrange(3)
    if way == 0:
        del lines[at]
    elif way == 1:
        lines.insert(at, lines[at])
    else:
        other = chance.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    return b"\n".join(lines)


def _encoding(data, chance):
    name = chance.choice(_ENCODINGS)
    if b"encoding=" in data[:200]:
        return re.sub(rb"encoding=(['\"])[^'\"]*\1", b'encoding="' + name + b'"', data, count=1)
    if data.lstrip().startswith(b"<"):
        return b'<?xml version="1.0" encoding="' + name + b'"?>' + re.sub(rb"^\s*<\?xml.*?\?>", b"", data)
    try:
        return data.decode("utf-8").encode(chance.choice(("utf-16", "latin-1", "cp1252")))
    except UnicodeError:
        return data


_WAYS = (_flip, _flip, _flip, _cut, _insert, _insert, _replace, _replace, _drop, _huge, _swap, _lines, _encoding)
