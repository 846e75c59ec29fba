"""Files of exports: without a name until they are whole, the same bytes however they came."""

import io
import zipfile

import pytest

from app.release.archive import ExportFiles, NewFile


@pytest.fixture(params=["nameless", "with a name meanwhile"])
def folder(request, tmp_path, monkeypatch):
    if request.param != "nameless":
        monkeypatch.setattr(NewFile, "_nameless", lambda self: None)
    return tmp_path


def test_a_file_has_its_name_when_it_is_whole_in_the_place_of_an_earlier_one(folder):
    (folder / "out.zip").write_bytes(b"before")
    (folder / "out.zip.partial").write_bytes(b"of somebody who was killed")
    with NewFile(folder / "out.zip") as new:
        new.file.write(b"whole")
        assert (folder / "out.zip").read_bytes() == b"before"
        new.name()
    assert [path.name for path in folder.iterdir()] == ["out.zip"]
    assert (folder / "out.zip").read_bytes() == b"whole"


def test_nothing_stays_of_a_file_that_was_not_finished(folder):
    with pytest.raises(ZeroDivisionError), NewFile(folder / "out.zip") as new:
        new.file.write(b"half")
        raise ZeroDivisionError
    assert list(folder.iterdir()) == []


def packed(pieces, under=""):
    out = io.BytesIO()
    with ExportFiles(under=under) as files:
        for name, data in pieces:
            files.write(name, data)
        files.pack(out)
    return out.getvalue()


def test_an_archive_is_the_same_in_whatever_pieces_its_files_came():
    text = bytes(range(256)) * 40_000  # more than is held before it goes to the file
    whole = packed([("b", text), ("a", b"x"), ("empty", b"")])
    pieces = [("a", b"x"), ("empty", b""), *(("b", text[at : at + 4_999]) for at in range(0, len(text), 4_999))]
    assert packed(pieces) == whole
    with zipfile.ZipFile(io.BytesIO(packed([("a", b"x")], "FOLDER/"))) as archive:
        assert archive.namelist() == ["FOLDER/a"]
