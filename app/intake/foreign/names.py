"""Files known by their names: what goes with a collection, and what systems leave in folders."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from app.intake.foreign.kind import ANNOTATIONS, CODES, OTHER, Foreign

_PAPERS = re.compile(
    r"(read[-_ ]?me|licen[cs]es?|copying|notice|change(?:log|s)?|authors|contributors|contributing|citation"
    r"|description|disclaimer|attribution|manifest|annotation[-_ ]?guidelines?)"
    r"(?:[-_. ][a-z]{2,12})?(\.(?:txt|md|rst|html?|pdf))?",
    re.IGNORECASE,
)
_LEFT = re.compile(r"\..*|~\$.*|.*~|thumbs\.db|desktop\.ini|__MACOSX|__pycache__", re.IGNORECASE)
_ENDINGS = {
    (".ann", ".a1", ".a2"): Foreign(ANNOTATIONS, "brat standoff (.ann)"),
    (".xmi",): Foreign(ANNOTATIONS, "UIMA CAS in XMI"),
    (".conll", ".conllu", ".iob", ".bio"): Foreign(ANNOTATIONS, "CoNLL"),
    (".pubtator",): Foreign(ANNOTATIONS, "PubTator"),
    (".asc", ".rrf", ".obo", ".owl", ".fsh"): Foreign(CODES, "a code system's file"),
    (".dcm", ".dicom"): Foreign(OTHER, "DICOM"),
    (".md", ".rst", ".html", ".htm"): Foreign(OTHER, "documentation"),
    (".conf", ".cfg", ".ini", ".toml", ".yml", ".yaml", ".dtd", ".xsd", ".py", ".js", ".css", ".sh", ".r"): Foreign(
        OTHER, "configuration or program text"
    ),
}


def recognise_name(name: str) -> Foreign | None:
    """What goes with the notes of a folder and is none: papers of the collection, what a system left."""
    pure = PurePosixPath(name)
    if any(_LEFT.fullmatch(part) for part in pure.parts):
        return Foreign(OTHER, "left by the system")
    if _PAPERS.fullmatch(pure.name):
        return Foreign(OTHER, "a paper that goes with a collection (README, licence …)")
    return None


def recognise_ending(name: str) -> Foreign | None:
    """What a file's ending says where its content says nothing: it may be empty."""
    ending = PurePosixPath(name).suffix.lower()
    return next((kind for endings, kind in _ENDINGS.items() if ending in endings), None)
