"""What changed between two versions, word by word, in the text as it reads."""

from app.guidelines.compare import compare_words

BEFORE = "# 4 Rash\n\nMark the rash, not its site.\nMark it once.\n\n- hives count\n- itching does not\n"
AFTER = "# 4 Rash\n\nMark the whole rash, not its site.\nMark it once.\n\n"
AFTER += "- hives count\n- itching counts too\n- redness counts\n"


def said(before, after):
    return [
        (one.change, one.heading, "".join(f"[{run.change[0]}:{run.text}]" for run in one.words))
        for one in compare_words(before, after)
    ]


def test_words_that_came_and_went_stand_in_their_paragraph():
    assert said(BEFORE, AFTER) == [
        ("kept", 1, "[k:4 Rash]"),
        ("changed", 0, "[k:Mark the][a: whole][k: rash, not its site. Mark it once.]"),
        ("kept", 0, "[k:- hives count]"),
        ("changed", 0, "[k:- itching ][r:does][a:counts][k: ][r:not][a:too]"),
        ("added", 0, "[a:- redness counts]"),
    ]


def test_the_earlier_and_the_later_text_can_be_read_out_of_it():
    for before, after in ((BEFORE, AFTER), (AFTER, BEFORE), ("", AFTER), (BEFORE, ""), (BEFORE, BEFORE)):
        found = compare_words(before, after)
        for text, other in ((before, "added"), (after, "removed")):
            read = ["".join(run.text for run in one.words if run.change != other) for one in found]
            words = " ".join(part for part in read if part).split()
            assert words == text.replace("# ", "").split()


def test_a_line_that_is_only_wrapped_anew_has_not_changed():
    assert {one.change for one in compare_words("one two\nthree", "one\ntwo three")} == {"kept"}
