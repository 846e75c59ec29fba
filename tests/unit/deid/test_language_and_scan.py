"""Which languages are refused, and the scan of typed texts and file names."""

import pytest

from app.deid.language import guess_language, is_supported
from app.deid.scan import scan_text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The patient was admitted with chest pain and shortness of breath.", "en"),
        ("Der Patient wurde mit Brustschmerzen in die Klinik gebracht und ist nicht stabil.", "de"),
        ("El paciente fue ingresado con dolor en el pecho y no presenta fiebre.", "es"),
        ("Le patient a été admis pour une douleur dans la poitrine avec de la fièvre.", "fr"),
        ("De patiënt werd opgenomen met pijn op de borst en heeft geen koorts.", "nl"),
        ("ผู้ป่วยมีอาการไอและมีไข้", "script:thai"),
        ("Пациент поступил с болью в груди", "script:cyrillic"),
        ("BP 120/80", "und"),
        ("67M c/o CP x2d, h/o HTN, DM2, CHF s/p CABG 2019, on ASA, NKDA", "en"),
    ],
)
def test_the_language_of_a_note(text, language):
    assert guess_language(text) == language
    assert is_supported(text) == (language in ("en", "und"))


def test_a_comment_is_scanned():
    assert [s.type for s in scan_text("please ask Dr. Okonkwo, 617-555-0123")] == ["NAME", "PHONE"]


def test_a_file_name_is_scanned_word_by_word():
    name = "Johnson_Mary_MRN_0012345_2023-04-05.txt"
    left = "".join(c for i, c in enumerate(name) if not any(s.start <= i < s.end for s in scan_text(name)))
    assert left.replace("_", "") in ("MRN", "MRN.txt")


def test_a_plain_comment_has_nothing():
    assert scan_text("This span should include the modifier, see guideline 3.2.") == []
