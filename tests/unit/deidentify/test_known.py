"""What the record tells is found however it is written; short and common words are guarded."""

import pytest

KNOWN = {
    "names": ["Katherine Ann Oberholzer"],
    "ids": ["A-778 1234"],
    "dates": ["1956-03-09"],
    "addresses": ["12 Linden Alley, Farrowdale"],
    "contacts": ["(0161) 496 0123", "kate@private.example"],
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("seen: oberholzer today", "oberholzer"),
        ("Oberholtzer, K. was here", "Oberholtzer"),
        ("KATHARINE is well", "KATHARINE"),
        ("the Ober-\nholzer family", "Ober-\nholzer"),
        ("Oberholzer's husband", "Oberholzer"),
        ("initials K.A.O. on file", "K.A.O."),
        ("no A7781234 listed", "A7781234"),
        ("no A 778 12 34 listed", "A 778 12 34"),
        ("no A/778.1234 listed", "A/778.1234"),
        ("no (A) 778-1234 listed", "A) 778-1234"),
        ("born 9 March 1956 in town", "9 March 1956"),
        ("born 09.03.56 in town", "09.03.56"),
        ("at 12 linden\nalley since", "12 linden\nalley"),
        ("ring 01614960123 please", "01614960123"),
        ("KATE@private.example", "KATE@private.example"),
        ("Oberholzer, Katherine A. was", "Oberholzer, Katherine A."),
        ("K A Oberholzer left", "K A Oberholzer"),
        ("K.O. agreed", "K.O."),
        ("seen Ka-\ntherine today", "Ka-\ntherine"),
        ("KatherineAnn slept", "KatherineAnn"),
        ("O b e r h o l z e r on the label", "O b e r h o l z e r"),
        ("in March of 1956 born", "March of 1956"),
        ("+44 161 496 0123 rings", "161 496 0123"),
        ("at 12 Lindn Alley", "Lindn"),
    ],
)
def test_a_known_identifier_is_found(found, text, value):
    start = text.index(value)
    covered = {i for _, part in found(text, **KNOWN) for i in range(text.index(part), text.index(part) + len(part))}
    assert all(i in covered or not text[i].isalnum() for i in range(start, start + len(value)))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("May Young", "She may have a young child."),
        ("Grant Li", "li and grant are not capitals here."),
        ("John Foley", "A Foley catheter was placed."),
        ("Ann Hart", "The heart is normal."),
    ],
)
def test_a_common_word_is_not_taken_for_the_name(found, name, text):
    assert found(text, names=[name]) == []


def test_a_common_word_beside_the_rest_of_the_name_is(found):
    assert ("NAME", "Young") in found("Here Mr Young came", names=["May Young"])


@pytest.mark.parametrize(
    ("name", "text", "values"),
    [
        ("İpek Yılmaz", "İpek came; İPEK, I\u0307pek and ipek", "İpek İPEK I\u0307pek ipek"),
        ("İpek Yılmaz", "the chart of Yılmaz, or YILMAZ", "Yılmaz YILMAZ"),
        ("İlknur", "on the label: İ l k n u r", "İ l k n u r"),
        ("Işık", "the chart of IŞIK, called işik", "IŞIK işik"),
        ("Straße", "the chart of STRASSE, or Straße", "STRASSE Straße"),
        ("Böll", "the chart of Boll, or BÖLL, or Bo\u0308ll", "Boll BÖLL Bo\u0308ll"),
        ("Bo\u0308ll", "the chart of Böll", "Böll"),
    ],
)
def test_a_known_name_is_found_in_other_characters_of_the_same_letters(found, name, text, values):
    parts = [part for _, part in found(text, names=[name])]
    missed = [value for value in values.split(" ") if not any(value in part for part in parts)]
    assert not missed


def test_a_name_without_its_marks_that_is_a_common_word_is_guarded(found):
    assert found("the bar was closed", names=["Bär"]) == []
