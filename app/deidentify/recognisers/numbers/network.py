"""E-mail, web and internet addresses, MAC addresses and UUIDs (F, N, O, M, R)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

from app.deidentify.note import Note
from app.deidentify.span import Span

_EMAIL = re.compile(r"[\w.+'-]{1,64}\s?@\s?[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,24}\b")
_SPELT_EMAIL = re.compile(
    r"[\w.+-]{2,64}\s?[\[(]\s?at\s?[\])]\s?[\w-]+(?:\s?[\[(]\s?dot\s?[\])]\s?|\.)[a-z]{2,10}\b", re.IGNORECASE
)
_URL = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>\"')\]]+[\w/#=]", re.IGNORECASE)
_TLD = "com|org|net|edu|gov|mil|info|biz|io|health|care|clinic|uk|de|fr|nl|eu|au|ca|us|ch|se|no|dk|es|it"
_RUN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PATH = re.compile(r"/[^\s<>\"')\]]*(?<![.,;])")
_TLD_END = re.compile(rf"\.(?:{_TLD})(?:\.[a-z]{{2}})?$")
MAX_LABEL = 63
_V4 = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?![\d.]\d)(?!\d)")
_V6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:)[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_MAC = re.compile(r"(?<![\w:-])(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)


class Emails:
    key = "emails"
    types = ("EMAIL",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        at = note.text.find("@")
        while at >= 0:
            match = _EMAIL.match(note.text, _local_part(note.text, at), at + 120)
            if match and match.end() > at:
                yield Span(match.start(), match.end(), "EMAIL", 0.99, self.key)
            at = note.text.find("@", max(at + 1, match.end() if match else 0))
        if "at" in note.index and ("dot" in note.index or "(at)" in note.text or "[at]" in note.text):
            for match in _SPELT_EMAIL.finditer(note.text):
                yield Span(match.start(), match.end(), "EMAIL", 0.8, self.key)


def _local_part(text: str, at: int) -> int:
    """Where the part before an "@" begins; one white space may stand between."""
    start = at - 1 if at and text[at - 1].isspace() else at
    while start > 0 and at - start < MAX_LABEL and (text[start - 1].isalnum() or text[start - 1] in "_.+'-"):
        start -= 1
    return start


class WebAddresses:
    key = "urls"
    types = ("URL",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        text, done = note.text, 0
        for position in note.positions(("http", "https", "ftp", "www")):
            match = _URL.match(text, note.starts[position]) if note.starts[position] >= done else None
            if match:
                done = match.end()
                yield Span(match.start(), match.end(), "URL", 0.99, self.key)
        yield from self._domains(text)

    def _domains(self, text: str) -> Iterator[Span]:
        """ "portal.example.org/x": a dot between two letters may be a domain; most dots end a sentence."""
        dot = text.find(".")
        while dot >= 0:
            after = dot + 1
            if text[after : after + 1].islower() and text[dot - 1 : dot].isalnum():
                start = dot
                while start > 0 and dot - start < MAX_LABEL and (text[start - 1].isalnum() or text[start - 1] == "-"):
                    start -= 1
                run = _RUN.match(text, start)
                if run and run.end() > dot:
                    after = run.end()
                    if self._is_domain(text, run):
                        path = _PATH.match(text, after)
                        yield Span(start, path.end() if path else after, "URL", 0.7, self.key)
            dot = text.find(".", after)

    @staticmethod
    def _is_domain(text: str, run: re.Match[str]) -> bool:
        """Whether a run of labels ends on a known top-level domain and stands for itself."""
        before, after = text[run.start() - 1 : run.start()], text[run.end() : run.end() + 1]
        alone = before not in ("@", ".", "_") and not after.isalnum() and after != "@"
        labels = run.group().split(".", 1)
        return alone and not labels[0].isdigit() and bool(_TLD_END.search(run.group()))


class InternetAddresses:
    key = "ips"
    types = ("IP", "DEVICE", "ID")
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        for position in note.numbers:
            match = _V4.match(note.text, note.starts[position])
            if match and _valid(match.group()):
                yield Span(match.start(), match.end(), "IP", 0.95, self.key)
        if note.text.count(":") > 1:
            for match in _MAC.finditer(note.text):
                yield Span(match.start(), match.end(), "DEVICE", 0.9, self.key)
            for match in _V6.finditer(note.text):
                if _valid(match.group()):
                    yield Span(match.start(), match.end(), "IP", 0.95, self.key)
        if note.text.count("-") > 3:
            for match in _UUID.finditer(note.text):
                yield Span(match.start(), match.end(), "ID", 0.95, self.key)


def _valid(address: str) -> bool:
    try:
        return str(ip_address(address)) != "::"
    except ValueError:
        return False
