"""The auditor's program: a true bundle passes, and every way of tampering is found and located."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from app.audit import merkle, verify
from app.audit.continuity import retire_key, rotate_key
from app.audit.events import Tag
from app.audit.note import SigningKey
from app.core.digest import sha256
from tests.unit.audit import story
from tests.unit.audit.events import NOON, say, seal, signer_in, write
from tests.unit.audit.story import SIZE, Bundle, change, rechain

# RFC 8032, 7.1: public key, message, signature (tests 1, 2, 3 and SHA(abc)).
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        None,
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e030"
        "3dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_ed25519_agrees_with_rfc_8032(public, message, signature):
    data = hashlib.sha512(b"abc").digest() if message is None else bytes.fromhex(message)
    key, value = bytes.fromhex(public), bytes.fromhex(signature)
    assert verify.ed25519_holds(key, data, value)
    assert not verify.ed25519_holds(key, data + b"x", value)
    for position in (0, 31, 32, 62):
        forged = bytearray(value)
        forged[position] ^= 4
        assert not verify.ed25519_holds(key, data, bytes(forged))


def test_a_signature_with_an_s_out_of_range_is_refused():
    """RFC 8032, 5.1.7: otherwise every signature had a second form."""
    key, value = bytes.fromhex(RFC_8032[0][0]), bytes.fromhex(RFC_8032[0][2])
    s = int.from_bytes(value[32:], "little") + verify.ORDER
    assert not verify.ed25519_holds(key, b"", value[:32] + s.to_bytes(32, "little"))
    assert not verify.ed25519_holds(key, b"", value[:63])


@pytest.mark.parametrize(
    "encoding",
    [(2**255 - 19 + 1).to_bytes(32, "little"), (2).to_bytes(32, "little"), (1 | 1 << 255).to_bytes(32, "little")],
)
def test_what_is_no_point_is_no_key(encoding):
    with pytest.raises(verify.Broken):
        verify.decode_point(encoding)


@settings(max_examples=15, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=80))
def test_ed25519_accepts_what_another_implementation_signs(seed, message):
    private = Ed25519PrivateKey.from_private_bytes(seed)
    assert verify.ed25519_holds(private.public_key().public_bytes_raw(), message, private.sign(message))


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40))
def test_the_verifier_builds_the_tree_the_log_builds(leaves):
    tree = verify.Tree()
    for leaf in leaves:
        tree.append(leaf)
    assert tree.root() == merkle.CompactRange.of(leaves).root().hex()


# --- one true bundle, tampered with in copies -----------------------------------------------------------


@pytest.fixture(scope="module")
def original(database_templates, tmp_path_factory):
    folder = tmp_path_factory.mktemp("story")
    with pytest.MonkeyPatch.context() as patch, database_templates.fresh("sqlite", folder) as database:
        story.register(patch)
        story.tell(database, folder)
        return Bundle(story.hand_out(database, folder))


@pytest.fixture
def bundle(original, tmp_path):
    return original.copy(tmp_path / "copy")


@pytest.fixture
def signer(original):
    """The log's own key: what a thief may have."""
    return signer_in(original.folder.parent)


def run(bundle, *options, capsys=None):
    """(exit code, verdict)"""
    code = verify.main([str(bundle.folder), "--json", *map(str, options)])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture
def verdict(capsys):
    """Run the verifier on a bundle; the verdict and the exit code agree."""

    def check(bundle, *options):
        code, found = run(bundle, *options, capsys=capsys)
        assert found["consistent"] == (code != 1) == (found["breaks"] == [])
        assert found["ok"] == (code == 0) == (found["consistent"] and not found["unproved"])
        return found

    return check


def test_a_true_bundle_passes(bundle, verdict):
    found = verdict(bundle)
    assert (found["consistent"], found["size"], found["events"], found["hidden"]) == (True, SIZE, SIZE, 0)
    assert found["keys"] == bundle.lines("vkeys.txt")


def test_the_copy_in_the_bundle_runs_alone_and_is_the_code_of_the_command(bundle):
    script = bundle.folder / "verify.py"
    assert script.read_bytes() == Path(verify.__file__).read_bytes()
    alone = [sys.executable, "-I", "-S", str(script), str(bundle.folder)]
    done = subprocess.run(alone, cwd=bundle.folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (3, "")
    assert "NOT PROVED not anchored: bring a checkpoint (--checkpoint)" in done.stdout
    assert done.stdout.endswith("CONSISTENT: nothing is broken, and not everything is proved\n")
    bundle.write(bundle.lines()[:-1])
    done = subprocess.run(alone, cwd=bundle.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"BREAK leaf {SIZE - 1}: the event is missing [event]" in done.stdout


def test_the_newest_checkpoint_lies_beside_for_the_auditor_to_keep(bundle, verdict):
    assert verdict(bundle, "--checkpoint", bundle.folder / "checkpoint.txt")["consistent"]


def edit_payload(lines):
    return [*lines[:7], change(lines[7], data__start=99), *lines[8:]]


def delete_one(lines):
    return lines[:7] + lines[8:]


def insert_one(lines):
    extra = change(lines[7], event_id=json.loads(lines[7])["event_id"][:-4] + "beef")
    return [*lines[:7], extra, *lines[7:]]


def swap_two(lines):
    return [*lines[:7], lines[10], *lines[8:10], lines[7], *lines[11:]]  # 7 and 10 share a stream


def swap_neighbours(lines):
    return [*lines[:7], lines[8], lines[7], *lines[9:]]  # on different streams


def duplicate_one(lines):
    return [*lines[:8], lines[7], *lines[8:]]


def change_time(lines):
    return [*lines[:7], change(lines[7], at=NOON + 1), *lines[8:]]


TAMPERED = {
    "a payload is edited": edit_payload,
    "an event is deleted": delete_one,
    "an event is inserted": insert_one,
    "two events of a stream are swapped": swap_two,
    "two events of different streams are swapped": swap_neighbours,
    "an event is duplicated": duplicate_one,
    "a time is changed": change_time,
}
tampering = pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())


@tampering
def test_tampering_with_the_events_is_found_at_the_very_leaf(bundle, verdict, tamper):
    """Somebody edits events.jsonl, or rows of the table, and nothing else."""
    bundle.write(tamper(bundle.lines()))
    first = verdict(bundle)["breaks"][0]
    expected = 8 if tamper is duplicate_one else 7
    assert (first["leaf"], first["check"]) == (expected, "event")


@tampering
def test_tampering_with_events_and_leaves_is_found_between_two_checkpoints(bundle, verdict, tamper):
    """Somebody without the key makes the leaf hashes fit."""
    bundle.write_log(tamper(bundle.lines()))
    breaks = verdict(bundle)["breaks"]
    roots = [found for found in breaks if found["check"] == "checkpoint"]
    assert roots[0]["leaf"] == 0
    assert "in leaves 0 to 12" in roots[0]["message"]


LOCATED = {
    "a payload is edited": (edit_payload, "stream", 10, "does not continue event 3 (leaf 7)"),
    "an event is deleted": (delete_one, "stream", 9, "event 4 follows event 2 (leaf 4): some are missing"),
    "an event is inserted": (insert_one, "stream", 8, "comes after event 3 (leaf 7): a fork or a copy"),
    "two events of a stream are swapped": (swap_two, "stream", 7, "event 4 follows event 2 (leaf 4)"),
    "an event is duplicated": (duplicate_one, "stream", 8, "comes after event 3 (leaf 7)"),
    "a time is changed": (change_time, "event", 7, "a time that is not the one in its event id"),
}


@pytest.mark.parametrize(("tamper", "check", "leaf", "message"), LOCATED.values(), ids=LOCATED.keys())
def test_the_chain_of_the_stream_tells_the_place_where_leaves_were_made_to_fit(
    bundle, verdict, tamper, check, leaf, message
):
    bundle.write_log(tamper(bundle.lines()))
    (first, *_) = [found for found in verdict(bundle)["breaks"] if found["check"] != "checkpoint"]
    assert (first["leaf"], first["check"]) == (leaf, check)
    assert message in first["message"]


def test_the_last_events_cut_off_are_missed_by_a_checkpoint(bundle, verdict):
    bundle.write_log(bundle.lines()[:-4])
    found = {f["leaf"]: f["message"] for f in verdict(bundle)["breaks"]}
    assert found[18] == "leaves 18 to 26 are under no checkpoint"
    assert found[27] == "checkpoint of size 31: the last 4 events are missing"


def test_the_last_events_cut_off_with_their_checkpoint_are_missed_by_the_auditors(bundle, signer, verdict, tmp_path):
    kept = tmp_path / "kept.txt"
    kept.write_bytes((bundle.folder / "checkpoint.txt").read_bytes())
    bundle.write_log(bundle.lines()[:18])
    bundle.write(bundle.lines("checkpoints.jsonl")[:2], "checkpoints.jsonl")
    altered = {found["message"] for found in verdict(bundle)["breaks"]}
    assert "events.jsonl is not the file that was exported" in altered
    bundle.sign_scope(signer)
    # By itself an older log is a good log, but that the script was declared in what was cut off.
    undeclared = "verify.py in this bundle is not the script whose digest is in the log"
    assert [found["message"] for found in verdict(bundle)["breaks"]] == [undeclared]
    found, script = sorted(verdict(bundle, "--checkpoint", kept)["breaks"], key=lambda one: one["check"] == "scope")
    assert script["message"] == undeclared
    assert found["leaf"] == 18
    assert "your checkpoint of size 31: the last 13 events are missing" in found["message"]


def test_events_appended_under_no_checkpoint_are_found(bundle, verdict):
    extra = change(bundle.lines()[27], seq=99)
    bundle.write_log([*bundle.lines(), extra])
    assert any("leaves 31 to 31 are under no checkpoint" in f["message"] for f in verdict(bundle)["breaks"])


def test_a_whole_log_rewritten_without_the_key_fails_at_every_checkpoint(bundle, verdict):
    bundle.write_log(rechain(delete_one(bundle.lines())))
    breaks = verdict(bundle)["breaks"]
    assert {f["check"] for f in breaks} == {"checkpoint"}
    assert [f["leaf"] for f in breaks] == [0, 13, 18, 30]


def test_a_log_signed_again_with_another_key_is_signed_by_nobody_known(bundle, verdict, tmp_path):
    stranger = signer_in(tmp_path)
    bundle.write_log(rechain(edit_payload(bundle.lines())))
    bundle.sign_again(stranger)
    breaks = verdict(bundle)["breaks"]
    assert [f["leaf"] for f in breaks if f["check"] == "checkpoint"] == [0, 13, 18]
    assert all("signed by none of the known keys" in f["message"] for f in breaks)


def test_another_key_put_into_the_bundle_as_well_does_not_help_against_the_key_one_was_given(
    bundle, original, verdict, tmp_path
):
    stranger = signer_in(tmp_path)
    bundle.write_log(rechain(edit_payload(bundle.lines())))
    bundle.sign_again(stranger)
    bundle.write(stranger.vkeys(), "vkeys.txt")
    set_value(bundle, story.value_by(stranger))
    bundle.sign_scope(stranger)
    assert verdict(bundle)["consistent"]  # which is why the key has to come by another way
    (true_key,) = original.lines("vkeys.txt")
    assert not verdict(bundle, "--vkey", true_key)["consistent"]
    (found,) = verdict(bundle, "--checkpoint", original.folder / "checkpoint.txt")["breaks"]
    assert (found["leaf"], found["check"]) == (18, "checkpoint")
    assert "your checkpoint of size 31 is signed by none of the known keys" in found["message"]


def test_a_log_rewritten_with_the_stolen_key_fails_at_an_older_checkpoint_of_the_auditor(
    bundle, original, signer, verdict, tmp_path
):
    kept = tmp_path / "kept.txt"
    kept.write_text(json.loads(original.lines("checkpoints.jsonl")[1])["note"])
    bundle.write_log(rechain(edit_payload(bundle.lines())))
    bundle.sign_again(signer)
    assert verdict(bundle)["consistent"]  # nothing in the bundle can show it
    (found,) = verdict(bundle, "--checkpoint", kept)["breaks"]
    assert found["leaf"] == 13
    assert "your checkpoint of size 18 has another root" in found["message"]


def test_a_wrong_bit_in_a_signature_is_found(bundle, verdict):
    def spoil(rows):
        note = rows[1]["note"]
        rows[1]["note"] = note[:-8] + ("A" if note[-8] != "A" else "B") + note[-7:]

    bundle.edit_rows("checkpoints.jsonl", spoil)
    (found,) = verdict(bundle)["breaks"]
    assert (found["leaf"], found["message"]) == (13, "checkpoint of size 18 carries a wrong signature")


@pytest.mark.parametrize("note", ["", "nonsense", "log.example.org/audit\n-5\nAAAA\n\n— a b\n"])
def test_what_is_no_checkpoint_is_found(bundle, verdict, note):
    bundle.edit_rows("checkpoints.jsonl", lambda rows: rows.append({"size": 1, "note": note}))
    (found,) = verdict(bundle)["breaks"]
    assert (found["leaf"], found["message"]) == (SIZE, "checkpoint states no size")


@pytest.mark.parametrize(
    ("note", "problem"),
    [
        ("x\n1\nAAAA\n\n— a *\n", "carries a line that is no signature"),
        ("x\n1\ny\nz\n\n— a b\n", "carries a line that is no signature"),
        ("x\n1\n\n", "is signed by none of the known keys"),
    ],
)
def test_a_malformed_checkpoint_is_found_at_its_size(bundle, verdict, note, problem):
    bundle.edit_rows("checkpoints.jsonl", lambda rows: rows.append({"size": 1, "note": note}))
    (found,) = verdict(bundle)["breaks"]
    assert (found["leaf"], found["message"]) == (0, f"checkpoint of size 1 {problem}")


@pytest.mark.parametrize("vkey", ["name+00000000+AAAA", "name", "name+zz+" + "A" * 44])
def test_a_key_that_is_none_is_named(bundle, verdict, vkey):
    breaks = verdict(bundle, "--vkey", vkey)["breaks"]
    assert all("is not an Ed25519 verifier key" in found["message"] for found in breaks)


def test_a_checkpoint_of_another_log_is_found(bundle, verdict):
    about = json.loads((bundle.folder / "bundle.json").read_text())
    (bundle.folder / "bundle.json").write_text(json.dumps(about | {"origin": "other.example.org"}))
    assert all("is of another log" in f["message"] for f in verdict(bundle)["breaks"])


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{}", "does not have the fields"),
        ("[1]", "not in canonical form"),
        ("not json", "not JSON"),
        ("null", "only its hash"),
        ('{"a":1.5}', "not JSON"),
        ('{"a": 1}', "not in canonical form"),
        ('{"a":1,"a":1}', "not in canonical form"),
        ("[" * 3000, "not JSON"),
        ('{"a":NaN}', "not JSON"),
        ('{"a":"\\ud800"}', "not JSON"),
    ],
)
def test_what_is_no_canonical_event_is_named(bundle, verdict, line, message):
    lines = bundle.lines()
    bundle.write_log([*lines[:7], line, *lines[8:]])
    found = [f for f in verdict(bundle)["breaks"] if f["leaf"] == 7]
    assert message in found[0]["message"]


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_any_changed_byte_of_any_event_is_located(original, tmp_path_factory, data):
    bundle = original.copy(tmp_path_factory.mktemp("byte") / "copy")
    lines = bundle.lines()
    leaf = data.draw(st.integers(0, SIZE - 1))
    position = data.draw(st.integers(0, len(lines[leaf]) - 1))
    character = data.draw(st.sampled_from('0a}" é').filter(lambda c: c != lines[leaf][position]))
    lines[leaf] = lines[leaf][:position] + character + lines[leaf][position + 1 :]
    bundle.write(lines)
    found = verify.verify(bundle.folder, [], [], [])
    assert found["breaks"][0]["leaf"] == leaf


# --- states, signatures, releases -----------------------------------------------------------------------


def test_a_state_that_is_not_the_sum_of_its_events_is_found(bundle, verdict):
    bundle.edit_rows("states.jsonl", lambda rows: rows[1].update(state="done"))
    (found,) = verdict(bundle)["breaks"]
    assert (found["leaf"], found["check"]) == (15, "state")
    assert found["message"] == "item 2 is done in the database, ready by its events"


def test_a_state_without_any_event_must_be_the_first(bundle, verdict):
    bundle.edit_rows("states.jsonl", lambda rows: rows[2].update(state="ready"))
    assert "item 3 is ready in the database, imported by its events" in verdict(bundle)["breaks"][0]["message"]


def test_a_row_gone_from_the_database_is_missed(bundle, verdict):
    bundle.edit_rows("states.jsonl", lambda rows: rows.pop(0))
    (found,) = verdict(bundle)["breaks"]
    assert (found["leaf"], "item 1, done by its events, is not in the database") == (14, found["message"])


def test_a_transition_that_was_not_allowed_is_found(bundle, verdict):
    def forbid(path):
        table = json.loads(path.read_text())
        table["item"]["transitions"].remove(["ready", "finish", "done"])
        path.write_text(json.dumps(table))

    forbid(bundle.folder / "transitions.json")
    breaks = verdict(bundle)["breaks"]
    assert breaks[0]["leaf"] == 14
    assert "no transition ready, finish, done" in breaks[0]["message"]
    assert "not the table whose digest is in the log" in breaks[1]["message"]


def test_a_signed_manifest_that_was_changed_is_found(bundle, verdict):
    other = story.MANIFEST.replace("Ada", "Eve")
    bundle.edit_rows("signatures.jsonl", lambda rows: rows[0].update(manifest=other))
    (found,) = verdict(bundle)["breaks"]
    assert (found["leaf"], found["check"]) == (16, "signature")


def set_value(bundle, value):
    bundle.edit_rows("signatures.jsonl", lambda rows: rows[0].update(value=value))


def test_a_signature_whose_value_was_tampered_with_is_found(bundle, verdict, signer):
    name, encoded = story.value_by(signer).rsplit(" ", 1)
    spoilt = encoded[:20] + ("A" if encoded[20] != "A" else "B") + encoded[21:]
    set_value(bundle, f"{name} {spoilt}")
    (found,) = verdict(bundle)["breaks"]
    assert (found["leaf"], found["check"]) == (16, "signature")
    assert found["message"] == "signature 7: its value carries a wrong signature"


@pytest.mark.parametrize("text", ["another manifest", ""])
def test_a_value_the_key_made_over_something_else_is_found(bundle, verdict, signer, text):
    set_value(bundle, signer.attest(f"{text}\n"))
    (found,) = verdict(bundle)["breaks"]
    assert found["message"] == "signature 7: its value carries a wrong signature"


def test_a_checkpoint_of_the_log_is_no_value(bundle, verdict):
    """The signed text begins with a line of its own, so that one cannot stand for the other."""
    note = json.loads(bundle.lines("checkpoints.jsonl")[1])["note"]
    set_value(bundle, note.rpartition("\n\n")[2])
    (found,) = verdict(bundle)["breaks"]
    assert found["message"] == "signature 7: its value carries a wrong signature"


def test_a_value_by_a_key_that_is_not_the_logs_is_found(bundle, verdict, tmp_path):
    set_value(bundle, story.value_by(signer_in(tmp_path / "stranger")))
    (found,) = verdict(bundle)["breaks"]
    assert (found["leaf"], found["message"]) == (
        16,
        "signature 7: its value is missing, or by no key of the log at that time",
    )


@pytest.mark.parametrize("value", [None, ""])
def test_a_signature_without_a_value_is_found(bundle, verdict, value):
    set_value(bundle, value)
    (found,) = verdict(bundle)["breaks"]
    assert found["message"] == "signature 7: its value is missing, or by no key of the log at that time"


def test_a_value_taken_out_of_the_row_is_found(bundle, verdict):
    bundle.edit_rows("signatures.jsonl", lambda rows: rows[0].pop("value"))
    assert "its value is missing" in verdict(bundle)["breaks"][0]["message"]


def test_what_is_no_signature_line_is_no_value(bundle, verdict):
    set_value(bundle, "— nobody *")
    (found,) = verdict(bundle)["breaks"]
    assert found["message"] == "signature 7: its value carries a line that is no signature"


def test_a_signature_removed_or_invented_is_found(bundle, verdict):
    bundle.edit_rows("signatures.jsonl", lambda rows: rows[0].update(signature_id=8))
    messages = {f["message"] for f in verdict(bundle)["breaks"]}
    assert messages == {
        "signature 8: it is in no event",
        "signature 7 is in the log and no longer in the database",
    }


def test_a_second_event_for_the_same_signature_is_found(told, tmp_path, verdict, monkeypatch):
    """Otherwise a later event could put another manifest in the place of the signed one."""
    other = story.MANIFEST.replace("Ada", "Eve")
    monkeypatch.setattr(story, "MANIFEST", other)
    story.EVIDENCE.get("signatures").value = story.value_by(signer_in(tmp_path))
    told[0].writing(story.sign_and_release)
    breaks = verdict(Bundle(story.hand_out(told[0], tmp_path)))["breaks"]
    assert [(f["leaf"], f["message"]) for f in breaks] == [
        (28, "signature 7 is in the log a second time"),
        (29, "release 3 is in the log a second time"),
    ]


def test_a_release_file_with_another_digest_is_found(bundle, verdict):
    bundle.edit_rows("releases.jsonl", lambda rows: rows[0]["files"][1].update(sha256=sha256("other")))
    (found,) = verdict(bundle)["breaks"]
    assert (found["leaf"], found["message"]) == (17, "release 3: file b.csv is not the one in the log")


def test_a_released_file_in_the_auditors_hand_is_recognised(bundle, verdict, tmp_path):
    good, bad = tmp_path / "notes.jsonl", tmp_path / "other.jsonl"
    good.write_text("one file")
    bad.write_text("another")
    assert verdict(bundle, "--file", good)["consistent"]
    (found,) = verdict(bundle, "--file", good, "--file", bad)["breaks"]
    assert found["message"] == "other.jsonl was not released: its digest is in no event"


@pytest.mark.parametrize("name", ["states.jsonl", "signatures.jsonl", "releases.jsonl", "leaves.txt", "bundle.json"])
def test_a_file_taken_out_of_the_bundle_does_not_pass(bundle, name):
    (bundle.folder / name).unlink()
    with pytest.raises(SystemExit) as stopped:
        verify.main([str(bundle.folder)])
    assert stopped.value.code == 2


# --- bundles made under other circumstances -------------------------------------------------------------


@pytest.fixture
def told(database, tmp_path, monkeypatch):
    """The story in a database of each kind."""
    items = story.register(monkeypatch)
    story.tell(database, tmp_path)
    return database, items


def test_the_story_passes_on_every_database(told, tmp_path, verdict):
    assert verdict(Bundle(story.hand_out(told[0], tmp_path)))["consistent"]


def test_the_bundle_of_a_project_shows_only_hashes_of_others(told, tmp_path, verdict):
    bundle = Bundle(story.hand_out(told[0], tmp_path, project_id=1))
    shown = [json.loads(line) for line in bundle.lines()]
    assert {event["project"] for event in shown if event} == {1, None}
    found = verdict(bundle)
    assert (found["consistent"], found["project"]) == (True, 1)
    assert (found["events"], found["hidden"]) == (SIZE - 11, 11)


def test_an_event_hidden_from_a_whole_log_is_found(bundle, verdict):
    lines = bundle.lines()
    bundle.write([*lines[:7], "null", *lines[8:]])
    assert verdict(bundle)["breaks"][0]["leaf"] == 7


def test_an_event_of_the_project_hidden_in_its_bundle_is_found(told, tmp_path, verdict):
    """A hidden event may fill a gap in a stream, but then its state or link is missing elsewhere."""
    bundle = Bundle(story.hand_out(told[0], tmp_path, project_id=1))
    lines = bundle.lines()
    bundle.write([*lines[:13], "null", *lines[14:]])
    assert verdict(bundle)["breaks"][0]["leaf"] == 14


def test_events_without_a_place_yet_are_checked_too(told, tmp_path, verdict):
    """States are read at the same moment: an event that is not sealed yet may explain them."""
    database, items = told
    bundle = Bundle(story.hand_out(database, tmp_path))
    pending = [change(bundle.lines()[15], seq=2, prev=sha256(bundle.lines()[15]))]
    finish = change(pending[0], data={"machine": "item", "from": "ready", "to": "done", "event": "finish"})
    bundle.write([finish], "pending.jsonl")
    bundle.edit_rows("states.jsonl", lambda rows: rows[1].update(state="done"))
    bundle.sign_scope(signer_in(tmp_path))
    found = verdict(bundle)
    assert (found["consistent"], found["unsealed"], found["ok"]) == (True, 1, False)
    assert any("1 events are not sealed" in reason for reason in found["unproved"])
    assert items.now[2] == "ready"


def test_trust_passes_from_key_to_key_through_the_log(told, tmp_path, verdict):
    """An auditor who knows only the first key follows two rotations; a key not announced is not trusted."""
    database, _ = told
    signer = signer_in(tmp_path)
    (first,) = signer.vkeys()
    for _ in range(2):
        old = signer.keys[0].verifier.id.hex()
        rotate_key(database, signer, story.ACTOR, at=NOON + 100)
        write(database, 40)
        seal(database, tmp_path)
        retire_key(database, signer, story.ACTOR, old, at=NOON + 200)
        write(database, 41)
        seal(database, tmp_path)
    bundle = Bundle(story.hand_out(database, tmp_path))
    found = verdict(bundle, "--vkey", first)
    assert (found["consistent"], found["keys"]) == (True, signer.vkeys())
    assert verdict(bundle)["consistent"]
    signer.adopt(SigningKey.generate(signer.origin))
    signer.retire(signer.keys[0].verifier.id.hex())
    write(database, 42)
    seal(database, tmp_path)
    found = verdict(Bundle(story.hand_out(database, tmp_path, "later")), "--vkey", first)
    assert "signed by none of the known keys" in found["breaks"][0]["message"]


def test_a_signature_is_checked_against_the_keys_in_use_when_it_was_made(told, tmp_path, verdict):
    """The key that signed it is retired by now; the one that is current now was not there yet."""
    database, _ = told
    signer = signer_in(tmp_path)
    old = story.value_by(signer)
    rotate_key(database, signer, story.ACTOR, at=NOON + 100)
    retire_key(database, signer, story.ACTOR, signer.keys[0].verifier.id.hex(), at=NOON + 200)
    write(database, 40)
    bundle = Bundle(story.hand_out(database, tmp_path))
    assert verdict(bundle)["consistent"]
    assert verdict(bundle, "--vkey", signer.vkeys()[0])["consistent"]
    assert story.value_by(signer) != old
    set_value(bundle, story.value_by(signer))
    (found,) = verdict(bundle)["breaks"]
    assert (found["leaf"], found["check"]) == (16, "signature")
    assert "by no key of the log at that time" in found["message"]


def test_a_retired_key_makes_no_signature_any_more(told, tmp_path, verdict, monkeypatch):
    """Whoever stole an old key cannot sign for what happens now."""
    database, _ = told
    signer = signer_in(tmp_path)
    stolen = signer.keys[0]
    rotate_key(database, signer, story.ACTOR, at=NOON + 100)
    retire_key(database, signer, story.ACTOR, stolen.verifier.id.hex(), at=NOON + 200)
    database.writing(lambda s: say(s, 50, tag=Tag.SIGNATURE_MADE, **(story.SIGNED | {"signature_id": 8})))
    rows = [
        {"signature_id": 7, "manifest": story.MANIFEST, "value": story.EVIDENCE.get("signatures").value},
        {"signature_id": 8, "manifest": story.MANIFEST, "value": story.value_by(signer)},
    ]
    monkeypatch.setattr(story.EVIDENCE.get("signatures"), "rows", lambda *_: rows)
    bundle = Bundle(story.hand_out(database, tmp_path))
    assert verdict(bundle)["consistent"]
    line = stolen.sign(f"chartmark signature manifest v1\n{story.MANIFEST}\n")
    bundle.edit_rows("signatures.jsonl", lambda rows: rows[1].update(value=line))
    (found,) = verdict(bundle)["breaks"]
    assert found["message"] == "signature 8: its value is missing, or by no key of the log at that time"


def test_a_key_slipped_into_the_log_is_not_trusted_because_the_signer_does_not_sign_with_it(told, tmp_path, verdict):
    database, _ = told
    stranger, (true_key,) = signer_in(tmp_path / "stranger"), signer_in(tmp_path).vkeys()
    announcement = {"vkeys": [true_key, *stranger.vkeys()]}
    database.writing(lambda s: say(s, 50, stream="server", tag=Tag.CHECKPOINT_KEY_ROTATED, **announcement))
    bundle = Bundle(story.hand_out(database, tmp_path))
    found = verdict(bundle, "--vkey", true_key)
    assert (found["consistent"], found["keys"]) == (True, [true_key])
    notes = bundle.lines("checkpoints.jsonl")
    size = len(bundle.lines())
    bundle.sign_again(stranger, sizes=())
    bundle.write([*notes[:-1], *bundle.lines("checkpoints.jsonl")], "checkpoints.jsonl")
    (broken,) = verdict(bundle, "--vkey", true_key)["breaks"]
    assert (broken["leaf"], broken["message"]) == (
        18,
        f"checkpoint of size {size} is signed by none of the known keys",
    )


def test_a_restored_backup_that_went_on_is_a_fork(sqlite_database, tmp_path, monkeypatch, verdict):
    """The operator even takes away the signer's memory: two true histories, and the auditor saw one."""
    story.register(monkeypatch)
    database, path = sqlite_database, tmp_path / "test.db"
    story.tell(database, tmp_path)
    database.dispose()
    shutil.copy(path, tmp_path / "backup.db")
    kept = story.hand_out(database, tmp_path, "seen") / "checkpoint.txt"
    database.dispose()
    shutil.copy(tmp_path / "backup.db", path)
    signer_in(tmp_path).memory.unlink()
    write(database, 70, 71)
    bundle = Bundle(story.hand_out(database, tmp_path, "forked"))
    assert verdict(bundle)["consistent"]
    (found,) = verdict(bundle, "--checkpoint", kept)["breaks"]
    assert found["leaf"] == 18
    assert "your checkpoint of size 31 has another root: the change is in leaves 18 to 30" in found["message"]


def test_a_clock_that_runs_backwards_is_named(told, tmp_path, verdict):
    database, _ = told
    database.writing(lambda s: say(s, 60, at=NOON - 1_000_000))
    database.writing(lambda s: say(s, 61, stream="account:9", at=NOON - 2 * 3_600_000))
    breaks = verdict(Bundle(story.hand_out(database, tmp_path)))["breaks"]
    assert [(f["leaf"], f["check"]) for f in breaks] == [(28, "time"), (29, "time")]
