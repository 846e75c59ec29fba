"""Full-face photographs and comparable images (Q): embedded image data, links to pictures, stored portraits."""

# ruff: noqa: E501 (patterns and lists as running text)
from __future__ import annotations

import re
from collections.abc import Iterator

from app.deidentify.lexicon.lists import lines
from app.deidentify.lexicon.wordset import wordset, wordtuple
from app.deidentify.note import Note
from app.deidentify.span import Span

KINDS = "jpe?g|png|gif|bmp|tiff?|heic|heif|webp|svg|raw|dng|cr2|nef|mp4|mov|avi|mkv|m4v|3gp|wmv|webm|mpe?g"
_DATA_URI = re.compile(
    r"data:(?:image|video)/[\w.+-]{1,30}(?:;[\w=.+-]{1,60}){0,4},[ ]?[A-Za-z0-9+/=_%-]*(?:\r?\n[A-Za-z0-9+/=]{16,})*",
    re.IGNORECASE,
)
# Long unbroken base64 that begins like JPEG, PNG, GIF, BMP, WebP or HEIC data.
_BLOB = re.compile(
    r"(?:/9j/|iVBORw0KGgo|R0lGOD|UklGR|Qk[0-9A-Za-z]{2}|AAAA[A-Za-z0-9]{2,4}Z0eX)[A-Za-z0-9+/=\r\n]{80,}"
)
_TAG = re.compile(r"<(?:img|image|video|picture|source)\b[^<>]{0,4000}>", re.IGNORECASE)
_MARKDOWN = re.compile(r"!\[[^\[\]\n]{0,200}\]\([^()\s]{1,4000}(?:\s\"[^\"\n]{0,200}\")?\)")
_RTF = re.compile(r"\\pict\b(?:\s?\\[a-z]{1,20}-?\d{0,9}){0,20}\s?[0-9a-fA-F\s]{16,}")
_FILE = re.compile(
    rf"(?:[A-Za-z]:\\|\\\\|~?/)?(?:[\w.%-]{{1,60}}[/\\]){{0,12}}[\w%+-][\w.%()+-]{{0,100}}\.(?:{KINDS})\b",
    re.IGNORECASE,
)
# Names a camera, a telephone or a scanner gives.
_CAMERA = re.compile(
    r"(?<![\w-])(?:IMG|DSC|DSCN|DSCF|PXL|PICT|PHOTO|SNAP|MVI|VID|GOPR|Screenshot|WhatsApp\sImage|FaceTime)[-_ ]?\d{3}[\w-]{1,40}"
)
_PORTRAIT = re.compile(
    r"\b(?:face|facial|full-face|portrait|headshot|head\sshot|selfie|mug\s?shot|passport|profile|id|badge|patient|pt|identification"
    r"|identity|family|wedding|school|driver'?s?\slicen[cs]e)\b",
    re.IGNORECASE,
)
_PORTRAIT_ALONE = wordset("selfie selfies headshot headshots mugshot mugshots portrait portraits")
_PICTURES = wordtuple(
    """
    photo photos photograph photographs picture pictures pic pics image images video videos snapshot snapshots selfie selfies
    headshot headshots mugshot mugshots portrait portraits
    """
)
# What a locator looks like: a number or code behind "#", "no.", "id", "ref", "file", "saved as" …
_LOCATOR = re.compile(
    r"[\s:,(\[]{0,3}(?:(?:of|the|patient|pt|his|her|their|face|attached|is|was|on|in|file|saved|stored|filed|uploaded|kept|scanned|as|under"
    r"|at|to|chart|record|ref(?:erence)?|no|nr|number|id|asset|frame|media|folder)\b\.?[\s:#,(\[]{0,3}){0,8}"
    r"(?P<v>#?(?=[\w./-]*\d)[A-Za-z0-9][\w./-]{2,40}\w)",
    re.IGNORECASE,
)
_CLINICAL = re.compile(
    r"\b(?:wound|lesion|fundus|fundal|retinal|retina|skin|rash|ulcer|mole|intra-?oral|dental|operative|intraoperative|endoscop\w*"
    r"|gross|histolog\w*|microscop\w*|x-?ray|ct|mri|slit|anterior\sseg\w*|optic|dermoscop\w*|burn|incision|figure|fig)\b",
    re.IGNORECASE,
)


class Pictures:
    """Removes image data and the references to stored pictures of a person; photographs of wounds stay told."""

    key = "pictures"
    types = ("PHOTO",)
    languages = ("en",)

    def find(self, note: Note) -> Iterator[Span]:
        yield from self._embedded(note.text)
        yield from self._files(note)
        yield from self._references(note)

    def _embedded(self, text: str) -> Iterator[Span]:
        lower = text.lower() if "<" in text or "data:" in text.lower() else ""
        sources = (
            ("data:" in lower or "DATA:" in text, _DATA_URI),
            (len(text) > 80, _BLOB),
            ("<" in lower, _TAG),
            ("![" in text, _MARKDOWN),
            ("\\pict" in text, _RTF),
        )
        for possible, pattern in sources:
            if possible:
                for match in pattern.finditer(text):
                    yield Span(match.start(), match.start() + len(match.group().rstrip()), "PHOTO", 0.99, self.key)

    def _files(self, note: Note) -> Iterator[Span]:
        text, done = note.text, 0
        for position in note.positions(_EXTENSIONS):
            end = note.end(position)
            if note.starts[position] < done or text[note.starts[position] - 1 : note.starts[position]] != ".":
                continue
            first = max(text.rfind(mark, max(done, end - 200), end) for mark in " \t\n\"'<>|,;([") + 1
            match = _FILE.match(text, max(first, done, end - 200)) or _FILE.search(text, max(first, done), end)
            if match and match.end() >= end:
                done = match.end()
                yield Span(match.start(), done, "PHOTO", 0.95, self.key)
        for match in _CAMERA.finditer(text) if any(c.isdigit() for c in text) else ():
            if match.start() >= done or done == 0:
                yield Span(match.start(), match.end(), "PHOTO", 0.8, self.key)

    def _references(self, note: Note) -> Iterator[Span]:
        """The locator behind "photo of patient's face: 88123", "ID badge picture #4471", "selfie 2291"."""
        text = note.text
        for position in note.positions(_PICTURES):
            start, end = note.starts[position], note.end(position)
            around = text[max(0, start - 40) : min(len(text), end + 40)]
            personal = note.lowers[position] in _PORTRAIT_ALONE or _PORTRAIT.search(around)
            if not personal or _CLINICAL.search(text, max(0, start - 30), min(len(text), end + 30)):
                continue
            match = _LOCATOR.match(text, end)
            if match and "\n" not in text[end : match.start("v")]:
                yield Span(match.start("v"), match.end("v"), "PHOTO", 0.85, self.key)


_EXTENSIONS = lines("picture_extensions")
