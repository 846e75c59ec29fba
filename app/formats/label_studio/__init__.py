"""Label Studio JSON: tasks with their annotations, and the labelling configuration they need."""

from __future__ import annotations

from app.formats.label_studio.read import LabelStudioReader
from app.formats.label_studio.write import LabelStudioWriter


class LabelStudioFormat:
    """Offsets are code points, as Label Studio stores those of a Text tag."""

    key = "label-studio"
    title = "Label Studio JSON"
    writer = LabelStudioWriter()
    reader = LabelStudioReader()
