"""From one key of the log to the next: what an auditor who knows the first accepts, and what he is shown as a break."""

import json

import pytest

from app.audit import streams, verify
from app.audit.continuity import begin_anew, retire_key, rotate_key
from app.audit.events import Tag
from app.core.errors import Conflict, Invalid
from tests.unit.audit import story
from tests.unit.audit.events import NOON, say, seal, signer_in, write
from tests.unit.audit.story import Bundle
from tests.unit.audit.test_macs import keyed


@pytest.fixture
def ours(sqlite_database, tmp_path):
    opened = keyed(sqlite_database, tmp_path)
    write(opened, *range(4))
    seal(opened, tmp_path)
    yield opened
    opened.dispose()


def hand_out(database, folder, name="bundle"):
    return Bundle(story.hand_out(database, folder, name))


def breaks(bundle, *vkeys):
    return verify.verify(bundle.folder, [], list(vkeys), [])["breaks"]


def statement(database):
    bundle = [json.loads(line) for line in database]
    return next(event for event in bundle if event["tag"] == Tag.CHECKPOINT_KEY_ROTATED)


def test_a_rotation_names_both_keys_and_the_last_leaf_and_both_signed_it(ours, tmp_path):
    signer = signer_in(tmp_path)
    (old,) = signer.vkeys()
    new = rotate_key(ours, signer, story.ACTOR, at=NOON + 100)
    bundle = hand_out(ours, tmp_path)
    data = statement(bundle.lines())["data"]
    lines = data["statement"].splitlines()
    assert lines[:4] == ["chartmark log key rotation v1", signer.origin, f"old {old}", f"new {new}"]
    number = int(lines[4].split()[1])
    assert lines[4] == f"leaf {number} {bundle.lines('leaves.txt')[number]}"
    assert verify.signers_of(data["statement"], data["signatures"], [old, new]) == [old, new]
    assert breaks(bundle, old) == []


def test_a_retired_key_signs_no_checkpoint_any_more(ours, tmp_path):
    """Whoever stole it cannot go on with the log."""
    signer = signer_in(tmp_path)
    stolen = signer.keys[0]
    rotate_key(ours, signer, story.ACTOR, at=NOON + 100)
    retire_key(ours, signer, story.ACTOR, stolen.verifier.id.hex(), at=NOON + 200)
    write(ours, 9)
    bundle = hand_out(ours, tmp_path)
    assert breaks(bundle, str(stolen.verifier)) == []
    signer.keys = [stolen]
    rows = [json.loads(line) for line in bundle.lines("checkpoints.jsonl")]
    bundle.sign_again(signer, sizes=())
    bundle.write([*map(json.dumps, rows[:-1]), *bundle.lines("checkpoints.jsonl")], "checkpoints.jsonl")
    (found,) = breaks(bundle, str(stolen.verifier))
    assert "signed by none of the known keys" in found["message"]


def forged(ours, tmp_path, thief, **changed):
    """A rotation in favour of a thief who can write to the log (its MAC holds) and lacks the log's key."""
    signer, bundle = signer_in(tmp_path), hand_out(ours, tmp_path, "before")
    old, new = signer.vkeys()[0], thief.vkeys()[0]
    number = len(bundle.lines("leaves.txt")) - 1
    said = {"head": "chartmark log key rotation v1", "origin": signer.origin, "old": old, "new": new, "leaf": number}
    said |= {"hash": bundle.lines("leaves.txt")[number], "signers": [thief.keys[0]]} | changed
    text = (
        f"{said['head']}\n{said['origin']}\nold {said['old']}\nnew {said['new']}\nleaf {said['leaf']} {said['hash']}\n"
    )
    data = {"statement": text, "signatures": "".join(key.sign(text) for key in said["signers"])}
    ours.writing(lambda s: say(s, 60, stream=streams.SERVER, tag=Tag.CHECKPOINT_KEY_ROTATED, **data))
    return hand_out(ours, tmp_path, "after"), old


def test_a_rotation_that_the_old_key_did_not_sign_brings_no_key_in(ours, tmp_path):
    """Not even where the honest signer seals it, and the thief adds his line to the honest checkpoint."""
    thief = signer_in(tmp_path / "thief")
    bundle, old = forged(ours, tmp_path, thief)
    rows = [json.loads(line) for line in bundle.lines("checkpoints.jsonl")]
    text = rows[-1]["note"].rpartition("\n\n")[0] + "\n"
    rows[-1]["note"] += thief.keys[0].sign(text)
    bundle.write(map(json.dumps, rows), "checkpoints.jsonl")
    verdict = verify.verify(bundle.folder, [], [old], [])
    assert [one["check"] for one in verdict["breaks"]] == ["key"]
    assert "did not both sign" in verdict["breaks"][0]["message"]
    assert verdict["keys"] == [old]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"origin": "other.example/log"}, "none of this log"),
        ({"head": "chartmark log key gift v1"}, "none of this log"),
        ({"hash": "00" * 32}, "after another leaf"),
        ({"leaf": 4000}, "which is not there"),
    ],
)
def test_a_statement_of_another_log_or_another_place_is_a_break_though_both_signed(ours, tmp_path, changed, message):
    thief, own = signer_in(tmp_path / "thief"), signer_in(tmp_path)
    bundle, old = forged(ours, tmp_path, thief, signers=[own.keys[0], thief.keys[0]], **changed)
    assert any(one["check"] == "key" and message in one["message"] for one in breaks(bundle, old))


def test_a_key_that_is_no_key_of_the_log_announces_none(ours, tmp_path):
    thief, friend = signer_in(tmp_path / "thief"), signer_in(tmp_path / "friend")
    keys = [thief.keys[0], friend.keys[0]]
    bundle, old = forged(ours, tmp_path, thief, old=friend.vkeys()[0], signers=keys)
    assert "which was not a key of the log then" in breaks(bundle, old)[0]["message"]


def test_a_rotation_as_before_without_a_statement_counts_only_before_macs(ours, sqlite_database, tmp_path):
    thief, (old,) = signer_in(tmp_path / "thief"), signer_in(tmp_path).vkeys()
    announcement = {"vkeys": [old, *thief.vkeys()]}
    ours.writing(lambda s: say(s, 60, stream=streams.SERVER, tag=Tag.CHECKPOINT_KEY_ROTATED, **announcement))
    (found,) = breaks(hand_out(ours, tmp_path), old)
    assert "without a statement" in found["message"]


def test_a_lost_key_begins_a_new_log_that_cites_the_old_and_shows_as_one_break(ours, tmp_path):
    (old,) = signer_in(tmp_path).vkeys()
    kept = hand_out(ours, tmp_path, "kept").folder / "checkpoint.txt"
    with pytest.raises(Invalid, match="key-not-lost"):
        begin_anew(ours, signer_in(tmp_path), story.ACTOR, None, at=NOON + 100)
    (tmp_path / "keys" / "log.key").unlink()
    write(ours, 9)
    with pytest.raises(Conflict, match="checkpoint-not-ours"):
        seal(ours, tmp_path)
    stranger = kept.read_text().replace("log.example.org", "log.example.com")
    with pytest.raises(Conflict, match="log-forked"):
        begin_anew(ours, signer_in(tmp_path), story.ACTOR, stranger, at=NOON + 100)
    size = begin_anew(ours, signer_in(tmp_path), story.ACTOR, kept.read_text(), at=NOON + 100)
    assert size == int(kept.read_text().splitlines()[1])
    write(ours, 10)
    seal(ours, tmp_path)
    bundle = hand_out(ours, tmp_path)
    (found,) = breaks(bundle, old)
    assert found["check"] == "key"
    assert "a new log begins" in found["message"]
    assert f"size {size}" in found["message"]
    event = next(e for e in map(json.loads, bundle.lines()) if e["tag"] == Tag.CHECKPOINT_KEY_LOST)
    assert event["data"]["checkpoint"] == kept.read_text()
