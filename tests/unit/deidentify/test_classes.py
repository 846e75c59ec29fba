"""Every class of the rule in several layouts, and what looks like it and stays."""

# ruff: noqa: E501 (patterns and lists as running text)
import pytest

# Letter of 164.514(b)(2)(i) → (text, what must be covered)
GOES = {
    "A": [
        ("Surname: WINTERBOTTOM\nForename: Harold", "WINTERBOTTOM", "Harold"),
        ("Marlys (wife) drove him.", "Marlys"),
        ("seen with her husband Will.", "Will"),
        ("wife joy, 2 kids, works from home, no meds, no allergies, no complaints today", "joy"),
        ("Patient: Thibodeaux, Marcelline R.", "Thibodeaux, Marcelline R"),
        ("hospitalist Oyelaran agrees", "Oyelaran"),
        ("subject (initials VKB) consented", "VKB"),
        ("Twitter: @marchetti_h", "marchetti_h"),
        ("Thanks for everything.\n- Torvald", "Torvald"),
    ],
    "B": [
        ("Flat 302, Gokuldham Society, Goregaon", "Flat 302, Gokuldham Society, Goregaon"),
        ("of 9 Back Clough, Ripponden, HX6 4AT", "9 Back Clough, Ripponden, HX6 4AT"),
        ("118 Burrawang Parade, Dubbo NSW 2830", "Burrawang Parade, Dubbo NSW 2830"),
        ("Unit 4, Lindsay ON K9V 4R5", "K9V 4R5"),
        ("Lindenallee 17, 32545 Bad Oeynhausen", "Lindenallee 17, 32545 Bad Oeynhausen"),
        ("Kerkstraat 88, 7311 KD Apeldoorn", "Kerkstraat 88, 7311 KD Apeldoorn"),
        ("Vashi, Navi Mumbai 400703", "Navi Mumbai 400703"),
        ("Eircode F92 T6X3", "F92 T6X3"),
        ("hit at the corner of 9th and Alder today", "corner of 9th and Alder"),
        ("RR 2 Box 118, Pella, IA 50219", "RR 2 Box 118, Pella, IA 50219"),
        ("Unit 2050 Box 4190\nAPO AP 96278", "Unit 2050 Box 4190", "APO AP 96278"),
        ("at 40.7128, -74.0060 found", "40.7128, -74.0060"),
        ("came from Norway last year", "Norway"),
        ("lives in Boston, MA 02115", "Boston, MA 02115"),
    ],
    "C": [
        ("consented 15MAR2022 at noon", "15MAR2022"),
        ("better since last May.", "May"),
        ("fell in spring 2019", "spring 2019"),
        ("off work until the 8th.", "the 8th"),
        ("letter of the 3rd inst. received", "3rd inst"),
        ("next visit Mon.", "Mon"),
        ("hygiene 2nd week of July", "2nd week of July"),
        ("cough since Whitsun", "Whitsun"),
        ("born August the ninth, seventy-two", "August the ninth, seventy-two"),
        ("D0B 12/O3/1946", "12/O3/1946"),
        ("seen 5 Mav 2009", "5 Mav 2009"),
        ("started 11/11.", "11/11"),
        ("at Eid she fasted", "Eid"),
        ("He was 94.", "94"),
    ],
    "D": [("Tel. 0113 496 0742", "0113 496 0742"), ("text me 3605550119", "3605550119"), ("bleep 2214", "2214"), ("1-800-FLOWERS", "1-800-FLOWERS")],
    "E": [("Fx 02 6882 0198", "02 6882 0198"), ("Facsimile: 617.555.0199", "617.555.0199")],
    "F": [("mail a.b+c@example.co.uk", "a.b+c@example.co.uk"), ("j doe [at] example [dot] com", "example [dot] com")],
    "G": [("SSN last 4: 1122", "1122"), ("last four digits of SSN 9911", "9911"), ("xxx-xx-4471", "4471"), ("Social Security No. 219 09 9999", "219 09 9999")],
    "H": [("UHID: SMH2200917", "SMH2200917"), ("Hospital no: C0449127", "C0449127"), ("Chart: G-201188", "G-201188"), ("MR# 00-12-345", "00-12-345")],
    "I": [("MBI 1EG4TE5MK73", "1EG4TE5MK73"), ("NHS no: 943 476 5919", "943 476 5919"), ("Medicare 2428 77813 2,", "2428 77813 2"), ("HCN 4832 771 093 RT", "4832 771 093 RT")],
    "J": [("IBAN GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32"), ("acct # 7719284410", "7719284410"), ("invoice no. 55-1029", "55-1029")],
    "K": [("DEA AB1234563", "AB1234563"), ("NPI: 1245319599", "1245319599"), ("provider no 294718KL", "294718KL"), ("CLIA 05D2190834", "05D2190834"), ("GMC 7012345", "7012345")],
    "L": [("VIN 1M8GDM9AXKP042788", "1M8GDM9AXKP042788"), ("van, registration KX16 ZTN", "KX16 ZTN"), ("ute (rego CK 41 DV)", "CK 41 DV"), ("plate 7KXR912", "7KXR912")],
    "M": [
        ("UDI (01)00889024123456(17)261130(10)G448812(21)77A9", "(01)00889024123456(17)261130(10)G448812(21)77A9"),
        ("LOT G448812", "G448812"),
        ("s/n 2914857", "2914857"),
        ("serial no. PJN402871S", "PJN402871S"),
    ],
    "N": [("see portal.example.org/p?id=4 now", "portal.example.org/p?id=4"), ("https://x.example/a_b#c", "https://x.example/a_b#c")],
    "O": [("from 198.51.100.23 at", "198.51.100.23"), ("fe80::1ff:fe23:4567:890a seen", "fe80::1ff:fe23:4567:890a")],
    "P": [("Voiceprint VP 77120", "77120"), ("palm vein template id PV-00092817", "PV-00092817"), ("retina scan id 88-1204", "88-1204"), ("fingerprint file FP0091", "FP0091")],
    "Q": [
        ("![portrait](uploads/pt_face.png)", "uploads/pt_face.png"),
        ('<img src="x.png" alt="pt">', "x.png"),
        ("data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==", "iVBORw0KGgoAAAANSUhEUg"),
        ("{\\pict\\wmetafile8 0100090000030202000000001c00000000}", "0100090000030202000000001c00000000"),
        ("Photo of patient's face attached (DSC_0412.jpg)", "DSC_0412.jpg"),
        ("selfie saved as IMG-20230401-WA0003", "IMG-20230401-WA0003"),
        ("ID badge picture #44712", "44712"),
        ("headshot stored under MEDIA/2231-A", "MEDIA/2231-A"),
        ("clip: jane_smith_gait.mp4", "jane_smith_gait.mp4"),
    ],
    "R": [
        ('Tattoo reads "Forever Bambi"', "Forever Bambi"),
        ("the sole survivor of the 2014 Gorsky mine collapse", "sole survivor of the 2014 Gorsky mine collapse"),
        ("Our ref: RCI/88213/kt", "RCI/88213"),
        ("Subject ONC-014-0087 consented", "ONC-014-0087"),
        ("Aadhaar 4821 9930 1176", "4821 9930 1176"),
        ("lockbox code 4471", "4471"),
        ("the mayor of Copperfield", "mayor of Copperfield"),
        ("Accession: S21-004417", "S21-004417"),
    ],
}  # fmt: skip

STAYS = [
    "Photographs of the wound were taken. Photophobia is present. Fundus photography was normal.",
    "Image 12 of series 4 shows the aorta. Video EEG for 24 h. CT images were reviewed.",
    "Retinal scan normal. Fingerprint whorls absent. Palm erythema.",
    "He has a tattoo on his arm. First case of pneumonia this year was mild.",
    "SN ratio low. Lot of pain. Serial troponins negative. Model of care discussed.",
    "He drives a car. Registration completed. Plates and screws in place.",
    "Case closed. Site clean. Order placed. Subject to review. Our plan is unchanged.",
    "Guinea pig allergy, Congo red stain negative, Turkey sandwich tolerated.",
    "BP 94/60. She was 94% on room air. He was 98 kg. Range 5-12 mg.",
    "He may return in the fall. Winter coat. Lent a walker. Advent of fever.",
    "O2 2 L via NC, CO2 24, L1 and I2 normal, T10-L1 fused, 1-2 times, 3-4 cm.",
    "Room air. Bed rest. Ward round. Unit dose. Suite of tests. Floor exercises.",
    "Na,138,mmol/L,135-145\nK,4.1,mmol/L,3.5-5.0",
    "Test | Result | Units | Ref\nNa | 138 | mmol/L | 135-145\nWBC | 8 | 10^9/L | 4-11",
    "Login failed. User error. Handle with care.",
    "1:640 titre, pH 7.31, grade 2/6, 5 x 4 x 3 cm, 10 mg/5 mL.",
]


@pytest.mark.parametrize(
    ("letter", "row"),
    [(letter, row) for letter, rows in GOES.items() for row in rows],
    ids=lambda v: v if isinstance(v, str) else v[0][:40],
)
def test_an_identifier_of_every_class_goes(found, letter, row):
    text, *values = row
    for value in values:
        start = text.index(value)
        covered = _covered(text, found(text))
        assert all(covered[i] or not text[i].isalnum() for i in range(start, start + len(value))), found(text)


@pytest.mark.parametrize("text", STAYS)
def test_what_looks_like_an_identifier_stays(found, text):
    assert found(text) == []


def test_all_eighteen_classes_are_tried():
    assert "".join(GOES) == "ABCDEFGHIJKLMNOPQR"


def _covered(text, spans):
    marks = [False] * len(text)
    for _, value in spans:
        at = text.find(value)
        while at >= 0:
            marks[at : at + len(value)] = [True] * len(value)
            at = text.find(value, at + 1)
    return marks
