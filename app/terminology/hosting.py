"""Code systems between hosts: which release is current here, and taking one over from another host."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from app.core.errors import Unavailable
from app.jobs.artefact import Installed
from app.terminology.artefacts import adopt, find_release, folder_of, list_releases


class CodeSystems:
    """The current release of each code system."""

    key = "code systems"
    kinds = ("preannotate.run",)

    def installed(self, settings: Any) -> Mapping[str, Installed]:
        root = settings.terminology_dir
        current = [find_release(root, system) for system in {one.system for one in list_releases(root)}]
        return {one.system: Installed(one.digest, partial(_copy, folder_of(root, one))) for one in current}

    def adopt(self, settings: Any, name: str, digest: str, files: Path) -> None:
        if adopt(settings.terminology_dir, files).digest != digest:
            raise Unavailable("artefact-damaged", f"the files fetched for {name} are another release")


def _copy(release: Path, folder: Path) -> None:
    for path in release.iterdir():
        shutil.copyfile(path, folder / path.name)
