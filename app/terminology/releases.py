"""Importing a release, and the ICD-10-CM that comes with the server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict, Unpack

from app.core.errors import Unavailable
from app.terminology.artefacts import (
    Manifest,
    building,
    find_release,
    list_releases,
    locked,
    make_current_if_newer,
    publish,
)
from app.terminology.entry_terms import entry_rows, entry_sources
from app.terminology.importers.protocol import CODE_SYSTEMS, About, CodeSystem
from app.terminology.importers.reading.source import ReleaseSource
from app.terminology.systems import system_key
from app.terminology.writer import ReleaseWriter

BUILTIN = About("2026-04", "2026-04-01", "2026-09-30")


@dataclass(frozen=True)
class Named:
    """What the person importing says of a release; empty means: as the files say."""

    release: str = ""
    valid_from: str = ""
    valid_to: str = ""
    language: str = ""


class _Building(TypedDict):
    system: str
    progress: Callable[[str], None]


def import_release(
    root: Path,
    system: str,
    path: str | Path,
    named: Named = Named(),
    progress: Callable[[str], None] = lambda _: None,
) -> Manifest:
    """Import a release into an artefact below `root`; it becomes current unless a later one is.

    Raises Invalid with up to 50 problems (file and line); the releases that were there stay as they are.
    """
    importer = importer_of(system)
    source = ReleaseSource(path)
    said = importer.about(source)
    manifest = _build(
        root, importer, source, _merged(said, named), system=_own_key(importer, system), progress=progress
    )
    if not make_current_if_newer(root, manifest):
        progress(f"{manifest.release} is installed beside a later release, which stays current")
    return manifest


def importer_of(system: str) -> CodeSystem:
    """The importer of a system; a name no importer has is a system of one's own (CSV or TSV)."""
    key = system_key(system)
    return CODE_SYSTEMS.get(key if key in CODE_SYSTEMS else "own")


def _own_key(importer: CodeSystem, system: str) -> str:
    return system_key(system) if importer.key == "own" else importer.key


def _merged(said: About, named: Named) -> About:
    return About(
        named.release or said.release or "unnamed",
        named.valid_from or said.valid_from,
        named.valid_to or said.valid_to,
        named.language or said.language,
    )


def _build(
    root: Path, importer: CodeSystem, source: ReleaseSource, about: About, **more: Unpack[_Building]
) -> Manifest:
    system, progress = more["system"], more["progress"]
    with building(root) as staging:
        progress(f"reading {source.path.name}")
        sources = source.digests() + entry_sources(system)
        writer = ReleaseWriter(staging, system, progress)
        try:
            writer.add_all(importer.rows(source))
            writer.add_all(entry_rows(system, writer.has))
            counts = writer.finish()
        finally:
            writer.close()
        manifest = Manifest(
            system=system,
            release=about.release,
            title=importer.title if importer.key != "own" else system,
            language=about.language,
            valid_from=about.valid_from,
            valid_to=about.valid_to,
            sources=sources,
            counts=counts,
        )
        return publish(root, staging, manifest)


def ensure_builtin(root: Path, progress: Callable[[str], None] = lambda _: None) -> Manifest:
    """Build the bundled ICD-10-CM release unless it is there; safe when several processes ask at once."""
    found = _find_builtin(root)
    if found is None:
        with locked(root, "builtin"):
            found = _find_builtin(root) or _build_builtin(root, progress)
    make_current_if_newer(root, found)
    return found


def _find_builtin(root: Path) -> Manifest | None:
    """The artefact built from the bundled files and today's entry terms, if it is there."""
    tables = entry_sources("icd10cm")
    for manifest in list_releases(root, "icd10cm"):
        if manifest.release == BUILTIN.release and all(table in manifest.sources for table in tables):
            return manifest
    return None


def _build_builtin(root: Path, progress: Callable[[str], None]) -> Manifest:
    progress(f"building ICD-10-CM {BUILTIN.release} for first use")
    spec = find_spec("simple_icd_10_cm")  # found, not imported: importing it parses everything
    if spec is None or spec.origin is None:
        raise Unavailable("no-builtin", "the package simple-icd-10-cm is not installed")
    source = ReleaseSource(Path(spec.origin).parent / "data")
    importer = CODE_SYSTEMS.get("icd10cm")
    return _build(root, importer, source, BUILTIN, system="icd10cm", progress=progress)


def current_release(root: Path, system: str, progress: Callable[[str], None] = lambda _: None) -> Manifest:
    """The system's current release; ICD-10-CM is built on first use. Raises NotFound for the others."""
    if system_key(system) == "icd10cm":
        ensure_builtin(root, progress)
    return find_release(root, system)
