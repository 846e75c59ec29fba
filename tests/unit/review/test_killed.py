"""Killed between writing and committing: a save and a release are there whole, or not at all."""

import os
import signal

from app.audit.models import Event
from app.core import fault
from app.release.release import Release
from app.review.draft import DraftElement
from tests.signing import confirm


def killed_at(point, act):
    """Run `act` in a process of its own that dies by SIGKILL at the fault point; says whether it did."""
    child = os.fork()
    if child == 0:
        os.environ["CHARTMARK_FAULT"] = f"{point}:1"
        fault._passed.clear()
        try:
            act()
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL


def test_a_save_killed_before_it_is_acknowledged_leaves_nothing(team):
    _item, ann, _ben = team.item("ann", "ben")
    team.open("ann", ann)
    before = team.count(Event)
    assert killed_at("save", lambda: team.put("ann", ann, c1="heads"))
    assert (team.count(DraftElement), team.count(Event)) == (0, before)
    assert team.put("ann", ann, c1="heads") == 1
    assert (team.count(DraftElement), team.count(Event)) == (1, before + 1)


def test_a_save_that_was_acknowledged_survives_the_kill(team):
    _item, ann, _ben = team.item("ann", "ben")
    team.open("ann", ann)
    team.put("ann", ann, c1="heads")
    assert killed_at("save", lambda: team.put("ann", ann, version=1, c2="tails"))
    assert team.count(DraftElement) == 1


def test_a_release_killed_in_the_middle_can_be_cut_again_and_is_one(team):
    item = team.read_by_two("heads", "heads")
    confirm(team, "vera", item)

    def release():
        return team.cut("lena")

    assert killed_at("release", release)
    assert (team.count(Release), team.state(item)) == (0, "signed")
    release()
    assert (team.count(Release), team.state(item)) == (1, "released")
