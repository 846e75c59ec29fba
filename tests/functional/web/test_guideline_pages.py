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


def test_an_answer_before_acceptance_is_refused_with_the_version_to_accept(team):
    _, (mine, _) = team.item("ann", "ben")
    team.post("lead", PAGE, **NEXT)
    version = newest(team).id
    assert team.get("ann", f"/api/v1/assignments/{mine}").json["guideline"]["acknowledged"] is False
    refused = team.post_json("ann", f"/api/v1/assignments/{mine}/submission", count=0)
    assert refused.status_code == 409
    error = refused.json["error"]
    assert (error["code"], error["details"]) == ("guideline-not-accepted", {"guideline": version, "version": "1.1"})
    assert "I have read and accept 1.1" in words(team.get("ann", f"/assignments/{mine}"))
    team.post_json("ann", f"/api/v1/guidelines/{version}/acknowledgement")
    assert "I have read and accept" not in team.get("ann", f"/assignments/{mine}").text
    assert team.post_json("ann", f"/api/v1/assignments/{mine}/submission", count=0).status_code == 201


def test_items_are_moved_on_the_page_of_the_new_version_and_their_page_says_so(team):
    item, (mine, _) = team.item("ann", "ben")
    team.answer("ann", mine)
    other, (theirs, _) = team.item("ann", "ben")
    team.answer("ann", theirs)
    team.post("lead", PAGE, **NEXT)
    page = f"{PAGE}/{newest(team).id}"
    assert "2 items keep the version of the first reading" in words(team.get("lead", page))
    assert "Items in review under another version" not in team.get("ann", page).text
    assert team.post("ann", f"{page}/items/{item}").status_code == 403
    assert team.post("lead", f"{page}/items/{item}").status_code == 303
    assert "1 item keeps" in words(team.get("lead", page))
    assert team.post("lead", f"{page}/items").status_code == 303
    assert "under another version" not in team.get("lead", page).text
    assert team.post("lead", f"{PAGE}/1/items/{other}").status_code == 303
    seats = {item: team.item_seat(item, "ben"), other: team.item_seat(other, "ben")}
    for seat in seats.values():
        assert team.get("ben", f"/api/v1/assignments/{seat}").status_code == 200
    assert "moved from version 1.0" in words(team.get("ben", f"/assignments/{seats[item]}"))
    back = words(team.get("ben", f"/assignments/{seats[other]}"))
    assert "moved from version 1.1" in back
    assert "keeps version 1.0 until it is signed; 1.1 is for items begun since" in back


def test_readers_are_not_told_when_a_colleague_accepted(team):
    assert "Who has read it" in team.get("lead", f"{PAGE}/1").text
    for reader in ("ann", "vera"):
        page = team.get(reader, f"{PAGE}/1").text
        assert "Who has read it" not in page
        assert "Ben" not in page
