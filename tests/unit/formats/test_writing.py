"""Writers keep no document: memory does not grow with a release, and the archive is packed from a nameless file."""

import io
import random
import tracemalloc
import zipfile

import pytest

from app.factory import compose
from app.formats.losses import LossReport
from app.formats.model import ExchangeDocument
from app.formats.protocol import FORMATS, Writing, writers
from app.release.archive import ExportFiles
from app.release.vocabulary import vocabulary

compose()
WORDS = ["rash", "amoxicillin", "no", "fever", "cough", "monday", "night", "tired", "pale", "warm", "dry", "ward"]

# What the collector has not come round to yet; the texts of a large release are twice as much.
SLACK = 1_000_000
LARGE, SMALL = 1000, 50
#: these cut texts into words, which takes a minute while every byte is counted
SLOW = {"conll", "prodigy", "spacy", "webanno-tsv"}


def documents(count):
    """Texts of 2 kB that no packing makes small, every tenth with something said of it."""
    for number in range(count):
        words = random.Random(number).choices(WORDS, k=400)
        text = f"{number} rash after amoxicillin; {' '.join(words)}."
        places = {"ae": text.index("rash"), "rx": text.index("amox")}
        elements = {
            key: {"kind": "entity", "fragments": [[at, at + 4]], "label": label}
            for (key, at), label in zip(places.items(), ("ADVERSE_EVENT", "MEDICATION"), strict=True)
        }
        elements["r"] = {"kind": "relation", "type": "causes", "head": "rx", "tail": "ae"}
        said = {} if number % 10 else elements
        yield ExchangeDocument(f"D-{number}", text, said, "notes", {"patient": f"S-{number % 50}"}, {})


class CountingSink:
    """Takes bytes and keeps none; counts them."""

    def __init__(self):
        self.bytes = 0

    def write(self, name, data):
        self.bytes += len(data)


def peak(one, count):
    """Most memory held while so many documents are written, and the bytes that came out."""
    sink = CountingSink()
    tracemalloc.start()
    try:
        one.writer.write(documents(count), Writing(sink, LossReport(one.key), {"release": 1}, vocabulary()))
        return tracemalloc.get_traced_memory()[1], sink.bytes
    finally:
        tracemalloc.stop()


def every_writer():
    for one in writers(FORMATS):
        yield pytest.param(one, marks=pytest.mark.rare if one.key in SLOW else (), id=one.key)


@pytest.mark.parametrize("one", every_writer())
def test_a_large_release_is_written_in_the_memory_of_a_small_one(one):
    peak(one, 2)  # what is imported and cached once
    few, wrote = peak(one, SMALL)
    many, written = peak(one, LARGE)
    assert written > LARGE / SMALL / 2 * wrote > SLACK / 100
    assert many < few + SLACK


class Hoarder:
    """Keeps what it is given, as writers did once."""

    key = "hoarder"

    @property
    def writer(self):
        return self

    def write(self, documents, into):
        for document in list(documents):
            into.say("all.txt", document.text)


def test_a_writer_that_keeps_its_documents_is_found_out():
    few, _ = peak(Hoarder(), SMALL)
    many, _ = peak(Hoarder(), LARGE)
    assert many > few + SLACK


def test_an_archive_is_by_name_and_the_same_bytes_however_its_files_grew(tmp_path):
    pieces = [(f"{n % 7}.txt", random.Random(n).randbytes(9000)) for n in range(900)]
    whole = {}
    for name, data in pieces:
        whole[name] = whole.get(name, b"") + data

    def packed(parts):
        out = io.BytesIO()
        with ExportFiles(tmp_path) as files:
            for name, data in parts:
                files.write(name, data)
            files.pack(out)
        return out.getvalue()

    made = packed([*pieces, ("empty", b"")])
    assert made == packed([("empty", b""), *reversed(whole.items())])
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.namelist() == [*sorted(whole), "empty"]
        assert {name: archive.read(name) for name in whole} == whole
    assert list(tmp_path.iterdir()) == []
