"""INCEpTION project, read: `annotation/<document>/<user>.zip`, a CAS as XMI with its type system, or the XMI itself.

Users stay as the project names them, in `provenance.reader`: each is a reading of its own. `INITIAL_CAS` is the text
before anybody read it, `CURATION_USER` who settled the readings. Serialised Java (`*_ser/`) is not opened.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.core.errors import Invalid, Problem
from app.formats.archives import ReadArchive, nested_archive, opened_archive
from app.formats.files import FilesHeld, InputFiles
from app.formats.json_lines import object_of, objects_of
from app.formats.model import ExchangeDocument
from app.formats.xmi.cas import read_cas
from app.formats.xmi.read import cas_document
from app.formats.xmi.types import TypeSystem, read_type_system

_PROJECT = "exportedproject.json"
_FOLDERS = ("annotation", "curation")
INITIAL = "INITIAL_CAS"


class InceptionReader:
    """A document each document and reader, in the order of their names."""

    title = "INCEpTION project"

    def knows(self, files: InputFiles) -> bool:
        if files.is_folder or not files.name.endswith(".zip"):
            return False
        try:
            with files.open(files.name) as raw, opened_archive(raw, files.name) as archive:
                return any(name.startswith("exportedproject") for name in archive.names)
        except Invalid:
            return False

    def read(self, files: InputFiles) -> Iterator[ExchangeDocument]:
        """Raises Invalid for what is no project, or holds no annotation that can be read."""
        with files.open(files.name) as raw, opened_archive(raw, files.name) as archive:
            states = _states(archive, files.name)
            members = sorted(name for name in archive.names if _is_annotation(name))
            if not members:
                raise Invalid("no-annotations", f"{files.name}: no annotations as XMI in the project")
            for member in members:
                yield _reading(archive, member, states)


def _is_annotation(name: str) -> bool:
    parts = name.split("/")
    user = parts[-1].rpartition(".")[0]
    return len(parts) == 3 and parts[0] in _FOLDERS and parts[2].endswith((".zip", ".xmi")) and user != INITIAL


def _states(archive: ReadArchive, name: str) -> dict[tuple[str, str], str]:
    """(document, user) → how far the reading is, as the project says."""
    project = next((one for one in archive.names if one.startswith("exportedproject")), _PROJECT)
    if project not in archive.names:
        raise Invalid("no-project", f"{name}: no {_PROJECT}")
    try:
        said = object_of(json.loads(archive.read(project)))
    except (ValueError, RecursionError):
        raise Invalid("bad-json", f"{name}: {_PROJECT} is not valid JSON") from None
    held = objects_of(said.get("annotation_documents"))
    return {(str(one.get("name")), str(one.get("user"))): str(one.get("state")) for one in held}


def _reading(archive: ReadArchive, member: str, states: dict[tuple[str, str], str]) -> ExchangeDocument:
    _, document, file = member.split("/")
    user = file.rpartition(".")[0]
    try:
        data, types = _cas_bytes(archive, member)
        made = cas_document(read_cas(io.BytesIO(data), member), types, member, document)
    except Invalid as error:
        made = ExchangeDocument(document, None, {}, file=member, problems=[Problem(error.code, file, error.message)])
    state = states.get((document, user))
    about: dict[str, Any] = {"reader": user} | ({"state": state} if state else {})
    return replace(made, provenance=made.provenance | about, file=member)


def _cas_bytes(archive: ReadArchive, member: str) -> tuple[bytes, TypeSystem | None]:
    data = archive.read(member)
    if member.endswith(".xmi"):
        return data, None
    with nested_archive(data, member) as inner:
        xmi = next((name for name in inner.names if name.endswith(".xmi")), None)
        if xmi is None:
            raise Invalid("no-annotations", f"{member}: no XMI within")
        named = next((name for name in inner.names if name.lower().endswith("typesystem.xml")), None)
        types = None
        if named is not None:
            types = read_type_system(FilesHeld(member, {named: inner.read(named)}), named)
        return inner.read(xmi), types
