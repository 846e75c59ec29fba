"""Everything the server can do, by name. Add a part: one file, and one line here."""

from __future__ import annotations

from app.terminology.coding_rules import CODING_RULES
from app.terminology.importers.protocol import CODE_SYSTEMS

# Command groups of `flask --app wsgi`, one file each.
COMMANDS = ("app.cli.terminology:terminology",)

# Formats of code systems, one importer each.
CODE_SYSTEM_IMPORTERS = (
    "app.terminology.importers.icd10cm:Icd10Cm",
    "app.terminology.importers.icd10cm_index:Icd10CmIndex",
    "app.terminology.importers.icd10pcs:Icd10Pcs",
    "app.terminology.importers.claml:Icd10Who",
    "app.terminology.importers.rf2:Rf2",
    "app.terminology.importers.snomed_gps:SnomedGps",
    "app.terminology.importers.rxnorm:RxNorm",
    "app.terminology.importers.meddra:MedDra",
    "app.terminology.importers.whodrug:WhoDrug",
    "app.terminology.importers.loinc:Loinc",
    "app.terminology.importers.atc:Atc",
    "app.terminology.importers.own:Own",
)

# Checks over the codes of one encounter.
CODING_RULE_PARTS = (
    "app.terminology.coding_rules.completeness:Exists",
    "app.terminology.coding_rules.completeness:Billable",
    "app.terminology.coding_rules.completeness:Dated",
    "app.terminology.coding_rules.completeness:Instructed",
    "app.terminology.coding_rules.conflicts:Excludes1",
    "app.terminology.coding_rules.conflicts:Once",
    "app.terminology.coding_rules.conflicts:Combination",
    "app.terminology.coding_rules.sequencing:CodeFirst",
    "app.terminology.coding_rules.sequencing:UseAdditional",
    "app.terminology.coding_rules.sequencing:DrugSequence",
    "app.terminology.coding_rules.sequencing:NeverFirst",
    "app.terminology.coding_rules.person:AgeSex",
    "app.terminology.coding_rules.against_text:Laterality",
    "app.terminology.coding_rules.against_text:Assertion",
)


def load() -> None:
    """Fill every registry."""
    CODE_SYSTEMS.register(*CODE_SYSTEM_IMPORTERS)
    CODING_RULES.register(*CODING_RULE_PARTS)
