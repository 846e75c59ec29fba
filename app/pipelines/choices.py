"""Which pipelines a project's settings may name."""

from __future__ import annotations

from app.tagging.protocol import PIPELINES


class PipelineChoices:
    """Every installed pipeline; whether it may run is the register's to say."""

    key = "pipeline"

    def options(self) -> list[tuple[str, str]]:
        return [(pipeline.key, pipeline.title) for pipeline in PIPELINES]
