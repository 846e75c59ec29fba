"""Whatever is tampered with gets the verdict that was written beforehand, and the first break names the place."""

import subprocess
import sys

import pytest

from app.audit import verify
from app.factory import create_app
from app.review.modality import MODALITIES
from tests.databases import build_schema
from tests.record_mutations import ON_A_BUNDLE, ON_THE_DATABASE
from tests.record_world import World, tell
from tests.toy import Toy
from tests.unit.audit.events import signer_in
from tests.unit.audit.story import Bundle


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    folder = tmp_path_factory.mktemp("record")
    build_schema(f"sqlite:///{folder / 'world.db'}")
    create_app()
    MODALITIES._parts["toy"] = Toy()
    world = World(folder)
    with pytest.MonkeyPatch.context() as patch:
        tell(world, patch)
    yield world
    MODALITIES._parts.pop("toy")


@pytest.fixture(scope="module")
def original(told, tmp_path_factory):
    """A true bundle of it."""
    world = told.copy(tmp_path_factory.mktemp("handed") / "world")
    return Bundle(world.hand_out())


def first_break(verdict):
    return verdict["breaks"][0]["message"] if verdict["breaks"] else "nothing"


def test_the_record_as_it_is_holds_once_there_is_an_anchor(told, original):
    alone = [sys.executable, "-I", "-S", str(original.folder / "verify.py"), str(original.folder)]
    done = subprocess.run(alone, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.splitlines()[-2:] == [
        "NOT PROVED not anchored: bring a checkpoint (--checkpoint), the log's key (--vkey) or a witness's (--witness)",
        "CONSISTENT: nothing is broken, and not everything is proved",
    ]
    anchored = subprocess.run(
        [*alone, "--checkpoint", told.folder / "kept.txt"], capture_output=True, text=True, check=False
    )
    assert (anchored.returncode, anchored.stdout.splitlines()[-1]) == (0, "OK: everything holds")


def test_there_are_more_than_sixty():
    said = [mutation.said for mutation in (*ON_THE_DATABASE, *ON_A_BUNDLE)]
    assert len(set(said)) == len(said) >= 60


@pytest.mark.parametrize("mutation", ON_THE_DATABASE, ids=lambda one: one.said)
def test_what_sql_alone_does_is_found_at_its_place(told, tmp_path, mutation):
    world = told.copy(tmp_path / "world")
    world.run(*(mutation.does(world) if callable(mutation.does) else mutation.does))
    found = verify.verify(world.hand_out(), [], [], [])
    assert found["breaks"], mutation.said
    assert mutation.place in first_break(found)
    again = verify.verify(world.folder / "bundle", [world.folder / "kept.txt"], [], [])
    assert mutation.place in first_break(again)


@pytest.mark.parametrize("mutation", ON_A_BUNDLE, ids=lambda one: one.said)
def test_what_is_done_to_a_bundle_is_found_or_said_to_be_unproved(told, original, tmp_path, mutation, capsys):
    bundle = original.copy(tmp_path / "copy")
    mutation.does(bundle, signer_in(told.folder), signer_in(tmp_path))
    code, said = told.verify(capsys, bundle.folder)
    assert (code, mutation.place in said) == (mutation.code, True), said
    if mutation.anchored:
        code, said = told.verify(capsys, bundle.folder, "--checkpoint", told.folder / "kept.txt")
        assert (code, mutation.anchored in said) == (1, True), said
