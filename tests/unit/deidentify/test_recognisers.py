"""What goes and what stays: one row per form, with the class of the rule it belongs to."""

import pytest

GOES = [
    # A, names
    ("Seen with Dr. Young today.", "NAME", "Young"),
    ("Mr. James T. was admitted.", "NAME", "James T."),
    ("OSCAR, JOHNNY was seen.", "NAME", "OSCAR, JOHNNY"),
    ("Attending: Roger C Kelly, MD", "NAME", "Roger C Kelly"),
    ("His wife Jessy called.", "NAME", "Jessy"),
    ("The children Ann, Romi and Erik came.", "NAME", "Romi"),
    ("I saw olivia anderson in clinic.", "NAME", "olivia anderson"),
    ("Dictated by: Maria de la Cruz", "NAME", "Maria de la Cruz"),
    # B, places and organisations
    ("He lives at 123 Park Drive, San Diego, CA 92101.", "LOCATION", "123 Park Drive, San Diego, CA 92101"),
    ("She lives in Smallville.", "LOCATION", "Smallville"),
    ("ZIP: 03601", "LOCATION", "03601"),
    ("GPS 40.7128,-74.0060 noted", "LOCATION", "40.7128,-74.0060"),
    ("Her postcode is SW1A 1AA now", "LOCATION", "SW1A 1AA"),
    ("Treated at Mt. Sinai in May.", "ORGANIZATION", "Mt. Sinai"),
    ("Transferred to Elm Clinic.", "ORGANIZATION", "Elm Clinic"),
    ("He works for Acme Widgets Inc", "ORGANIZATION", "Acme Widgets Inc"),
    ("HE CAME FROM CEDAR HOLLOW ASSISTED LIVING AFTER A FALL.", "ORGANIZATION", "CEDAR HOLLOW ASSISTED LIVING"),
    ("Copy to Dr Venk, The Old Mill Surgery, thanks.", "ORGANIZATION", "The Old Mill Surgery"),
    ("resident at meadow lodge care home, hoisted.", "ORGANIZATION", "meadow lodge care home"),
    ("Under Tees and Wear Valleys NHS Trust.", "ORGANIZATION", "Tees and Wear Valleys NHS Trust"),
    ("Rep from Cobalt Ortho present.", "ORGANIZATION", "Cobalt Ortho"),
    ("Employer: Harvest Gold Bakeries. Asthma.", "ORGANIZATION", "Harvest Gold Bakeries"),
    ("Writes for The Evening Post as well.", "ORGANIZATION", "The Evening Post"),
    ("Body released to Kowal & Sons.", "ORGANIZATION", "Kowal & Sons"),
    ("Walks the dog in Hollow Rock Park daily.", "LOCATION", "Hollow Rock Park"),
    ("Address: 22 The Paddocks, Athlone, today", "LOCATION", "22 The Paddocks, Athlone"),
    ("Household: Tevita (pt), well.", "NAME", "Tevita"),
    ("Scrub: Nkechi. Runner: Tove.", "NAME", "Nkechi"),
    ("Children Zofia, 14 and Max, 11, healthy.", "NAME", "Max"),
    ("pts sister kavitha rang at 0200, very upset", "NAME", "kavitha"),
    ("mark young 45m, new pt", "NAME", "mark young"),
    ("Pt's dog Biscuit secured.", "NAME", "Biscuit"),
    ("moved from ketchikan in february for work", "LOCATION", "ketchikan"),
    # C, dates and ages
    ("Discussed by phone today 4/4 at 11:20.", "DATE", "4/4"),
    ("Seen on 2/12 for follow-up", "DATE", "2/12"),
    ("Seen 12.02.24 again", "DATE", "12.02.24"),
    ("Since Feb '24 better", "DATE", "Feb '24"),
    ("On the 15th of January 2022 he fell", "DATE", "15th of January 2022"),
    ("On 2024-03-05T10:30:00 noted", "DATE", "2024-03-05T10:30:00"),
    ("Fell on Christmas Day", "DATE", "Christmas Day"),
    ("Came on Tuesday", "DATE", "Tuesday"),
    ("Born 1931, seen in 2024.", "DATE", "1931"),
    ("age 90", "AGE", "90"),
    ("A 92yo man", "AGE", "92"),
    ("This nonagenarian lives alone", "AGE", "nonagenarian"),
    # D to F
    ("Call 617-555-0123 x45", "PHONE", "617-555-0123 x45"),
    ("pager 12345", "PHONE", "12345"),
    ("reach him at x4-1234", "PHONE", "x4-1234"),
    ("Fax: (617) 555-0199", "FAX", "(617) 555-0199"),
    ("Tel. +44 20 7946 0958", "PHONE", "+44 20 7946 0958"),
    ("mail j.doe@example.com", "EMAIL", "j.doe@example.com"),
    # G to M
    ("SSN: 123-45-6789", "SSN", "123-45-6789"),
    ("SSN ends 1122", "SSN", "1122"),
    ("MRN: 0012345", "MRN", "0012345"),
    ("Medicare id 1EG4-TE5-MK73 on file", "HEALTH_PLAN", "1EG4-TE5-MK73"),
    ("policy number HP-987654", "HEALTH_PLAN", "HP-987654"),
    ("account no. 4455667", "ACCOUNT", "4455667"),
    ("card 4111111111111111 charged", "ACCOUNT", "4111111111111111"),
    ("DEA BF1234563", "LICENSE", "BF1234563"),
    ("NPI 1234567893", "LICENSE", "1234567893"),
    ("VIN 1HGCM82633A004352", "VEHICLE", "1HGCM82633A004352"),
    ("pacemaker serial 12AB-934", "DEVICE", "12AB-934"),
    # N to R
    ("see www.example.org/p/1 for", "URL", "www.example.org/p/1"),
    ("from 203.0.113.7 logged", "IP", "203.0.113.7"),
    ("from 2001:db8::1 logged", "IP", "2001:db8::1"),
    ("fingerprint id 77812", "BIOMETRIC", "77812"),
    ("accession #A1234567", "ID", "#A1234567"),
    ("study id RX-87654321", "ID", "RX-87654321"),
    ("the mayor of Springfield came", "PROFESSION", "mayor of Springfield"),
]

STAYS = [
    "Parkinson disease and Hodgkin lymphoma.",
    "A Foley catheter was placed.",
    "Positive Chaddock reflex, Wells score 3.",
    "The lesion measured 12 mm.",
    "POD#3: tolerating diet.",
    "White cells 12000, platelets 250000 per microlitre.",
    "A 89-year-old man, age 89.",
    "Diagnosed with hypertension in 2021.",
    "Strength 5/5, murmur 2/6, 3/12 nodes positive.",
    "BP 120/80, HR 72, SpO2 98% on 2 L.",
    "HbA1c 7.2 %, INR 2.0-3.0, sodium 138.",
    "Symptoms began 3 days ago, worse in the morning.",
    "She may walk. Will follow up. March in place.",
    "Lives in California.",
    "T2DM, COPD stage III, L4-L5 disc, vitamin B12.",
    "ST elevation in leads V2-V4.",
    "Levothyroxine 125 mcg daily, Lantus 20 units.",
    "SARS-CoV-2 negative, IL-6 and CD34 normal.",
]


@pytest.mark.parametrize(("text", "kind", "value"), GOES, ids=[v for _, _, v in GOES])
def test_an_identifier_goes(found, text, kind, value):
    assert (kind, value) in found(text)


@pytest.mark.parametrize("text", STAYS)
def test_clinical_text_stays(found, text):
    assert found(text) == []


def test_a_name_found_once_is_found_again(found):
    assert found("Dr. Okonkwo called. Later Okonkwo came.").count(("NAME", "Okonkwo")) == 2


def test_a_term_named_like_the_doctor_stays(found):
    kept = found("Dr. Wilson noted Wilson disease.")
    assert kept == [("NAME", "Wilson")]


def test_the_year_of_a_public_event_goes_and_the_year_of_care_stays(found):
    assert ("DATE", "1977") in found("The orchestra was founded in 1977.")
    assert found("He had a stroke in 1997.") == []
