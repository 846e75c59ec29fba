"""A clock that jumps: the log goes on, says when it was set back, and verifies; a time nobody vouches for breaks it."""

import json

import pytest

from app.audit import verify
from app.audit.events import Tag
from app.audit.models import Event
from app.core import clock
from tests.unit.audit import story
from tests.unit.audit.events import NOON, say, seal
from tests.unit.audit.story import hand_out, register

JUMP = 3 * clock.HOUR


@pytest.fixture
def log(sqlite_database, tmp_path, monkeypatch):
    register(monkeypatch)
    story.tell(sqlite_database, tmp_path)
    return sqlite_database


def verdict(folder, capsys):
    verify.main([str(folder), "--json"])
    return json.loads(capsys.readouterr().out)


def ahead(database, number):
    database.writing(lambda s: say(s, number, at=NOON + JUMP + number))


@pytest.mark.parametrize("sealed", [True, False], ids=["sealed while ahead", "set back before it was sealed"])
def test_a_clock_that_was_ahead_and_set_back_leaves_a_log_that_verifies(log, tmp_path, capsys, sealed):
    ahead(log, 40)
    if sealed:
        seal(log, tmp_path, at=NOON + JUMP + 1000)
    log.writing(lambda s: say(s, 43, at=NOON + 3000))  # the same stream, three hours "before"
    found = verdict(hand_out(log, tmp_path), capsys)
    assert found["breaks"] == []
    (step,) = found["set_back"]
    assert step["to"] == NOON + 5000
    assert step["from"] >= NOON + JUMP


def test_a_clock_that_jumps_ahead_needs_no_word(log, tmp_path, capsys):
    ahead(log, 40)
    seal(log, tmp_path, at=NOON + JUMP + 1000)
    with log.reading() as session:
        assert session.query(Event).filter(Event.tag == str(Tag.CLOCK_SET_BACK)).count() == 0


def test_clocks_of_hosts_that_differ_a_little_are_not_written_down(log, tmp_path, capsys):
    seal(log, tmp_path, at=NOON + 30_000)
    log.writing(lambda s: say(s, 41))
    found = verdict(hand_out(log, tmp_path), capsys)
    assert (found["breaks"], found["set_back"]) == ([], [])


def test_a_time_before_what_the_log_says_of_its_clock_is_a_break(log, tmp_path, capsys):
    ahead(log, 40)
    seal(log, tmp_path, at=NOON + JUMP + 1000)
    log.writing(lambda s: say(s, 43, at=NOON - 2 * JUMP))  # the clock went back to NOON, not to this
    found = verdict(hand_out(log, tmp_path), capsys)
    assert {one["check"] for one in found["breaks"]} == {"time"}
