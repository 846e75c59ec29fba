"""Static files under a path that carries their version, so that browsers may keep them for ever.

Templates and scripts of a modality's workbench lie in its own folder (`Modality.assets`). They are served beside
ours, as `modalities/<key>/…`, so that its scripts import the shared ones by relative paths: `../../js/…`.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, request, send_from_directory
from flask.blueprints import BlueprintSetupState
from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, FunctionLoader
from werkzeug.utils import safe_join

from app.core.errors import NotFound
from app.http.access import PUBLIC, access
from app.review.modality import MODALITIES, Modality

STATIC = Path(__file__).parent / "static"
TEMPLATES = Path(__file__).parent / "templates"
FOR_EVER = "public, max-age=31536000, immutable"
# A modality's folder holds its Python as well; that is nobody's to read.
SERVED = frozenset({".js", ".css", ".svg"})
# The page of a modality that brings none: a row for every question of its schema.
ASKED = "workbench/answers.html"


def _template_of_modality(name: str) -> tuple[str, str, None] | None:
    """The source of `modalities/<key>/workbench.html`; None for any other template."""
    area, _, rest = name.partition("/")
    key, _, file = rest.partition("/")
    folder = MODALITIES.get(key).assets if area == "modalities" and key in MODALITIES else None
    if folder is None or file != "workbench.html":
        return None
    return (folder / file).read_text(encoding="utf-8"), str(folder / file), None


class _Pages(Blueprint):
    """Brings the templates of the pages, and those in the folders of modalities."""

    jinja_loader: BaseLoader | None = ChoiceLoader(  # type: ignore[assignment]
        [FileSystemLoader(TEMPLATES), FunctionLoader(_template_of_modality)]
    )


assets = _Pages("assets", __name__)


@assets.record_once
def _add_globals(state: BlueprintSetupState) -> None:
    state.app.jinja_env.globals["static"] = static


def static(name: str) -> str:
    """The address of a static file of this version."""
    version = digest() if not current_app.debug else "dev"
    return f"/static/{version}/{name}"


def workbench_page(modality: Modality) -> tuple[str, str]:
    """The template of a modality's workbench, and the address of its script."""
    if modality.assets is None:
        return ASKED, static("js/workbench/answers.js")
    own = f"modalities/{modality.key}"
    return f"{own}/workbench.html", static(f"{own}/workbench.js")


@cache
def digest() -> str:
    """One version for all files: modules import each other by relative paths."""
    total = hashlib.sha256()
    for name, path in sorted(_files()):
        total.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()[:12]


def _files() -> Iterator[tuple[str, Path]]:
    """Every file that is served, by its name below the version."""
    folders = [("", STATIC), *((f"modalities/{m.key}/", m.assets) for m in MODALITIES if m.assets is not None)]
    for area, folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and (not area or path.suffix in SERVED):
                yield area + path.relative_to(folder).as_posix(), path


@assets.get("/static/<version>/<path:name>")
@access(PUBLIC)
def file(version: str, name: str) -> Response:
    folder, own = _place(name)
    if version != digest():
        # A page of an older version gets what there is, but may not keep it.
        response = send_from_directory(folder, own)
        response.headers["Cache-Control"] = "no-store"
        return response
    packed = _packed(folder, own) if request.accept_encodings.quality("gzip") > 0 else None
    if packed is None:
        response = send_from_directory(folder, own)
    else:
        response = Response(packed, mimetype=mimetypes.guess_type(own)[0])
        response.headers["Content-Encoding"] = "gzip"
        response.set_etag(f"{version}-gzip")
        response.make_conditional(request)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_EVER
    return response


def _packed(folder: Path, name: str) -> bytes | None:
    """A script, style or drawing as gzip; None for what is packed already, or not there."""
    path = safe_join(str(folder), name)
    if path is None or Path(name).suffix not in SERVED or not Path(path).is_file():
        return None
    return _gzip(Path(path))


@cache
def _gzip(path: Path) -> bytes:
    """Made once in each process: the files of a version do not change, and are few."""
    return gzip.compress(path.read_bytes(), mtime=0)


def _place(name: str) -> tuple[Path, str]:
    """The folder of a static file, and its name there. Raises NotFound for what no modality serves."""
    area, _, rest = name.partition("/")
    if area != "modalities":
        return STATIC, name
    key, _, own = rest.partition("/")
    folder = MODALITIES.get(key).assets if key in MODALITIES else None
    if folder is None or Path(own).suffix not in SERVED:
        raise NotFound("not-found", "there is nothing here")
    return folder, own
