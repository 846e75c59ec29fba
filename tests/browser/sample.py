"""A synthetic note with suggestions, two readings of it, a report, a metadata record and a guideline: written by us."""

NOTE = """DISCHARGE SUMMARY
Admitted 12/03, discharged 17/03. Ward 4B.

HISTORY OF PRESENTING COMPLAINT
67-year-old woman with type 2 diabetes mellitus and hypertension, presenting with two days of productive cough and fever. No chest pain. Denies haemoptysis. Possible exposure to tuberculosis at work. Her father had a myocardial infarction at 58.

MEDICATION
Metformin 500 mg b.d., amlodipine 5 mg o.d. Commenced on amoxicillin-clavulanate 625 mg t.d.s. on day 1. After the second dose she developed a widespread maculopapular rash and pruritus; amoxicillin-clavulanate was stopped and the rash resolved in 48 hours. If fever recurs, consider pulmonary embolism. 👩🏽‍⚕️ reviewed.

INVESTIGATIONS
CXR: right lower lobe consolidation, no pleural effusion. CRP 142, creatinine 88.
Blood cultures: no growth. Sputum AFB negative x3.

IMPRESSION
1. Community-acquired pneumonia, improving.
2. Drug eruption, probably due to amoxicillin-clavulanate.
3. Type 2 diabetes mellitus, stable.

PLAN
Complete doxycycline. Avoid penicillins. Review in clinic in 6 weeks.
"""

LABELS = [
    ("problem", "Problem", "DX"), ("symptom", "Symptom", "SX"), ("medication", "Medication", "RX"), ("dose", "Dose", "DOSE"),
    ("adverse_event", "Adverse event", "AE"), ("test", "Test", "TEST"), ("anatomy", "Anatomy", "ANAT"),
]
SCHEMA = {
    "key": "clinical", "title": "Clinical", "modality": "notes", "version": "1",
    "labels": [
        {"key": k, "title": t, "tag": g, "color": i, "class": "critical" if k == "adverse_event" else "routine", "section": s}
        for i, ((k, t, g), s) in enumerate(zip(LABELS, ["3", "3", "5", "5", "4", "7", "7"], strict=True))
    ],
    "relations": [
        {"key": "causes", "title": "causes", "head": ["medication"], "tail": ["adverse_event", "symptom"]},
        {"key": "dose_of", "title": "dose of", "head": ["dose"], "tail": ["medication"]},
        {"key": "treats", "title": "treats", "head": ["medication"], "tail": ["problem", "symptom"]},
    ],
}
GUIDELINE = [
    ("3", "Problems", "Mark the longest noun phrase that names the problem."),
    ("4", "Adverse events", "Mark the reaction, not the drug. Include severity words that are adjacent."),
    ("4.2", "Span of a rash", "Take the longest noun phrase: <strong>widespread maculopapular rash</strong>."),
    ("5", "Medication", "Name and dose are two entities, linked."),
    ("6", "Negation", "“No …”, “denies …” and “… is not documented” are negated."),
    ("7", "Tests", "Mark the name of the test, not its value."),
]
WORDS = [
    ("type 2 diabetes mellitus", "problem", {}), ("hypertension", "problem", {}), ("productive cough", "symptom", {}), ("fever", "symptom", {}),
    ("chest pain", "symptom", {"polarity": "negated"}), ("haemoptysis", "symptom", {"polarity": "negated"}),
    ("tuberculosis", "problem", {"certainty": "possible"}), ("myocardial infarction", "problem", {"experiencer": "family"}),
    ("Metformin", "medication", {}), ("500 mg b.d.", "dose", {}), ("amlodipine", "medication", {}), ("5 mg o.d.", "dose", {}),
    ("amoxicillin-clavulanate", "medication", {}), ("625 mg t.d.s.", "dose", {}), ("widespread maculopapular rash", "adverse_event", {}),
    ("maculopapular rash", "symptom", {}), ("pruritus", "adverse_event", {}), ("pulmonary embolism", "problem", {"hypothetical": True}), ("CXR", "test", {}),
    ("right lower lobe", "anatomy", {}), ("pleural effusion", "problem", {"polarity": "negated"}), ("CRP", "test", {}), ("creatinine", "test", {}),
    ("Blood cultures", "test", {}), ("Community-acquired pneumonia", "problem", {}), ("Drug eruption", "adverse_event", {}), ("doxycycline", "medication", {}),
]


def entities(text, words=WORDS):
    """Entities as a pipeline tells them, with the cue of a marked assertion."""
    found = []
    for word, label, axes in words:
        start = text.index(word)
        cue = [{"axis": next(iter(axes)), "cue": "rule", "start": start - 3, "end": start - 1}] if axes else []
        found.append({"start": start, "end": start + len(word), "label": label, "assertion": axes, "codes": [], "because": cue})
    return found


def suggestion(text, words=WORDS):
    """What the pipeline of the tests says of the sample note; of another text, nothing."""
    return {"entities": entities(text, words) if text == NOTE else [], "relations": []}


def read_elements(text, words):
    """Confirmed elements of a reader who started from a blank note."""
    return {
        f"e{i}": {
            "kind": "entity", "fragments": [[found["start"], found["end"]]], "label": found["label"], "assertion": dict(found["assertion"]),
            "codes": [], "status": "confirmed", "origin": {"by": "human"},
        }
        for i, found in enumerate(entities(text, words))
    }


def readings(text):
    """Two finished readings that differ in an omission, a boundary, a relation, a label, an attribute and a code."""
    words = [WORDS[i] for i in (0, 1, 2, 4, 6, 12, 14, 16, 17, 24)]
    a, b = read_elements(text, words), read_elements(text, words)
    start = text.index("maculopapular rash")
    b["e6"]["fragments"] = [[start, start + len("maculopapular rash")]]
    b["e7"]["label"] = "symptom"
    b["e8"]["assertion"] = {"certainty": "possible"}
    del b["e2"]
    code = {"system": "icd10cm", "release": "2026-04"}
    a["e9"]["codes"], b["e9"]["codes"] = [code | {"code": "J18.9"}], [code | {"code": "R05.9"}]
    human = {"status": "confirmed", "origin": {"by": "human"}}
    a["r1"] = {"kind": "relation", "type": "causes", "head": "e5", "tail": "e6", "certainty": "probable"} | human
    return [{"elements": a}, {"elements": b}]


REPORT = """CHEST RADIOGRAPH
Comparison: none.
FINDINGS: The cardiac silhouette is enlarged. No pneumothorax. Possible small left pleural effusion.
A PICC line ends in the superior vena cava.
IMPRESSION: Cardiomegaly.
"""
FINDINGS = [("no_finding", "No Finding"), ("cardiomegaly", "Cardiomegaly"), ("pleural_effusion", "Pleural Effusion"),
            ("pneumothorax", "Pneumothorax"), ("support_devices", "Support Devices")]
REPORT_SCHEMA = {
    "key": "chexpert", "title": "Chest", "modality": "reports", "version": "1",
    "labels": [{"key": k, "title": t, "color": i, "class": "critical" if k == "pneumothorax" else "routine"} for i, (k, t) in enumerate(FINDINGS)],
}


def report_suggestion(text):
    start = text.index("cardiac silhouette is enlarged")
    return {"elements": [{"label": "cardiomegaly", "value": "positive", "evidence": [[start, start + 30]]}]}


METADATA = """{"fields": {"BodyPartExamined": "CHEST", "Laterality": "R", "Modality": "CR", "PatientAge": "90Y"}}"""
METADATA_SCHEMA = {
    "key": "header", "title": "Header", "modality": "imaging", "version": "1",
    "labels": [
        {"key": "Modality", "title": "Modality", "VR": "CS", "class": "routine"},
        {"key": "BodyPartExamined", "title": "Body part", "VR": "CS", "class": "routine"},
        {"key": "Laterality", "title": "Laterality", "VR": "CS", "allowed": ["L", "R", "B", "U"], "class": "significant"},
        {"key": "PatientAge", "title": "Age", "VR": "AS", "class": "routine"},
    ],
}
