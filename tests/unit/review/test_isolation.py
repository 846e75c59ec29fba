"""What breaks down over one document is left out and named: in a release, an export, a projection."""

import io
import json
import zipfile

import pytest

import app.release.manifest
from app.audit.events import Tag
from app.formats.jsonl.write import JsonLinesWriter
from app.review.submission import PROJECTIONS
from tests.signing import confirm, settle


class Broken(Exception):
    """A fault whose message carries the text, as a library's may."""


@pytest.fixture
def signed(team):
    """Three signed items."""
    items = [team.read_by_two("heads", "tails") for _ in range(3)]
    for item in items:
        settle(team, "ada", item)
        confirm(team, "vera", item)
    return items


def broken_for(function, broken, of):
    """The function, which breaks down over one of its arguments."""

    def called(*args):
        if of(*args) == broken:
            raise Broken("heads or tails")
        return function(*args)

    return called


def test_an_item_that_cannot_be_read_stays_signed_and_the_release_names_it(team, signed, monkeypatch):
    bad = signed[1]
    entry = broken_for(app.release.manifest._entry, bad.id, lambda item, *_: item.id)
    monkeypatch.setattr(app.release.manifest, "_entry", entry)
    made = team.cut("lena")
    assert json.loads(made.manifest)["left_out"] == [[bad.id, "Broken"]]
    assert [entry["item"] for entry in json.loads(made.manifest)["items"]] == [signed[0].id, signed[2].id]
    assert [team.state(item) for item in signed] == ["released", "signed", "released"]
    (event,) = team.events(Tag.RELEASE_CUT)
    assert event["data"]["left_out"] == [[bad.id, "Broken"]]
    assert "heads or tails" not in json.dumps(event)
    monkeypatch.undo()
    assert [entry["item"] for entry in json.loads(team.cut("lena").manifest)["items"]] == [bad.id]


def test_nothing_is_released_where_no_item_can_be_read(team, signed, monkeypatch):
    def never(*_):
        raise Broken

    monkeypatch.setattr(app.release.manifest, "_entry", never)
    with pytest.raises(Exception, match="nothing-readable"):
        team.cut("lena")
    assert {team.state(item) for item in signed} == {"signed"}


def test_an_item_that_breaks_a_writer_is_left_out_of_the_export_and_named_in_it(team, signed, monkeypatch):
    made, bad = team.cut("lena"), signed[1]
    whole = JsonLinesWriter.write

    def write(self, documents, into):
        def checked():
            for document in documents:
                if document.id == bad.label:
                    into.say("half.txt", "begun")  # a writer may break down with half of it written
                    raise Broken("heads or tails")
                yield document

        whole(self, checked(), into)

    monkeypatch.setattr(JsonLinesWriter, "write", write)
    out = io.BytesIO()
    written = team.export("lena", made, out)
    assert written.left_out == [[bad.id, "Broken"]]
    with zipfile.ZipFile(out) as archive:
        names = archive.namelist()
        text = b"".join(archive.read(name) for name in names if name.endswith(".jsonl")).decode()
        assert json.loads(archive.read("left_out.json")) == [[bad.id, "Broken"]]
    assert "half.txt" not in names
    assert bad.label not in text and all(item.label in text for item in signed if item is not bad)
    (event,) = team.events(Tag.RELEASE_EXPORTED)
    assert event["data"]["left_out"] == [[bad.id, "Broken"]]


def test_a_fault_of_the_writer_itself_is_no_items_fault(team, signed, monkeypatch):
    made = team.cut("lena")

    def write(_self, _documents, _into):
        raise Broken

    monkeypatch.setattr(JsonLinesWriter, "write", write)
    with pytest.raises(Broken):
        team.export("lena", made, io.BytesIO())
    assert team.events(Tag.RELEASE_EXPORTED) == []


def test_a_projection_that_breaks_down_costs_nobody_the_answer(team, monkeypatch):
    for projection in PROJECTIONS:

        def broken(*_args, **_more):
            raise Broken("heads or tails")

        monkeypatch.setattr(type(projection), "frozen", broken)
    item = team.read_by_two("heads", "heads")
    assert team.state(item) == "verification"
