"""An inspection bundle: proved by itself, the same again for the same cut-off, and any changed byte in it is found."""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from app.accounts.policy import ActForbidden
from app.audit import verify
from app.audit.checkpoint import Signer
from app.audit.continuity import retire_key, rotate_key
from app.audit.events import Tag
from app.audit.sequencer import sequence
from app.core.digest import sha256
from app.core.errors import Invalid
from app.factory import create_app
from app.release.export import export
from app.release.inspection import InspectionOrder, Making, OutgoingInspection
from app.review.modality import MODALITIES
from tests import signing
from tests.build import OPERATOR
from tests.lineage_story import TEXT, tell
from tests.team import T0, Team
from tests.toy import Toy


class Story:
    """What was told, with a log that is signed; `story.make("lena", label=…)` is a bundle."""

    def __init__(self, database, folder, patch):
        self.signer = Signer(folder / "keys" / "log.key", "log.example.org/audit")
        patch.setitem(signing.AUTH, "signer", self.signer)
        from app.audit.evidence import declare

        database.writing(lambda session: declare(session, OPERATOR, at=T0 - 5000))
        self.team, self.item, self.release = tell(Team(database))
        # Of what others do the bundle shows nothing.
        self.team.read_by_two("heads", "heads")

    def seal(self):
        sequence(self.team.database, self.signer, at=T0)

    def make(self, name, **order):
        actor = self.team.do(name, lambda _session, actor: actor)
        asked = InspectionOrder("toys", **order)
        out = io.BytesIO()
        bundle = OutgoingInspection(self.team.database, self.signer, actor, asked, Making(), at=T0)
        return export(bundle, out), out.getvalue()


@pytest.fixture(autouse=True)
def toy_modality():
    create_app()  # the real parts first, whichever test comes first
    MODALITIES._parts["toy"] = Toy()
    yield
    MODALITIES._parts.pop("toy")


@pytest.fixture
def story(database, tmp_path, monkeypatch):
    return Story(database, tmp_path, monkeypatch)


def unpack(data, folder):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return folder


def check(folder, *options):
    """(exit code, verdict) of the script in the bundle, run by itself with nothing of ours."""
    alone = [sys.executable, "-I", "-S", str(folder / "verify.py"), str(folder), "--json", *options]
    done = subprocess.run(alone, cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_a_bundle_of_an_item_holds_with_nothing_but_python(story, tmp_path):
    _, data = story.make("lena", label=story.item.label)
    folder = unpack(data, tmp_path / "b")
    code, verdict = check(folder, "--vkey", story.signer.vkeys()[0], "--file", str(folder / "manifest.json"))
    assert (code, verdict["breaks"], verdict["unproved"]) == (0, [], [])
    assert verdict["hidden"] > 10
    assert verdict["excerpt"] == [f"item {story.item.label}"]
    assert verdict["computed"] > 8
    assert verdict["believed"] == 0


def test_a_bundle_of_a_release_holds_too(story, tmp_path):
    _, data = story.make("lena", release=1)
    code, verdict = check(unpack(data, tmp_path / "b"), "--vkey", story.signer.vkeys()[0])
    assert (code, verdict["breaks"]) == (0, [])


def test_the_same_cut_off_gives_the_same_bytes_and_each_bundle_is_an_event(story):
    first, data = story.make("lena", label=story.item.label)
    (said,) = story.team.events(Tag.INSPECTION_MADE)
    assert said["data"]["sha256"] == first.sha256
    story.team.read_by_two("tails", "tails")
    story.seal()
    again, same = story.make("lena", label=story.item.label, cut_off=said["data"]["cut_off"])
    assert (again.sha256, same) == (first.sha256, data)
    assert len(story.team.events(Tag.INSPECTION_MADE)) == 2
    _, later = story.make("lena", label=story.item.label)
    assert later != data
    with pytest.raises(Invalid):
        story.make("lena", label=story.item.label, cut_off=3)


def test_the_text_is_in_it_only_for_who_may_have_it_and_asked(story, tmp_path):
    _, without = story.make("lena", label=story.item.label)
    with zipfile.ZipFile(io.BytesIO(without)) as archive:
        assert not [name for name in archive.namelist() if b"Canary" in archive.read(name)]
    _, data = story.make("lena", label=story.item.label, texts=True)
    folder = unpack(data, tmp_path / "b")
    assert (folder / f"items/{story.item.label}.txt").read_text() == TEXT
    code, verdict = check(folder, "--vkey", story.signer.vkeys()[0])
    assert (code, verdict["breaks"]) == (0, [])
    for name in ("ann", "vera", "ada"):
        with pytest.raises(ActForbidden):
            story.make(name, label=story.item.label)


def test_an_auditor_gets_a_bundle_and_no_texts(story):
    team = story.team
    from app.accounts.actor import ProjectRole
    from app.corpus.member import add_member

    person = team.person("sam")
    team.database.writing(lambda s: add_member(s, OPERATOR, team.project(s), person, ProjectRole.AUDITOR, at=T0))
    assert story.make("sam", label=story.item.label)[1]
    with pytest.raises(ActForbidden):
        story.make("sam", label=story.item.label, texts=True)


def test_any_changed_byte_is_found(story, tmp_path):
    _, data = story.make("lena", label=story.item.label, texts=True)
    folder = unpack(data, tmp_path / "b")
    vkeys = story.signer.vkeys()
    assert verify.verify(folder, [], vkeys, [])["ok"]
    missed = []
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        whole = path.read_bytes()
        for place in {0, len(whole) // 3, len(whole) // 2, len(whole) - 2, len(whole) - 1} if whole else ():
            for flip in (1, 7):
                hurt = bytearray(whole)
                hurt[place] ^= flip
                path.write_bytes(hurt)
                if holds(folder, vkeys):
                    missed.append((path.name, place, flip))
        path.write_bytes(whole[:-1])
        if whole and holds(folder, vkeys):
            missed.append((path.name, "shorter"))
        path.write_bytes(whole + b"\n")
        if holds(folder, vkeys):
            missed.append((path.name, "longer"))
        path.write_bytes(whole)
    assert missed == []
    (folder / "more.txt").write_text("put beside it")
    assert not holds(folder, vkeys)


def holds(folder, vkeys):
    """As the program decides: an unreadable bundle does not hold."""
    try:
        return verify.verify(folder, [], vkeys, [])["ok"]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, verify.Broken):
        return False


def test_every_byte_of_the_signature_over_the_whole_counts(story, tmp_path):
    _, data = story.make("lena", label=story.item.label)
    folder = unpack(data, tmp_path / "b")
    path, vkeys = folder / "bundle.sig", story.signer.vkeys()
    whole = path.read_bytes()
    assert holds(folder, vkeys)
    for place in range(len(whole)):
        for flip in (1, 2, 3):
            hurt = bytearray(whole)
            hurt[place] ^= flip
            path.write_bytes(hurt)
            log = verify.Log(folder, vkeys)
            log.kept[verify.SCRIPT_DECLARED] = [(0, {"data": {"sha256": log.about["files"]["verify.py"]}})]
            log.check_scope()
            assert log.breaks, (place, flip)


def test_a_kept_checkpoint_anchors_it_where_the_bundle_was_asked_for_with_it(story, tmp_path):
    story.seal()
    kept = tmp_path / "kept.txt"
    kept.write_text(story.signer.memory.read_text())
    size = int(kept.read_text().split("\n")[1])
    story.team.read_by_two("tails", "tails")
    _, unaware = story.make("lena", label=story.item.label)
    code, verdict = check(unpack(unaware, tmp_path / "a"), "--checkpoint", str(kept))
    assert (code, verdict["breaks"]) == (3, [])
    assert any(f"size {size} lies among hidden events" in one for one in verdict["unproved"])
    _, led = story.make("lena", label=story.item.label, sizes=(size,))
    code, verdict = check(unpack(led, tmp_path / "b"), "--checkpoint", str(kept))
    assert (code, verdict["breaks"], verdict["unproved"]) == (0, [], [])
    forged = tmp_path / "forged.txt"
    forged.write_text(kept.read_text().replace("\n" + kept.read_text().split("\n")[2], "\n" + "A" * 43 + "="))
    assert check(tmp_path / "b", "--checkpoint", str(forged))[0] == 1


def test_it_leads_over_a_change_of_the_logs_key(story, tmp_path):
    """Signed under the old key, bundled under the new one: who knows the old key needs nothing else."""
    story.seal()
    old = story.signer.vkeys()[0]
    rotate_key(story.team.database, story.signer, OPERATOR, at=T0 + 1)
    story.team.read_by_two("tails", "tails")
    story.seal()
    retire_key(story.team.database, story.signer, OPERATOR, old.split("+")[1], at=T0 + 2)
    story.seal()
    _, data = story.make("lena", label=story.item.label)
    folder = unpack(data, tmp_path / "b")
    code, verdict = check(folder, "--vkey", old)
    assert (code, verdict["breaks"]) == (0, [])
    leaves = (folder / "leaves.txt").read_text().splitlines()
    assert any(" " in line for line in leaves)


FORGERIES = [
    # what somebody with the log's key, and a new signature over the whole, changes; how it is found
    ("bodies.jsonl", '\\"face\\":\\"tails\\"', '\\"face\\":\\"heads\\"', "body"),
    ("bodies.jsonl", TEXT, TEXT.replace("tails", "taxes"), "body"),
    ("rows.jsonl", '"reason": "guideline"', '"reason": "slip"', "row"),
    ("events.jsonl", '"tag":"review.case.ruled"', '"tag":"review.case.mused"', "event"),
    ("signatures.jsonl", "Dr Vera", "Dr Vito", "signature"),
    ("releases.jsonl", '"manifest_sha256": "', '"manifest_sha256": "0', "release"),
    ("macs.txt", "\n", "-\n", "event"),
]


@pytest.mark.parametrize(("name", "was", "became", "found"), FORGERIES)
def test_what_the_holder_of_the_key_forges_in_it_is_found(
    sqlite_database, tmp_path, monkeypatch, name, was, became, found
):
    story = Story(sqlite_database, tmp_path, monkeypatch)
    _, data = story.make("lena", label=story.item.label, texts=True)
    folder = unpack(data, tmp_path / "b")
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert was in text
    path.write_text(text.replace(was, became), encoding="utf-8")
    about = json.loads((folder / "bundle.json").read_text())
    about["files"][name] = sha256(path.read_bytes())
    again = json.dumps(about, ensure_ascii=False, sort_keys=True) + "\n"
    (folder / "bundle.json").write_text(again)
    (folder / "bundle.sig").write_text(story.signer.attest(verify.SCOPE_LINE + again))
    verdict = verify.verify(folder, [], story.signer.vkeys(), [])
    assert found in {one["check"] for one in verdict["breaks"]}, verdict["breaks"]


REGULATOR = Path(__file__).with_name("regulator.py")


def test_a_regulator_with_the_bundle_alone_can_say_everything(story, tmp_path):
    """Who, when, with which credential, under which guideline, what was changed and why, what the others said."""
    _, data = story.make("lena", label=story.item.label)
    folder = unpack(data, tmp_path / "b")
    alone = [sys.executable, "-I", "-S", str(REGULATOR), str(folder)]
    done = subprocess.run(alone, cwd=tmp_path, capture_output=True, text=True, check=False, env={})
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    people = {name: story.team.person(name) for name in ("ann", "ben", "ada", "vera", "lena")}
    assert told["released"] == {"by": people["lena"], "at": T0, "number": 1}
    said = {one["by"]: one for one in told["readings"]}
    assert said[people["ann"]]["said"] == {"s1": {"face": "heads"}}
    assert said[people["ben"]]["said"] == {"s1": {"face": "tails"}}
    assert said[people["ben"]]["changed"] == ["s1"]
    assert said[people["ann"]]["changed"] == []
    assert {one["guideline"] for one in told["readings"]} == {"1"}
    assert said[people["ben"]]["credentials"] == [[1, "physician", "DE"]]
    ruled = told["rulings"]
    assert [(one["reason"], one["citation"], one["by"]) for one in ruled] == [
        ("slip", "", people["ada"]),
        ("guideline", "1.2", people["ada"]),
    ]
    assert told["final"] == {"s1": {"face": "tails"}}
    assert [(one["name"], one["meaning"]) for one in told["signatures"]][-1] == ("Dr Vera", "verification")
    assert told["names"][str(people["ben"])] == "Dr Ben"
