"""What ordinary notes hold: capitals throughout, no capitals at all, several titles, everyday names, towns abroad."""

import pytest

from app.deidentify.note import Note
from app.privacy.engines import rules_engine

# text, what must go whole, words that must stay
CAPITALS = [
    ("PATIENT EMPLOYED AT AMAZON. LIVES ALONE.", ["AMAZON"], ["EMPLOYED", "LIVES", "ALONE"]),
    ("ATTENDS GRACE BAPTIST CHURCH EVERY SUNDAY.", ["GRACE BAPTIST CHURCH"], ["ATTENDS", "EVERY"]),
    ("WORKS AT A WAREHOUSE. VOLUNTEERS AT RIVERSIDE METHODIST CHURCH.", ["RIVERSIDE METHODIST CHURCH"], ["VOLUNTEERS"]),
    (
        "PATIENT WORKS AT WALMART AND LIVES WITH HER DAUGHTER JANET.",
        ["WALMART", "JANET"],
        ["WORKS", "LIVES", "DAUGHTER"],
    ),
    ("MOTHER ROSE MARTINEZ CALLED. INSTRUCTED TO RETURN.", ["ROSE MARTINEZ"], ["CALLED", "INSTRUCTED"]),
    ("DISCHARGED TO MAPLE GROVE NURSING HOME WITH HOME OXYGEN.", ["MAPLE GROVE"], ["WITH", "OXYGEN", "DISCHARGED"]),
    ("STUDENT AT LINCOLN HIGH SCHOOL. PLAYS SOCCER.", ["LINCOLN"], ["STUDENT", "PLAYS", "SOCCER"]),
    ("TRANSFERRED FROM ST MARY HOSPITAL FOR HIGHER LEVEL CARE.", ["ST MARY HOSPITAL"], ["FOR", "HIGHER", "CARE"]),
    ("FOLLOWED AT CLEVELAND CLINIC FOR CROHN'S DISEASE.", ["CLEVELAND CLINIC"], ["FOLLOWED", "CROHN", "DISEASE"]),
    ("LIVES IN DAYTON WITH HUSBAND. WORKS AT KROGER.", ["DAYTON", "KROGER"], ["LIVES", "HUSBAND", "WORKS"]),
    ("RESIDES AT SUNNYVALE MANOR. DENIES FALLS.", ["SUNNYVALE MANOR"], ["RESIDES", "DENIES", "FALLS"]),
    ("NO ACUTE DISTRESS. WILL CONTINUE LASIX. HOPE TO DISCHARGE SOON.", [], ["HOPE", "LASIX", "WILL", "DISTRESS"]),
]
LOWER_CASE = [
    ("his wife amy will pick up at cvs on main street", ["amy", "cvs", "main street"], ["wife", "pick"]),
    ("pt john smith called re refill, lives in springfield", ["john smith", "springfield"], ["refill", "called"]),
    ("her son mike lives on oak avenue", ["mike", "oak avenue"], ["son", "lives"]),
    ("meds sent to walgreens on 5th ave", ["walgreens", "5th ave"], ["meds"]),
    ("rx called in to rite aid on elm street per pt request", ["rite aid", "elm street"], ["request"]),
    ("lives with wife and two cats in springfield il", ["springfield il"], ["wife", "cats"]),
    ("spoke with sister joan who lives in albany", ["joan", "albany"], ["spoke"]),
    ("mom anna called, he fell on park road yesterday", ["anna", "park road"], ["fell"]),
    ("works at ziebarth as a welder", ["ziebarth"], ["welder"]),
    ("Plan: pt moved to toledo. His brother kevin agrees.", ["toledo", "kevin"], ["Plan", "agrees"]),
    ("his daughter will drive him home", [], ["will", "daughter", "home"]),
    ("her husband is at work, wife reports no falls", [], ["work", "falls", "reports"]),
    ("pt lives in assisted living, works at home and at night", [], ["assisted", "living", "home", "night"]),
    ("no target lesion, dose on target, walks across the street", [], ["target", "lesion", "street"]),
]
TITLES = [
    ("Seen by Prof. Dr. Jürgen Müller on rounds.", ["Jürgen Müller"], ["Prof", "Dr"]),
    ("Referred by Prof. Dr. med. Anna Schmidt.", ["Anna Schmidt"], ["Prof", "Dr"]),
    ("Discussed with Prof. Lee and Prof. Dr. Karim.", ["Lee", "Karim"], ["Prof", "Dr"]),
    ("Dr. Prof. Hans Weber signed.", ["Hans Weber"], ["Dr"]),
    ("Prof Anita Rao reviewed the scan.", ["Anita Rao"], ["Prof", "reviewed"]),
    ("Will Young saw Grace Long in clinic today.", ["Will Young", "Grace Long"], ["saw", "clinic"]),
    ("May Brown called about results.", ["May Brown"], ["called"]),
    ("Mark Price brought her in.", ["Mark Price"], ["brought"]),
    ("Grace Long was seen by Will Young.", ["Grace Long", "Will Young"], ["seen"]),
    ("Will discuss with family. Young man, long history.", [], ["Will", "Young", "long"]),
    ("May need surgery. White count is normal. Long term care.", [], ["May", "White", "Long"]),
]
TOWNS = [
    ("Seen in Bad Homburg by her GP. 61348 Bad Homburg v.d.H.", ["61348 Bad Homburg v.d.H.", "Bad Homburg"], ["Seen"]),
    ("80331 München", ["80331 München"], []),
    ("Sent to 50667 Köln for rehab.", ["50667 Köln"], ["rehab"]),
    ("Born in Oberursel. The Oberursel choir sang.", ["Oberursel"], ["choir"]),
    ("Living in Aldermere. Later the Aldermere bus was late.", ["Aldermere"], ["bus"]),
    ("Moved from Kirchzarten. He likes Kirchzarten.", ["Kirchzarten"], ["likes"]),
    ("He lives at 75011 Paris.", ["75011 Paris"], ["lives"]),
    ("Spa in Bad Nauheim did help.", ["Bad Nauheim"], ["help"]),
    ("Address: Louisenstr. 12, 61348 Bad Homburg v.d.H.", ["61348 Bad Homburg v.d.H."], ["Address"]),
    ("WBC 12000 Neutrophils 60. Dose 25000 Units given.", [], ["Neutrophils", "Units"]),
    ("Bad Headache since Monday, bad breath.", [], ["Bad", "Headache"]),
]
COMPANIES = [
    ("Ann Miller\nQuarry Data\n12 Oak Street\nDayton, OH", ["Quarry Data"], []),
    ("> Ann Miller\n> Topfolder\n> 12 Oak Street", ["Topfolder"], []),
    ("Paid by stillwater computing inc. last month", ["stillwater computing inc"], ["Paid", "month"]),
    ("I work for 48 Factoring Inc", ["48 Factoring Inc"], ["work"]),
    ("Brightfolk is a design agency based abroad.", ["Brightfolk"], ["agency"]),
    ("The Legiscope office is at the harbour.", ["Legiscope"], ["office"]),
    ("She spent a year at Simplefee as an assistant.", ["Simplefee"], ["assistant"]),
]


@pytest.mark.parametrize(("text", "gone", "stays"), CAPITALS + LOWER_CASE + TITLES + TOWNS + COMPANIES)
def test_identifiers_go_whole_and_the_sentence_stays(text, gone, stays):
    spans = rules_engine().find([Note(text)])[0]
    hidden = "".join(" " if any(s.start <= i < s.end for s in spans) else c for i, c in enumerate(text))
    assert [value for value in gone if value in hidden or not _covered(text, spans, value)] == []
    assert [word for word in stays if word not in hidden] == []


def test_a_town_of_one_note_is_found_in_the_others_of_the_patient():
    first, second = Note("Lives in Aldermere with her aunt."), Note("The Aldermere choir visited.")
    found = rules_engine().find([first, second])[1]
    assert [second.text[s.start : s.end] for s in found] == ["Aldermere"]


def _covered(text, spans, value):
    start = text.index(value)
    letters = [i for i in range(start, start + len(value)) if text[i].isalnum()]
    return all(any(s.start <= i < s.end for s in spans) for i in letters)
