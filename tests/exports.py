"""A release written in a format, in memory: the files as text, and the rows of the loss report."""

import base64
import io
import json

from app.formats.files import FilesHeld
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


class OneFile(FilesHeld):
    """A single file of those a writer made."""

    is_folder = False

    def __init__(self, name, data):
        super().__init__(name, {name: data})


def written(one, documents, manifest=MANIFEST):
    """(file → bytes, rows of the loss report)."""
    sink, losses = MemorySink(), LossReport(one.key)
    one.writer.write(iter(documents), Writing(sink, losses, manifest, vocabulary()))
    return sink.files, losses.rows()


def exported(one, documents, manifest=MANIFEST):
    """(file → text, rows of the loss report). Of a binary file, what its own library finds in it."""
    files, losses = written(one, documents, manifest)
    return {name: legible(name, data) for name, data in files.items()}, losses


def read_back(one, files):
    """The documents of the files a writer made: of the folder, or of the one file that a reader takes."""
    folder = FilesHeld("release", files)
    if one.reader.knows(folder) and one.key != "brat":
        return list(one.reader.read(folder))
    if one.key == "brat":
        return list(one.reader.read(folder))
    single = next(file for name in files if one.reader.knows(file := OneFile(name, files[name])))
    return list(one.reader.read(single))


def legible(name, data):
    """A file as text that a test can look for words in."""
    if name.endswith(".parquet"):
        return _parquet(data)
    if name.endswith(".spacy"):
        return _docbin(data)
    text = data.decode()
    return text + _attachments(text) if name.startswith("bundles/") else text


def _parquet(data):
    import pyarrow.parquet as pq

    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in pq.read_table(io.BytesIO(data)).to_pylist())


def _docbin(data):
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    docs = DocBin().from_bytes(data).get_docs(Vocab())
    return "".join(json.dumps([d.text, dict(d.user_data), d.to_json()], ensure_ascii=False) + "\n" for d in docs)


def _attachments(text):
    """The texts that FHIR holds in base64."""
    resources = [entry["resource"] for entry in json.loads(text)["entry"]]
    held = [one["content"][0]["attachment"]["data"] for one in resources if "content" in one]
    return "".join("\n" + base64.b64decode(one).decode() for one in held)
