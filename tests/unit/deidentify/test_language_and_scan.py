"""Which languages are refused, and the scan of typed texts and file names."""

# ruff: noqa: E501 (patterns and lists as running text)
import pytest

from app.core.errors import Invalid
from app.deidentify.language import guess_language, lacking, require_supported
from app.deidentify.note import Note
from app.deidentify.policy import Policy
from app.deidentify.verdict import REFUSED, judge
from app.privacy.scan import scan_text


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
        ("67M c/o CP x2d, h/o HTN, DM2, CHF s/p CABG 2019, on ASA, NKDA", "und"),
    ],
)
def test_the_language_of_a_note(text, language):
    assert guess_language(text) == language


ENGLISH = [
    "Na 138 K 4.2 Cl 101 CO2 24 BUN 12 Cr 0.9 Glu 101 Ca 9.1 WBC 7.2 Hgb 13 Plt 250 INR 1.1",
    "Metoprolol Lisinopril Atorvastatin Aspirin Clopidogrel Metformin Insulin Glargine Omeprazole Lasix",
    "Smith Jones Müller Garcia de la Rosa van der Berg Nguyen Tran Li de Souza di Marco",
    "Dr. van der Meer, Mevr. de Vries-Jansen, Hr. Müller, Mme. Dubois, Sig. Rossi, Sra. López, Frau Weiß",
    "Name: Maria de la Cruz de los Santos, Calle de la Luna 5, San Juan, seen with son Jose de Jesus",
    "PT SEEN IN ED. NO ACUTE DISTRESS. DOE ON EXERTION. WAS ON ASA, NO CHANGE. D/C HOME IN AM.",
    "67M HTN DM CKD s/p PCI LAD p/w NSTEMI trop 2.3 hep gtt ASA, cath am, NPO pmn, IVF, tele",
    "lives at 3565 Πλατεία Συντάγματος 204, Nicosia",
    "α-fetoprotein, β-hCG and γ-GT normal; μg and µg",
    "Rx: die Bedeutung unklar",
]


@pytest.mark.parametrize("text", ENGLISH)
def test_english_is_never_refused_however_short_or_terse(text):
    require_supported(text)


FOREIGN = [
    "Patientin klagt über Kopfschmerzen und Übelkeit, keine Sehstörung, RR 120/80, Therapie mit Ramipril wird begonnen.",
    "Varón de 54 años con dolor abdominal desde hace tres días, sin fiebre, que se presenta en urgencias.",
    "Patient de 54 ans, avec une douleur dans la poitrine depuis deux jours et sans fièvre.",
    "Dhr. is een 54 jaar oude man met pijn op de borst sinds twee dagen, geen koorts, heeft hypertensie.",
    "Pacjent lat 54 przyjęty z powodu bólu w klatce piersiowej, bez gorączki, nie był leczony przed przyjęciem.",
    "Potilas on 54-vuotias mies, joka tuli kipu rinnassa kanssa, ei ollut kuumetta ja hoito aloitettiin.",
    "Bệnh nhân nam 54 tuổi có đau ngực trong hai ngày, không sốt, được điều trị với aspirin.",
    "患者は五十四歳の男性で胸痛のため入院した。",
]


@pytest.mark.parametrize("text", FOREIGN)
def test_a_foreign_note_is_refused_with_what_its_language_lacks(text):
    with pytest.raises(Invalid) as refused:
        require_supported(text)
    assert refused.value.code == "language-unsupported"
    assert "no recognisers" in str(refused.value)
    assert text[:12] not in str(refused.value)


@pytest.mark.parametrize("text", FOREIGN)
def test_the_verdict_on_a_foreign_note_is_a_refusal(text):
    assert (judge(Note(text), [], Policy()).outcome) == REFUSED


def test_what_a_language_lacks_is_empty_for_the_built_in_one():
    assert lacking("en") == ""
    assert lacking("de").startswith("German has no recognisers")


def test_a_comment_is_scanned():
    assert [s.type for s in scan_text("please ask Dr. Okonkwo, 617-555-0123")] == ["NAME", "PHONE"]


def test_a_file_name_is_scanned_word_by_word():
    name = "Johnson_Mary_MRN_0012345_2023-04-05.txt"
    left = "".join(c for i, c in enumerate(name) if not any(s.start <= i < s.end for s in scan_text(name)))
    assert left.replace("_", "") in ("MRN", "MRN.txt")


def test_a_plain_comment_has_nothing():
    assert scan_text("This span should include the modifier, see guideline 3.2.") == []
