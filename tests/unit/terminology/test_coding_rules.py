"""Coding rules: one row is one sentence of the specification."""


import pytest

from app.core.errors import Invalid
from app.terminology.coding_rules import check
from app.terminology.coding_rules.against_text import read_assertion, sides
from app.terminology.coding_rules.references import references, refers_to
from app.terminology.coding_rules.sequencing import drug_intent
from app.terminology.releases import import_release
from app.terminology.search import open_release
from tests.terminology_data import icd10cm, shared

DATE = "2026-05-01"


def found(*codes, **facts):
    facts.setdefault("date", DATE)
    return {(f.rule, f.severity) for f in check(codes, releases=[icd10cm()], **facts)}


def rules(*codes, **facts):
    return {rule for rule, _ in found(*codes, **facts)}


def message(rule, *codes, **facts):
    facts.setdefault("date", DATE)
    return next(f.message for f in check(codes, releases=[icd10cm()], **facts) if f.rule == rule)


@pytest.mark.parametrize(
    ("codes", "rule", "sentence"),
    [
        (["E11"], "billable", "a header is not billable"),
        (["S72.001"], "seventh_character", "a fracture needs its 7th character"),
        (["O36.011"], "seventh_character", "the 7th character may be a digit"),
        (["T36.01A"], "exists", "a missing placeholder makes no code"),
        (["T36.01XA"], "exists", "a misplaced placeholder makes no code"),
        (["S72.001Z"], "exists", "a 7th character outside the set makes no code"),
        (["E10.9", "E11.9"], "excludes1", "type 1 and type 2 diabetes exclude each other"),
        (["E11.9", "E10.9"], "excludes1", "whichever comes first"),
        (["R50.9", "R56.00"], "excludes1", "fever and febrile seizure"),
        (["R79.1", "D68.32"], "excludes1", "abnormal coagulation and haemorrhagic disorder"),
        (["I10", "O10.019"], "excludes1", "a range in the note counts"),
        (["I10", "I10"], "once", "no code twice"),
        (["I10", "I50.9"], "combination", "hypertension with heart failure has a code of its own"),
        (["I10", "I50.9", "N18.9"], "combination", "and with kidney disease another"),
        (["E11.9", "N18.32"], "combination", "diabetes with kidney disease is presumed linked"),
        (["N18.32", "E11.22"], "code_first", "the cause stands before the manifestation"),
        (["F02.80", "G30.9"], "code_first", "a manifestation is never first"),
        (["T45.515A", "R79.1"], "drug_sequence", "adverse effect: the reaction comes first"),
        (["R55", "T39.1X2A"], "drug_sequence", "poisoning: the T code comes first"),
        (["T38.3X6A", "E11.65"], "drug_sequence", "underdosing is never first"),
        (["W06.XXXA", "S72.001A"], "never_first", "an external cause is never first"),
        (["J47.9"], "use_additional", "hints name what may be missing"),
    ],
)  # fmt: skip
def test_what_must_be_said(codes, rule, sentence):
    assert rule in rules(*codes), sentence


@pytest.mark.parametrize(
    ("codes", "rule", "sentence"),
    [
        (["J44.9", "J47.9"], "excludes1", "bronchiectasis is only an Excludes2 of COPD since 2026"),
        (["J44.1", "J45.20"], "excludes1", "COPD and asthma may stand together"),
        (["T36.0X1A"], "exists", "a placeholder in its place is right"),
        (["O36.0110"], "seventh_character", "a digit as 7th character is right"),
        (["E11.22", "N18.32"], "combination", "the combination code is already there"),
        (["E11.22", "N18.32"], "code_first", "in the right order"),
        (["R79.1", "T45.515A"], "drug_sequence", "reaction first is right"),
        (["T39.1X2A", "R55"], "drug_sequence", "poisoning first is right"),
        (["I11.0", "I50.9"], "combination", "I11.0 with I50 is right"),
        (["C44.1021"], "seventh_character", "a native code of seven characters is whole"),
    ],
)
def test_what_must_not_be_said(codes, rule, sentence):
    assert rule not in rules(*codes), sentence


def test_messages_help_to_mend():
    assert "T36.0X1A" in message("exists", "T36.01A")
    assert "E11.9" in message("billable", "E11")
    allowed = message("seventh_character", "S72.001").split(": ")[1].split(", ")
    assert allowed == list("ABCDEFGHJKMNPQRS")


def test_every_finding_cites_its_source():
    findings = check(["E11", "E10.9", "W06.XXXA", "T38.3X6A"], releases=[icd10cm()], date=DATE, sex="male")
    assert findings
    assert all(f.source and f.message and f.codes for f in findings)


def test_the_gravest_finding_comes_first():
    severities = [f.severity for f in check(["E10.9", "E11"], releases=[icd10cm()])]
    order = ["error", "warning", "hint", "not_assessed"]
    assert severities == sorted(severities, key=order.index)


def test_side_in_the_text_is_held_against_the_code():
    assert ("laterality", "warning") in found("H16.002", texts={"H16.002": "ulcer of right cornea"})
    assert ("laterality", "hint") in found("H16.009", texts={"h16009": "ulcer of right cornea"})
    assert "laterality" not in rules("H16.001", texts={"H16.001": "ulcer R cornea"})
    assert sides("left and right") >= {"left", "right", "bilateral"}
    assert sides("upright position") == set()


@pytest.mark.parametrize(
    ("code", "assertion", "warned", "sentence"),
    [
        ("C50.911", {"experiencer": "family"}, True, "a relative's cancer is not the patient's"),
        ("Z80.3", {"experiencer": "family"}, False, "family history codes say so themselves"),
        ("I21.9", {"historical": True}, True, "a past infarction is not an acute one"),
        ("I25.2", {"historical": True}, False, "old infarction says so itself"),
        ("Z86.73", {"temporality": "past"}, False, "history of stroke says so itself"),
        ("Z85.3", {"temporality": "past"}, False, "personal history too"),
        ("J18.9", {"polarity": "negated"}, True, "a denied pneumonia is not coded"),
        ("Z03.89", {"negated": True}, False, "observation for a condition ruled out"),
        ("R06.02", {"conditional": True}, False, "on exertion still happens to the patient"),
        ("I10", {}, False, "nothing asserted, nothing to say"),
    ],
)
def test_assertion_is_a_table_by_code_class(code, assertion, warned, sentence):
    assert ("assertion" in rules(code, assertions={code: assertion})) is warned, sentence


@pytest.mark.parametrize(
    ("setting", "severity"),
    [("inpatient", "hint"), ("outpatient", "warning"), ("emergency", "warning"), (None, "not_assessed")],
)
def test_uncertain_diagnoses_depend_on_the_setting(setting, severity):
    uncertain = {"J18.9": {"certainty": "probable"}}
    assert ("uncertain_diagnosis", severity) in found("J18.9", assertions=uncertain, setting=setting)


@pytest.mark.parametrize("code", ["U07.1", "B20", "A92.5", "J09.X2"])
def test_some_diagnoses_are_coded_only_when_confirmed(code):
    assert ("uncertain_diagnosis", "warning") in found(
        code, assertions={code: {"uncertain": True}}, setting="inpatient"
    )


def test_age_and_sex_edits_warn_and_name_their_source():
    assert ("age_sex", "warning") in found("C61", sex="female", age=60)
    assert ("age_sex", "warning") in found("O80", sex="F", age=70)
    assert "age_sex" not in rules("O80", sex="female", age=30)
    assert ("age_sex", "not_assessed") in found("O80")
    assert ("age_sex", "warning") in found("P59.9", sex="male", age=40)
    assert "age_sex" not in rules("P59.9", sex="male", age=0.01)


def test_outside_every_release_the_answer_is_not_assessed_never_valid():
    assert found("G35", date="2021-02-01") == {("validity", "not_assessed")}
    assert ("validity", "not_assessed") in found("I10", date=None)


def test_the_release_of_the_date_of_service_decides(tmp_path):
    path = shared("icd10cm_2021")
    manifest = import_release(tmp_path, "icd10cm", path)
    old = open_release(tmp_path, "icd10cm", manifest.digest)
    both = [old, icd10cm()]
    then = {f.rule for f in check(["M54.5"], releases=both, date="2021-02-01")}
    now = {f.rule for f in check(["M54.5"], releases=both, date=DATE)}
    assert "billable" not in then
    assert "notes" in then  # imported without its tabular list: nothing can be said of Excludes1
    assert "billable" in now


@pytest.mark.parametrize(
    "facts",
    [
        {"date": "2026-02-31"},
        {"date": "1.5.2026"},
        {"sex": "x"},
        {"age": -1},
        {"age": 200},
        {"setting": "moon"},
    ],
)
def test_facts_that_cannot_be_are_refused(facts):
    with pytest.raises(Invalid):
        check(["I10"], releases=[icd10cm()], **facts)


@pytest.mark.parametrize(
    ("note", "inside", "outside"),
    [
        ("type 1 diabetes (E10.-)", "E109", "E119"),
        ("complicating pregnancy (O10-O11, O13-O16)", "O14", "O12"),
        ("stage (N18.1-N18.6)", "N1832", "N189"),
        ("influenza (J09.X2, J10.1, J11.1)", "J09X2", "J100"),
        ("adverse effect (T36-T50 with fifth or sixth character 5)", "T40", "T51"),
        ("drug-induced [K52.1]", "K521", "K529"),
    ],
)
def test_codes_in_notes_are_ranges_a_code_is_in_or_not(note, inside, outside):
    assert references(note)
    assert refers_to(note, inside)
    assert not refers_to(note, outside)


@pytest.mark.parametrize(
    ("code", "intent"),
    [("T45515A", "adverse effect"), ("T383X6A", "underdosing"), ("T391X2A", "poisoning"), ("T360X1A", "poisoning"),
     ("T50901A", "poisoning"), ("I10", ""), ("T510X1A", ""), ("T50905A", "adverse effect")],
)  # fmt: skip
def test_the_intent_of_a_drug_code_is_in_its_characters(code, intent):
    assert drug_intent(code) == intent


def test_axes_and_flags_are_read_alike():
    assert read_assertion({"polarity": "negated", "experiencer": "family"}) == {"negated", "family"}
    assert read_assertion({"negated": True, "family": True, "uncertain": False}) == {"negated", "family"}


@pytest.mark.parametrize(
    ("codes", "rule", "sentence"),
    [
        (["M17.11", "M17.12"], "both_sides", "right and left knee: one code says bilateral"),
        (["M16.12", "M16.11"], "both_sides", "in any order"),
        (["G56.01", "G56.02"], "both_sides", "where the bilateral code is a sibling"),
        (["M17.0", "M17.11"], "both_sides", "bilateral says the right one too"),
        (["J96.01", "J96.00"], "unspecified_beside", "hypoxia said and not said"),
        (["J96.90", "J96.21"], "unspecified_beside", "across the subcategories of one category"),
        (["I50.23", "I50.9"], "unspecified_beside", "heart failure, and which"),
        (["M25.569", "M25.561"], "unspecified_beside", "the unspecified side beside a side"),
        (["E11.9", "E11.22"], "unspecified_beside", "without complications beside one"),
        (["L89.152", "L89.153"], "one_stage", "two stages of one ulcer"),
        (["F33.1", "F33.0"], "one_stage", "two severities of one episode"),
        (["N18.6", "N18.4"], "combination", "end stage beside a stage"),
        (["O80", "O72.1", "Z37.0"], "normal_delivery", "a haemorrhage makes a delivery another one"),
        (["O80", "Z37.2"], "normal_delivery", "normal delivery has one liveborn"),
        (["Z37.0"], "delivery_record", "an outcome without the delivery"),
        (["O82", "Z38.01"], "delivery_record", "mother's and newborn's codes"),
        (["O60.03", "O26.642"], "trimester", "two trimesters in one encounter"),
        (["O60.03", "Z3A.25"], "trimester", "25 weeks are no third trimester"),
        (["Z68.41"], "secondary_only", "a body mass index alone"),
        (["Z79.01"], "secondary_only", "a drug taken alone"),
        (["Z59.00", "J18.9"], "secondary_only", "a social circumstance first"),
        (["B96.20", "N39.0"], "secondary_only", "the organism before the disease"),
        (["J18.9", "R29.710"], "secondary_only", "a stroke scale without stroke"),
        (["R65.21", "A41.9"], "severe_sepsis", "septic shock first"),
        (["I21.9", "R65.20"], "severe_sepsis", "severe sepsis needs an infection"),
        (["S72.001D", "W19.XXXA"], "cause_episode", "initial cause of a subsequent encounter"),
        (["S72.001D", "W19.XXXD", "Y92.009"], "cause_episode", "the place only at first"),
    ],
)  # fmt: skip
def test_codes_that_do_not_stand_together_or_alone(codes, rule, sentence):
    assert rule in rules(*codes), sentence


@pytest.mark.parametrize(
    ("codes", "rule", "sentence"),
    [
        (["M25.561", "M25.562"], "both_sides", "knee pain has no bilateral code"),
        (["S52.501A", "S52.502A"], "both_sides", "two fractures are two injuries"),
        (["M17.11", "M16.12"], "both_sides", "two joints"),
        (["C50.911", "C50.412"], "unspecified_beside", "two breasts"),
        (["J96.01", "J44.9"], "unspecified_beside", "two conditions"),
        (["S82.201A", "S82.401A"], "unspecified_beside", "tibia and fibula"),
        (["L89.152", "L89.623"], "one_stage", "two ulcers"),
        (["T23.301A", "T23.202A"], "one_stage", "two hands"),
        (["O80", "Z37.0", "Z3A.39"], "normal_delivery", "as it should be"),
        (["O60.03", "O24.414", "Z3A.31"], "trimester", "31 weeks are the third"),
        (["E66.813", "Z68.41"], "secondary_only", "obesity first"),
        (["O26.643", "Z3A.31"], "secondary_only", "weeks with the condition"),
        (["N39.0", "B96.20"], "secondary_only", "disease, then organism"),
        (["A41.9", "R65.21"], "severe_sepsis", "infection, then shock"),
        (["S72.001A", "W19.XXXA", "Y92.009"], "cause_episode", "all initial"),
        (["S72.001B", "W19.XXXA"], "cause_episode", "B is an initial encounter"),
    ],
)
def test_codes_that_may_stand_together(codes, rule, sentence):
    assert rule not in rules(*codes), sentence


@pytest.mark.parametrize("code", ["N18.4", "L97.512", "I50.9", "A41.9"])
def test_code_first_of_what_may_be_associated_is_a_hint(code):
    assert ("code_first", "hint") in found(code)
    assert ("code_first", "warning") not in found(code)


def test_age_edits_of_pregnancies_name_source_and_version():
    assert ("age_sex", "warning") in found("O09.512", sex="F", age=12)
    assert ("age_sex", "warning") in found("O09.611", sex="F", age=30)
    assert "age_sex" not in rules("O09.512", sex="F", age=36)
    sources = {f.source for f in check(["O80"], releases=[icd10cm()], date=DATE, sex="F", age=70)}
    assert any("v43.1" in source for source in sources)
