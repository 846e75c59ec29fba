"""What a query says besides its condition, and which qualifiers of a title nobody means who does not say them."""

from __future__ import annotations

from dataclasses import dataclass

from app.terminology.icd10cm.facets import Facets, read_facets
from app.terminology.indexing.words import FILLERS, fold
from app.terminology.phrases import QueryReading


def folded(text: str) -> frozenset[str]:
    return frozenset(fold(w) for w in text.split())


SIDES = {"right": "right", "left": "left", "bilateral": "bilateral", "both": "bilateral"}
SUBSEQUENT = folded("subsequent follow followup aftercare healing review recheck clinic")
SEQUELA = folded("sequela sequelae late")
# Of an injury the 7th character decides these, not the wording.
# Words of a sentence that say nothing of a code.
IDLE = folded("the my his her their has have had got patient presented presents ago well since bit really very")
LINKS = frozenset(["of", "with", "and", "to", "or"])
EXCUSED = folded("other elsewhere")
EPISODE = SUBSEQUENT | SEQUELA | folded("routine encounter initial closed displaced nondisplaced undisplaced up visit")
# Words that only choose among codes of one condition: a wording without them still fits.
INTENT = folded("adverse underdosing accidental intentional assault undetermined")
NARROWING = (
    frozenset(SIDES)
    | SUBSEQUENT
    | SEQUELA
    | folded(
        "initial encounter side sided up closed open acute of in the due to with first visit new "
        "intentional self harm accidental undetermined assault unintentional suicide attempt"
    )
)
# A code whose title has one of these is not meant unless the query says so: (words of the title,
# words that ask for it, what it costs).
UNASKED = tuple(
    (folded(title), folded(title + " " + asks), cost)
    for title, asks, cost in (
        ("subsequent", "follow followup aftercare healing delayed nonunion malunion", 0.15),
        ("sequela", "sequelae late old residual", 0.15),
        ("open", "compound", 0.08),
        ("nonunion malunion delayed", "", 0.15),
        (
            "pregnancy childbirth puerperium trimester obstetric",
            "pregnant maternal gestational labor delivery postpartum eclampsia preeclampsia fetal",
            0.15,
        ),
        ("newborn fetus neonatal perinatal", "baby infant fetal liveborn", 0.12),
        ("history", "ex former past status survivor", 0.12),
        ("family", "mother father", 0.1),
        (
            "poisoning underdosing adverse",
            "overdose toxicity intentional accidental toxic reaction effect",
            0.1,
        ),
        ("elsewhere", "", 0.04),
        ("drug chemical", "induced medication", 0.1),
        ("underlying", "secondary", 0.12),
        (
            "postprocedural intraoperative complicating",
            "postoperative complication surgery following after",
            0.08,
        ),
        (
            "malignant",
            "cancer carcinoma tumor sarcoma lymphoma leukemia melanoma malignancy metastatic metastasis "
            "metastase mass neoplasm",
            0.12,
        ),
        ("screening", "screen", 0.06),
        ("right left bilateral", "both", 0.05),
        ("chronic", "longstanding", 0.03),
        ("subacute hematogenous multifocal", "", 0.05),
        ("other", "", 0.05),
        ("comminuted spiral segmental transverse oblique torus greenstick", "buckle", 0.04),
        ("assault", "attack attacked homicide stabbed stabbing hit punched abuse fight", 0.1),
        ("harm", "suicide suicidal deliberate intentional", 0.1),
        ("undetermined", "", 0.1),
        ("terrorism military war legal", "police", 0.15),
        ("nontraffic boarding alighting wheeled", "driveway wheeler rickshaw parked", 0.08),
        ("pathological stress", "pathologic", 0.08),
        ("mild moderate severe", "", 0.04),
        ("foreign", "retained", 0.12),
        ("vessel nerve tendon", "vascular artery vein neural", 0.15),
        ("juvenile", "child", 0.05),
        ("acquired", "", 0.12),
        ("stable septic", "", 0.04),
        ("congenital", "birth", 0.05),
        ("traumatic", "injury trauma", 0.12),
        ("secondary", "metastatic metastasi metastasis mets", 0.03),
    )
)


@dataclass(frozen=True)
class Asked:
    """What a query says besides the condition."""

    words: frozenset[str]
    anyhow: frozenset[str]  # with the words of second meanings
    facets: Facets
    denied: frozenset[str]  # what it says there is not
    encounter: str  # the 7th character asked for: A, D, S, or B and on for fractures


def asked(readings: list[QueryReading]) -> Asked:
    """What the best reading and the words as typed say; second meanings would ask for too much."""
    if not readings:
        return Asked(frozenset(), frozenset(), {}, frozenset(), "A")
    anyhow = frozenset(w for r in readings for w in r.words)
    readings = readings[:1] + readings[-1:]
    said = frozenset(w for r in readings for w in r.words)
    facets: dict[str, frozenset[str]] = {}
    for reading in readings[::-1]:
        facets |= read_facets(reading.words)
    facets.pop("encounter", None)
    # Read as type 2 by default, diabetes was not said to be of a type.
    if folded("diabetes dm") & set(readings[-1].words) and "type" not in read_facets(readings[-1].words):
        facets.pop("type", None)
        said -= {"type", "1", "2"}
    denied = frozenset(w for r in readings for w in _denied(r.words)) - FILLERS
    return Asked(said, anyhow | said, facets, denied, _encounter(said, facets))


def _denied(said: tuple[str, ...]) -> tuple[str, ...]:
    """The three words after `without` or `no`."""
    at = next((n for n, word in enumerate(said) if word in ("without", "no", "non")), len(said))
    return said[at + 1 : at + 4]


def _encounter(said: frozenset[str], facets: Facets) -> str:
    """The 7th character: fractures distinguish closed and open, and how they heal (I.C.19.c)."""
    if said & SEQUELA:
        return "S"
    healing = next(iter(facets.get("healing", ())), "")
    opened = "open" in facets.get("wound", ())
    severe = "3" in facets.get("open type", ())
    if "fracture" in said and healing in ("delayed", "nonunion", "malunion"):
        return {"delayed": "GHJ", "nonunion": "KMN", "malunion": "PQR"}[healing][(opened + severe) if opened else 0]
    if said & SUBSEQUENT:
        return ("DEF"[opened + severe] if opened else "D") if "fracture" in said else "D"
    return ("ABC"[opened + severe] if opened else "A") if "fracture" in said else "A"
