"""brat standoff, read: .ann files, each with its .txt where there is one; a line that cannot be used is named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import Invalid, Problem
from app.core.reading import text_lines, whole_text_marked
from app.formats.files import InputFiles
from app.formats.model import Body, Elements, ExchangeDocument

_SPAN = re.compile(r"(T\S+)\t(\S+) ((?:[0-9]{1,18} [0-9]{1,18};)*[0-9]{1,18} [0-9]{1,18})(?:\t.*)?")
_RELATION = re.compile(r"(R\S+)\t(\S+) \S+?:([TE]\S+) \S+?:([TE]\S+)\s*")
_EVENT = re.compile(r"(E\S+)\t(\S+?):(T\S+)((?: \S+?:[TE]\S+)*)\s*")
_ATTRIBUTE = re.compile(r"[AM]\S*\s(\S+) (\S+)(?: (\S+).*)?\s*")
_CODE = re.compile(r"N\S*\tReference (\S+) ([^\s:]+):(\S+)(?:\t.*?(?:\(release (\S+)\))?)?")
_CHAIN = re.compile(r"\*\tEquiv((?: \S+){2,})\s*")
_NOTE = re.compile(r"(#\S*)\t\S+ (\S+)\t(.*)")
# Other lines of these kinds say nothing that is read, and are no mistakes.
_OTHER = re.compile(r"[N*#]\S*\s.*")

# The whole file, or the text beside it, cannot be read: the message names it.
UNREADABLE, TEXT_UNREADABLE = "not_utf8", "text_not_utf8"


class BratReader:
    """A document each .ann file, at any depth; its id is the file's name. Without a .txt its text is None."""

    title = "a brat folder"

    def knows(self, files: InputFiles) -> bool:
        return files.is_folder

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """Raises Invalid for a folder without .ann files; a file that is not UTF-8 is a problem of its document."""
        names = files.names()
        marked = [name for name in names if name.endswith(".ann")]
        if not marked:
            raise Invalid("no-annotations", f"{files.name}: no .ann files")
        there = set(names)
        for name in marked:
            beside = name.removesuffix(".ann") + ".txt"
            yield _document(files, name, beside if beside in there else None)


def _document(files: InputFiles, name: str, beside: str | None) -> ExchangeDocument:
    text, problems = None, []
    if beside is not None:
        try:
            with files.open(beside) as raw:
                text = _counted(whole_text_marked(raw, beside), files, name)
        except Invalid as error:
            problems.append(Problem(TEXT_UNREADABLE, "", error.message))
    lines = _AnnLines(len(text) if text is not None else None, problems=problems)
    try:
        with files.open(name) as raw:
            for number, line in text_lines(raw, name):
                lines.add(f"line {number}", line.rstrip("\r"))
        lines.connect()
    except Invalid as error:
        lines = _AnnLines(None, problems=[*problems, Problem(UNREADABLE, "", error.message)])
    return ExchangeDocument(name.removesuffix(".ann"), text, lines.elements, file=name, problems=lines.problems)


def _counted(text: str, files: InputFiles, name: str) -> str:
    """The text with its byte order mark where the spans count it, as brat does itself; else without."""
    bare = text.removeprefix("\ufeff")
    if bare == text:
        return text
    with_mark = without = 0
    with files.open(name) as raw:
        for _, line in text_lines(raw, name):
            found = _SPAN.fullmatch(line.rstrip("\r"))
            words = line.rstrip("\r").split("\t")[2:3]
            if found and words and ";" not in found[3]:
                start, end = (int(part) for part in found[3].split())
                with_mark += text[start:end] == words[0]
                without += bare[start:end] == words[0]
    return text if with_mark > without else bare


@dataclass
class _AnnLines:
    """The elements of one .ann file, line by line; what names others is connected when all are known."""

    length: int | None
    elements: Elements = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    pending: list[tuple[str, str, Body]] = field(default_factory=list)  # place, id, relation or event
    later: list[tuple[str, Any]] = field(default_factory=list)  # id of the target, and what is said of it

    def add(self, place: str, line: str) -> None:
        if found := _SPAN.fullmatch(line):
            self._span(place, found)
        elif found := _RELATION.fullmatch(line):
            ends = {"kind": "relation", "type": found[2], "head": found[3], "tail": found[4]}
            self.pending.append((place, found[1], ends))
        elif found := _EVENT.fullmatch(line):
            roles = [list(role.partition(":")[::2]) for role in found[4].split()]
            event = {"kind": "event", "label": found[2], "mentions": [found[3]], "roles": roles}
            self.pending.append((place, found[1], event))
        elif found := _CHAIN.fullmatch(line):
            self.pending.append((place, f"*{len(self.pending)}", {"kind": "chain", "mentions": found[1].split()}))
        elif not self._about(line) and line.strip() and not _OTHER.fullmatch(line):
            self._problem(*_why(line), place)

    def _about(self, line: str) -> bool:
        """Attributes, codes and notes wait for what they are about."""
        if found := _ATTRIBUTE.fullmatch(line):
            self.later.append((found[2], {"name": found[1].lower(), "value": found[3] or True}))
        elif found := _CODE.fullmatch(line):
            self.later.append((found[1], {"system": found[2], "release": found[4] or "", "code": found[3]}))
        elif found := _NOTE.fullmatch(line):
            self.later.append((found[2], {"kind": "comment", "text": found[3], "about": found[2], "id": found[1]}))
        return found is not None

    def _span(self, place: str, found: re.Match[str]) -> None:
        fragments = sorted([int(n) for n in piece.split()] for piece in found[3].split(";"))
        if any(start >= end or (self.length is not None and end > self.length) for start, end in fragments):
            self._problem("bad_offsets", "the offsets lie outside the text", place)
        elif found[1] in self.elements:
            self._problem("id_used_twice", "its id stands before another span", place)
        else:
            self.elements[found[1]] = {"kind": "entity", "fragments": fragments, "label": found[2]}

    def connect(self) -> None:
        """Relations and events whose ends are there; then what is said of spans, relations and events."""
        events = {key: body["mentions"][0] for _, key, body in self.pending if body["kind"] == "event"}
        spans = set(self.elements)
        ends = spans | {key for key, trigger in events.items() if trigger in spans}
        for place, key, body in self.pending:
            for _ in range(self._settle(key, body, ends, spans)):
                self._problem("bad_relation", "it names what is not there", place)
        for target, said in self.later:
            if target in self.elements:
                self._say(target, said)

    def _settle(self, key: str, body: Body, ends: set[str], spans: set[str]) -> int:
        """Keep one element with what it names that is there; how much is not."""
        if body["kind"] == "relation":
            missing = int(not {body["head"], body["tail"]} <= ends)
            good = not missing
        elif body["kind"] == "event":
            good = body["mentions"][0] in spans
            kept = [role for role in body["roles"] if good and role[1] in ends]
            missing = len(body["roles"]) - len(kept)
            body["roles"] = kept
        else:
            kept = [one for one in body["mentions"] if one in spans]
            good, missing = len(kept) > 1, 0
            body["mentions"] = kept
        if good:
            self.elements[key] = body
        return missing

    def _say(self, target: str, said: dict[str, Any]) -> None:
        body = self.elements[target]
        if said.get("kind") == "comment":
            self.elements[said.pop("id") + f"/{target}"] = said
        elif "system" in said:
            body.setdefault("codes", []).append(said)
        elif body["kind"] == "entity":
            body.setdefault("assertion", {})[said["name"]] = said["value"]
        elif said["name"] == "certainty":
            body["certainty"] = said["value"]
        else:
            body.setdefault("attributes", {})[said["name"]] = said["value"]

    def _problem(self, code: str, message: str, place: str) -> None:
        self.problems.append(Problem(code, place, message))


def _why(line: str) -> tuple[str, str]:
    code = "bad_attribute" if line.startswith(("A", "M")) else "bad_line"
    if line.startswith("T"):
        return code, "the offsets cannot be read"
    return code, "it names too little" if line.startswith(("E", "R", "A", "M")) else "it is no line of brat's"
