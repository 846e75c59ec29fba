"""Rules over the codes of one encounter: `check(...)` runs every registered rule."""

from app.terminology.coding_rules.case import CODING_RULES, CheckedEncounter, Facts, Finding
from app.terminology.coding_rules.checking import check

__all__ = ["CODING_RULES", "CheckedEncounter", "Facts", "Finding", "check"]
