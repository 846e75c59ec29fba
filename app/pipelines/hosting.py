"""Pipelines between hosts: ours come with the program, trained ones on disk are taken over from another host."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from app.core.errors import Unavailable
from app.jobs.artefact import Installed
from app.pipelines.folder import register_folder
from app.tagging.protocol import PIPELINES, Pipeline
from app.tagging.spacy_disk import SpacyOnDisk, read_card

CARD, MODEL = "card.json", "model"


class InstalledPipelines:
    """Every pipeline there is, by the digest its owner signs for."""

    key = "pipelines"
    kinds = ("preannotate.run",)

    def installed(self, settings: Any) -> Mapping[str, Installed]:
        return {pipeline.key: _installed(pipeline) for pipeline in PIPELINES}

    def adopt(self, settings: Any, name: str, digest: str, files: Path) -> None:
        """Its card and files under `var/pipelines`, in place of what had its key there."""
        if read_card(files / CARD).digest() != digest:
            raise Unavailable("artefact-damaged", f"the files fetched for {name} are another pipeline")
        root = settings.var_dir / "pipelines"
        target = root / f"{name}-{digest[:12]}"
        if not target.exists():
            root.mkdir(parents=True, exist_ok=True)
            shutil.move(files / MODEL, target)
        card = json.loads((files / CARD).read_text(encoding="utf-8")) | {"path": target.name}
        aside = root / f".{name}.json"
        aside.write_text(json.dumps(card), encoding="utf-8")
        for old in root.glob("*.json"):
            if old.name != aside.name and json.loads(old.read_text(encoding="utf-8")).get("key") == name:
                old.unlink()
        aside.rename(root / f"{name}.json")
        register_folder(root)


def _installed(pipeline: Pipeline) -> Installed:
    return Installed(pipeline.digest(), partial(_copy, pipeline) if isinstance(pipeline, SpacyOnDisk) else None)


def _copy(pipeline: SpacyOnDisk, folder: Path) -> None:
    shutil.copytree(pipeline.path, folder / MODEL)
    (folder / CARD).write_text(json.dumps(pipeline.card | {"path": MODEL}), encoding="utf-8")
