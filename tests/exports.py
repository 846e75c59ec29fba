"""A release written in a format, in memory: the files as text, and the rows of the loss report."""

from app.formats.losses import LossReport
from app.formats.protocol import Writing
from app.release.vocabulary import vocabulary

MANIFEST = {"release": 1, "project": "p", "items": []}


class MemorySink:
    """The files as they stand; also, which file was written to, in order."""

    def __init__(self):
        self.files = {}

    def write(self, name, data):
        self.files[name] = self.files.get(name, b"") + data


def exported(one, documents, manifest=MANIFEST):
    """(file → text, rows of the loss report)."""
    sink, losses = MemorySink(), LossReport(one.key)
    one.writer.write(iter(documents), Writing(sink, losses, manifest, vocabulary()))
    return {name: data.decode() for name, data in sink.files.items()}, losses.rows()
