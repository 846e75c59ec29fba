"""Guidelines in the browser: publishing, reading, comparing, and stating that one has read."""

import pytest

from app.guidelines.acknowledgement import has_acknowledged
from app.guidelines.compare import compare
from app.guidelines.version import list_guidelines
from tests.functional.web.conftest import words

PAGE = "/projects/first/guidelines"
NEXT = {
    "key": "clinical", "modality": "notes", "version": "1.1", "change": "minor",
    "body": "# 1 Problems\r\n\r\nTake the **longest** phrase.\r\n\r\n<script>alert(1)</script>\r\n",
}  # fmt: skip


def newest(team):
    return team.read(lambda session: list_guidelines(session, team.project_id)[0])


@pytest.mark.parametrize("who", ["lead", "sam"])
def test_a_version_is_published_rendered_and_harmless(team, who):
    answer = team.post(who, PAGE, **NEXT)
    assert answer.status_code == 303, words(answer)
    page = team.get("ann", answer.headers["Location"]).text
    assert "<strong>longest</strong>" in page
    assert "alert(1)</script>" not in page
    assert "\r" not in newest(team).body


def test_what_changed_between_two_versions_is_shown(team):
    team.post("lead", PAGE, **NEXT)
    page = words(team.get("ann", f"{PAGE}/{newest(team).id}?against=1"))
    assert "1.0 to 1.1" in page
    assert "+ 3 Take the **longest** phrase." in page


def test_a_version_never_changes_and_needs_all_its_parts(team):
    assert team.post("lead", PAGE, **NEXT | {"version": "1.0"}).status_code == 409
    for name in ("key", "version", "body"):
        answer = team.post("lead", PAGE, **NEXT | {name: " "})
        assert answer.status_code == 422
        assert "is missing" in words(answer)
    assert team.post("lead", PAGE, **NEXT | {"modality": "songs"}).status_code == 422
    assert team.post("ann", PAGE, **NEXT).status_code == 403
    assert newest(team).version == "1.0"


def test_a_reader_states_once_that_the_version_was_read(team):
    team.post("lead", PAGE, **NEXT)
    version = newest(team)
    assert "I have read and accept version 1.1" in team.get("ann", f"{PAGE}/{version.id}").text
    assert team.post("ann", f"{PAGE}/{version.id}/acknowledgement").status_code == 303
    assert "You have read this version and accept it" in team.get("ann", f"{PAGE}/{version.id}").text
    for _ in range(2):
        assert team.post_json("ben", f"/api/v1/guidelines/{version.id}/acknowledgement").status_code == 200
    for name in ("ann", "ben"):
        assert team.read(lambda session, who=name: has_acknowledged(session, version, team.people[who]))
    assert team.post_json("stranger", f"/api/v1/guidelines/{version.id}/acknowledgement").status_code == 404


def test_a_comparison_keeps_three_lines_around_each_change():
    before = [f"line {n}" for n in range(30)]
    after = [*before[:5], "changed", *before[6:25], *before[26:]]
    lines = compare("\n".join(before), "\n".join(after))
    assert [(one.change, one.text) for one in lines if one.change != "kept"] == [
        ("removed", "line 5"), ("added", "changed"), ("gap", "…"), ("removed", "line 25"),
    ]  # fmt: skip
    assert all(before[one.before - 1] == after[one.after - 1] == one.text for one in lines if one.change == "kept")
    assert compare("same", "same") == []
