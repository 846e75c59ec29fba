"""One sentence for each class of rule that finds mentions without a list of names."""

import pytest

MENTIONS = [
    # substances no list holds
    ("He was treated with 8-methoxyfluroquinol.", "8-methoxyfluroquinol", "MEDICATION"),
    ("The rats received SKF-38393.", "SKF-38393", "MEDICATION"),
    ("On carvedilol, zeptidigoxin and warfarin.", "zeptidigoxin", "MEDICATION"),
    ("Pentoxifylline (Zortenal) was given.", "Zortenal", "MEDICATION"),
    ("MEDICATIONS:\n1. Zelorax\n2. Colace", "Zelorax", "MEDICATION"),
    ("Hydroxycamptothecin and lipiodol.", "lipiodol", "MEDICATION"),
    ("She takes an ACE inhibitor.", "ACE inhibitor", "MEDICATION"),
    # what is wrong with a measure or an organ
    ("Elevation of CPK was seen.", "Elevation of CPK", "PROBLEM"),
    ("Blood potassium decreased.", "potassium decreased", "PROBLEM"),
    ("A dilated left atrium.", "dilated left atrium", "PROBLEM"),
    ("Thickening of the mitral valve.", "Thickening of the mitral valve", "PROBLEM"),
    ("Decreased breath sounds on the left.", "Decreased breath sounds", "SYMPTOM"),
    ("The left ventricle was dilated.", "dilated", "SYMPTOM"),
    # diseases by the name before them, or by what is lacking
    ("A family with Zorrie disease.", "Zorrie disease", "PROBLEM"),
    ("Zort-Hippel syndrome was found.", "Zort-Hippel syndrome", "PROBLEM"),
    ("She has carnitine deficiency.", "carnitine deficiency", "PROBLEM"),
    ("APRT-deficient patients.", "APRT-deficient", "PROBLEM"),
    # patients' words
    ("I was unable to sleep.", "unable to sleep", "SYMPTOM"),
    ("Could hardly walk after a week.", "hardly walk", "SYMPTOM"),
    ("I had trouble falling asleep.", "trouble falling asleep", "SYMPTOM"),
    ("It made me feel so weird.", "feel so weird", "SYMPTOM"),
    ("I gained about 20 lbs.", "gained about 20 lbs", "SYMPTOM"),
    ("She is losing hair.", "losing hair", "SYMPTOM"),
    ("I often get headaches.", "headaches", "SYMPTOM"),
    ("No libido and vivid dreams.", "vivid dreams", "SYMPTOM"),
    # the place in the name of a problem
    ("Pulmonary embolism.", "Pulmonary", "ANATOMY"),
    # results in words
    ("Blood cultures were negative.", "negative", "LAB_VALUE"),
    ("Renal function was within normal limits.", "within normal limits", "LAB_VALUE"),
    ("Her Hct dropped to 24.", "24", "LAB_VALUE"),
    # doses and times
    ("Aspirin 81 mg: one (1) tablet PO daily.", "one (1) tablet", "DOSE"),
    ("Two weeks later she fell ill.", "Two weeks later", "TIME"),
    ("On the 9th POD he left.", "9th POD", "TIME"),
    ("Fever for 3 weeks.", "3 weeks", "DURATION"),
    ("Seen on 12/03/2011 at 14:30.", "12/03/2011", "TIME"),
    ("Surgery in 1998.", "1998", "TIME"),
]

SILENCES = [
    ("Vitamin E deficiency.", "Vitamin E"),
    ("Body weight was 83 kg.", "83 kg/DOSE"),
    ("A T2bN0M0G3 tumor.", "0G"),
    ("An S1 and S2 were heard.", "S1"),
    ("His PCP was called.", "PCP"),
    ("The levels decreased.", "levels decreased"),
    ("The disease progressed.", "The disease"),
    ("Metformin, diet and exercise.", "diet/MEDICATION"),
    ("Gentamicin (Sigma) was used.", "Sigma"),
    ("We monitor liver function tests.", "monitor"),
]


@pytest.mark.parametrize(("text", "covered", "label"), MENTIONS)
def test_each_rule_finds_its_kind(tag, text, covered, label):
    tagged = tag(text)
    assert label in {entity.label for entity in tagged.all(covered)}, tagged.labels()


@pytest.mark.parametrize(("text", "unwanted"), SILENCES)
def test_what_only_looks_like_it_is_left_alone(tag, text, unwanted):
    covered, _, label = unwanted.partition("/")
    assert [entity for entity in tag(text).all(covered) if not label or entity.label == label] == []


@pytest.mark.parametrize(("text", "covered", "label"), MENTIONS)
def test_every_suggestion_names_its_rule_and_where_it_stands(tag, text, covered, label):
    entity = next(entity for entity in tag(text).all(covered) if entity.label == label)
    first = entity.because[0]
    assert first["rule"]
    assert (first["start"], first["end"]) == (entity.start, entity.end)


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("Pulmonary embolism.", ("located_in", "Pulmonary embolism", "Pulmonary")),
        ("A mass involving the left kidney.", ("located_in", "mass", "kidney")),
        ("The liver was enlarged.", ("located_in", "enlarged", "liver")),
        ("Blood cultures were negative.", ("has_value", "Blood cultures", "negative")),
    ],
)
def test_places_and_results_are_linked(tag, text, link):
    assert link in tag(text).links()


def test_a_drug_given_for_a_complaint_is_not_its_cause(tag):
    assert not {link for link in tag("Had headache, given ibuprofen.").links() if link[0] == "causes"}
    assert ("causes", "amoxicillin", "rash") in tag("She was given amoxicillin and developed a rash.").links()


@pytest.mark.parametrize(
    "piece", ["unable to ", "gained about ", "aspirin, ", "for 3 weeks ", "(", "C2- ", "at 3 weeks "]
)
def test_hostile_repetition_is_tagged_in_full(tag, piece):
    assert tag(piece * 2000 + "fever.").all("fever")
