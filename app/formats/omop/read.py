"""OMOP, read: NOTE, and NOTE_NLP where it is there; a mention stands where its words do."""

from __future__ import annotations

import json
from collections.abc import Iterator

from app.core.errors import Invalid, Problem
from app.core.numbers import whole
from app.core.text import fragments_problem
from app.formats.attributes import parts_of
from app.formats.files import InputFiles
from app.formats.model import Body, ExchangeDocument
from app.formats.omop.fields import read_modifiers
from app.formats.tables import GUARD, csv_rows

_NOTE, _NLP = ("note.csv", "note_nlp.csv")
_NOT_AXES = ("label", "fragments")


class OmopReader:
    """A document a row of NOTE; mentions of all notes are held meanwhile, by note."""

    title = "OMOP NOTE and NOTE_NLP"

    def knows(self, files: InputFiles) -> bool:
        return files.is_folder and _named(files, _NOTE) is not None

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """Raises Invalid naming file and line."""
        name = _named(files, _NOTE) if files.is_folder else files.name
        if name is None:
            raise Invalid("no-tables", f"{files.name}: no NOTE.csv")
        mentions = _mentions(files)
        ours = f"{_base(name)}SOURCE_IDS.csv" in files.names()
        with files.open(name) as raw:
            for line, row in _rows(csv_rows(raw, name), ours=ours):
                if "note_text" not in row:
                    raise Invalid("bad-table", f"{name} line {line}: needs the column note_text")
                yield _document(row, mentions.get(row.get("note_id", ""), []), name, line)


def _named(files: InputFiles, wanted: str) -> str | None:
    return next((one for one in files.names() if one.rpartition("/")[2].lower() == wanted), None)


def _base(name: str) -> str:
    folder, slash, _ = name.rpartition("/")
    return folder + slash


def _rows(rows: Iterator[tuple[int, dict[str, str]]], *, ours: bool) -> Iterator[tuple[int, dict[str, str]]]:
    """Columns in lower case; the guards of cells that we wrote are taken away."""
    for line, row in rows:
        kept = {key.lower(): value for key, value in row.items()}
        yield line, {key: value.removeprefix(GUARD) for key, value in kept.items()} if ours else kept


def _mentions(files: InputFiles) -> dict[str, list[tuple[int, dict[str, str]]]]:
    name = _named(files, _NLP) if files.is_folder else None
    held: dict[str, list[tuple[int, dict[str, str]]]] = {}
    if name is not None:
        ours = f"{_base(name)}SOURCE_IDS.csv" in files.names()
        with files.open(name) as raw:
            for line, row in _rows(csv_rows(raw, name), ours=ours):
                held.setdefault(row.get("note_id", ""), []).append((line, row))
    return held


def _document(
    row: dict[str, str], mentions: list[tuple[int, dict[str, str]]], file: str, line: int
) -> ExchangeDocument:
    text = row["note_text"]
    own = row.get("note_source_value") or row.get("note_id") or str(line)
    made = ExchangeDocument(own, text, {}, file=file)
    for where, said in mentions:
        body = _entity(said, text)
        if body is None:
            made.problems.append(Problem("bad_offsets", f"NOTE_NLP line {where}", "the offset does not show the term"))
        else:
            made.elements[f"T{where}"] = body
    return made


def _entity(row: dict[str, str], text: str) -> Body | None:
    said = read_modifiers(row.get("term_modifiers") or "")
    variant = row.get("lexical_variant") or ""
    try:
        start = whole(row.get("offset") or "")
        pieces = json.loads(said["fragments"]) if "fragments" in said else [[start, start + len(variant)]]
    except (ValueError, RecursionError):
        return None
    if fragments_problem(pieces, len(text)):
        return None
    if "fragments" not in said and text[start : start + len(variant)] != variant:
        return None
    label = said.get("label") or row.get("note_nlp_concept_id") or "mention"
    axes = {name: value for name, value in said.items() if name not in _NOT_AXES}
    return {"kind": "entity", "fragments": pieces, "label": label} | parts_of(axes)
