"""Signed notes and checkpoints: the published vector, rotation, and never a second history."""

import base64
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.checkpoint import Signer, Statement, parse_statement
from app.audit.note import SigningKey, VerifierKey, open_note
from app.core.errors import Conflict, Invalid, Unavailable
from tests.unit.audit.events import ORIGIN, signer_in

# The example of the C2SP signed-note specification.
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
TEXT = "This is an example message.\n"
SIGNATURE = (
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAl"
    "TgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
NOTE = TEXT + "\n" + SIGNATURE
KEY = VerifierKey.parse(VKEY)
ROOT = bytes(range(32))
OTHER = SigningKey("example.com/bar", bytes(32))


def test_the_published_note_opens_with_the_published_key():
    assert open_note(NOTE, [KEY]) == (TEXT, [KEY])
    assert str(KEY) == VKEY


def test_signatures_of_unknown_keys_are_passed_over():
    strangers = "".join(SigningKey(f"witness{n}", bytes([n]) * 32).sign(TEXT) for n in range(20))
    assert open_note(TEXT + "\n" + strangers + SIGNATURE, [KEY]) == (TEXT, [KEY])
    with pytest.raises(Invalid, match="unknown-signer"):
        open_note(TEXT + "\n" + strangers, [KEY])


def test_a_key_with_the_same_name_but_another_id_is_unknown():
    namesake = SigningKey("example.com/foo", bytes(32))
    with pytest.raises(Invalid, match="unknown-signer"):
        open_note(TEXT + "\n" + namesake.sign(TEXT), [KEY])


def test_a_wrong_signature_of_a_known_key_spoils_the_note_even_beside_a_good_one():
    raw = bytearray(base64.b64decode(SIGNATURE.split()[-1]))
    raw[20] ^= 1
    bad = f"— example.com/foo {base64.b64encode(bytes(raw)).decode()}\n"
    for signatures in (bad, bad + SIGNATURE, SIGNATURE + bad, OTHER.sign(TEXT) + bad):
        with pytest.raises(Invalid, match="bad-signature"):
            open_note(TEXT + "\n" + signatures, [KEY, OTHER.verifier])


@pytest.mark.parametrize(
    "note",
    [
        "",
        TEXT,
        TEXT + SIGNATURE,
        TEXT + "\n" + SIGNATURE.rstrip("\n"),
        TEXT + "\n" + SIGNATURE.replace("— ", "- "),
        TEXT + "\n" + "— example.com/foo not*base64\n",
        TEXT + "\n" + "— example.com/foo AAAA\n",
        TEXT.replace(" is", "\tis") + "\n" + SIGNATURE,
    ],
)
def test_malformed_notes_are_refused(note):
    with pytest.raises(Invalid, match="bad-note"):
        open_note(note, [KEY])


@pytest.mark.parametrize(
    "vkey",
    [
        VKEY.replace("530d903a", "530d903b"),
        VKEY.replace("foo", "fop"),
        VKEY.replace("+Aeky", "+Beky"),
        "example.com/foo",
        "example.com/foo+530d903a+AAAA",
        "example.com/foo+530d903a+*",
    ],
)
def test_malformed_keys_are_refused(vkey):
    with pytest.raises(Invalid):
        VerifierKey.parse(vkey)


@given(st.integers(0, 2**60), st.binary(min_size=32, max_size=32))
def test_a_statement_reads_back(size, root):
    statement = Statement(ORIGIN, size, root)
    assert parse_statement(statement.text()) == statement


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n",
        "log\n05\n" + base64.b64encode(ROOT).decode() + "\n",
        "log\n-5\nAAAA\n",
        "log\nfive\n" + base64.b64encode(ROOT).decode() + "\n",
        "\n5\n" + base64.b64encode(ROOT).decode() + "\n",
        "log\n5\n" + base64.b64encode(ROOT).decode() + "\nextension\n",
        "log\n5\n" + base64.b64encode(ROOT[:31]).decode() + "\n",
    ],
)
def test_what_is_not_a_canonical_checkpoint_is_refused(text):
    with pytest.raises(Invalid, match="bad-checkpoint"):
        parse_statement(text)


def test_the_key_is_made_on_first_use_for_its_owner_only(tmp_path):
    signer = signer_in(tmp_path)
    assert stat.S_IMODE(signer.path.stat().st_mode) == 0o600
    assert signer_in(tmp_path).vkeys() == signer.vkeys()
    assert [path.name for path in signer.path.parent.iterdir()] == ["log.key"]
    assert signer.open(signer.sign(7, ROOT)) == Statement(ORIGIN, 7, ROOT)


def test_of_two_processes_that_make_the_key_at_once_one_wins(tmp_path, monkeypatch):
    first = signer_in(tmp_path)
    monkeypatch.setattr(Path, "exists", lambda _path: False)  # what the slower one saw
    assert signer_in(tmp_path).vkeys() == first.vkeys()


def test_a_log_that_changed_its_name_is_not_continued(tmp_path):
    signer = signer_in(tmp_path)
    foreign = Statement("other.example.org", 3, ROOT).text()
    with pytest.raises(Conflict, match=r"the log was other\.example\.org"):
        signer.open(foreign + "\n" + signer.keys[0].sign(foreign))


def test_a_key_that_others_may_read_is_not_used(tmp_path):
    signer_in(tmp_path).path.chmod(0o640)
    with pytest.raises(Unavailable, match="log-key-exposed"):
        signer_in(tmp_path)


def test_a_key_of_another_log_is_not_used(tmp_path):
    path = signer_in(tmp_path).path
    with pytest.raises(Unavailable, match="log-key-mismatch"):
        Signer(path, "other.example.org/audit")


def test_a_checkpoint_of_a_stranger_is_not_ours(tmp_path):
    signer, stranger = signer_in(tmp_path / "a"), signer_in(tmp_path / "b")
    with pytest.raises(Conflict, match="checkpoint-not-ours"):
        signer.open(stranger.sign(1, ROOT))


def test_while_keys_rotate_both_sign_and_afterwards_the_old_one_still_verifies(tmp_path):
    signer = signer_in(tmp_path)
    old_note, old = signer.sign(1, ROOT), signer.known[0]
    signer.adopt(SigningKey.generate(signer.origin))
    new = signer.known[-1]
    both = signer.sign(2, ROOT)
    assert open_note(both, [old])[1] == [old]
    assert open_note(both, [new])[1] == [new]
    signer.retire(old.id.hex())
    again = signer_in(tmp_path)
    assert again.vkeys() == [str(old), str(new)]
    assert open_note(again.sign(3, ROOT), [old, new])[1] == [new]
    assert again.open(old_note).size == 1
    assert again.path.read_text().count("PRIVATE+KEY") == 1
    assert stat.S_IMODE(again.path.stat().st_mode) == 0o600


def test_the_last_key_is_not_retired(tmp_path):
    signer = signer_in(tmp_path)
    with pytest.raises(Invalid, match="cannot-retire"):
        signer.retire(signer.known[0].id.hex())


def test_an_older_checkpoint_never_replaces_a_newer_one_in_memory(tmp_path):
    signer = signer_in(tmp_path)
    assert signer.remembered() is None
    signer.remember(signer.sign(5, ROOT))
    signer.remember(signer.sign(3, ROOT))
    assert signer.remembered().size == 5
    assert stat.S_IMODE(signer.memory.stat().st_mode) == 0o600
