"""E-mail, web and internet addresses, MAC addresses and UUIDs (F, N, O, M, R)."""

# ruff: noqa: E501 (patterns and lists as running text)
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
_SAID_EMAIL = re.compile(
    r"(?:[A-Za-z0-9_-]{1,30}\sdot\s){0,3}[A-Za-z0-9_-]{1,30}\sat\s(?:[A-Za-z0-9-]{2,30}\sdot\s){1,3}[a-z]{2,10}\b",
    re.IGNORECASE,
)
# A payment or health address without a domain, and the name of an account with a mark or a figure in it.
_HANDLE = re.compile(r"(?<![\w@])@(?=\w*[\d_])[A-Za-z_]\w{2,29}\b")
_BARE_ADDRESS = re.compile(
    r"[A-Za-z][\w.-]{1,40}@(?:abdm|sbx|ok\w{3,8}|ybl|ibl|axl|paytm|upi|apl|\w{0,4}bank\w*)\b", re.IGNORECASE
)
_NAMED_HANDLE = re.compile(
    r"(?:twitter|insta|instagram|tiktok|x|threads|telegram|snapchat|handle)[\s:]{1,2}$", re.IGNORECASE
)
_PLAIN_HANDLE = re.compile(r"@[A-Za-z_]\w{2,29}\b")
# Behind a host of no known ending: a path with a number.
_NUMBERED_PATH = re.compile(r"/(?=[^\s<>\"']*\d{3})[^\s<>\"')\]]*[\w/]")
_FILE = re.compile(
    r"(?:[A-Za-z]:)?[\w~./\\-]*[\w-]+\.(?:pdf|dcm|docx?|tiff?|jpe?g|png|xlsx?|csv|txt|rtf|mp[34]|wav|zip|hl7|xml)\b",
    re.IGNORECASE,
)
_FILE_ENDINGS = (
    "pdf", "dcm", "doc", "docx", "tif", "tiff", "jpg", "jpeg", "png", "xls", "xlsx", "csv", "txt", "rtf", "mp3", "mp4", "wav",
    "zip", "hl7", "xml",
)  # fmt: skip
_PASSWORD = re.compile(r"(?:pw|pwd|password|passcode|pin)[\s:=]{1,3}(?:is\s)?(?P<v>(?=\w*\d)\w{4,20})\b", re.IGNORECASE)
_URL = re.compile(r"(?:https?://|ftp://|www\.)[^\s<>\"')\]]+[\w/#=]", re.IGNORECASE)
_TLD = "com|org|net|edu|gov|mil|info|biz|io|health|care|clinic|uk|de|fr|nl|eu|au|ca|us|ch|se|no|dk|es|it"
_RUN = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_PATH = re.compile(r"/[^\s<>\"')\]]*(?<![.,;])")
_TLD_END = re.compile(rf"\.(?:{_TLD})(?:\.[a-z]{{2}})?$")
MAX_LABEL, LONGEST_PATH = 63, 200
_V4 = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}(?![\d.]\d)(?!\d)")
_V6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:)[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_MAC = re.compile(r"(?<![\w:-])(?:[0-9A-Fa-f]{2}([:-]))(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}(?![\w:-])")
# What every internet and hardware address has somewhere: looked for first, since few notes hold one.
_COLONS = re.compile(r"::|:[0-9A-Fa-f]{1,4}:")
_HYPHENS = re.compile(r"-[0-9A-Fa-f]{2}-[0-9A-Fa-f]{2}-")
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
            else:
                yield from self._handle(note.text, at)
            at = note.text.find("@", max(at + 1, match.end() if match else 0))
        if "at" in note.index and ("dot" in note.index or "(at)" in note.text or "[at]" in note.text):
            for pattern in (_SPELT_EMAIL, _SAID_EMAIL) if "dot" in note.index else (_SPELT_EMAIL,):
                for match in pattern.finditer(note.text):
                    yield Span(match.start(), match.end(), "EMAIL", 0.8, self.key)

    def _handle(self, text: str, at: int) -> Iterator[Span]:
        address = _BARE_ADDRESS.match(text, _local_part(text, at))
        plain = _PLAIN_HANDLE.match(text, at) if _NAMED_HANDLE.search(text, max(0, at - 14), at) else None
        match = address or plain or _HANDLE.match(text, at)
        if match:
            yield Span(match.start(), match.end(), "EMAIL" if address else "NAME", 0.8, self.key)


class FileNames:
    """Names of files that carry a number or a name: "moxon_19610403.pdf"."""

    key = "files"
    types = ("ID",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        text = note.text
        for position in note.positions(_FILE_ENDINGS):
            end = note.end(position)
            if note.starts[position] == 0 or text[note.starts[position] - 1] != ".":
                continue
            start = note.starts[position]
            while (
                start
                and end - start < LONGEST_PATH
                and not text[start - 1].isspace()
                and text[start - 1] not in "\"'()[]<>,;:=|"
            ):
                start -= 1
            match = _FILE.fullmatch(text, start, end)
            if match and sum(c.isdigit() for c in match.group()) >= 3:
                yield Span(start, end, "ID", 0.8, self.key)
        for position in note.positions(("pw", "pwd", "password", "passcode")):
            match = _PASSWORD.match(text, note.starts[position])
            if match:
                yield Span(match.start("v"), match.end("v"), "ID", 0.8, self.key)


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
                    path = _PATH.match(text, after)
                    if self._is_domain(text, run):
                        yield Span(start, path.end() if path else after, "URL", 0.7, self.key)
                    elif path and run.group()[0].isalpha() and (numbered := _NUMBERED_PATH.match(text, after)):
                        yield Span(start, numbered.end(), "URL", 0.7, self.key)
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
            if (
                match
                and _valid(match.group())
                and note.lowers[position - 1 if position else 0] not in ("ec", "v", "version")
            ):
                yield Span(match.start(), match.end(), "IP", 0.95, self.key)
        if _COLONS.search(note.text) or _HYPHENS.search(note.text):
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
