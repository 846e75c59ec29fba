"""Words that make the names of hospitals and companies."""

from __future__ import annotations

from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.wordset import wordset

HEADS = words("organisation_heads")
CORES = words("organisation_cores")
INNER = words("organisation_inner")
GENERIC_BEFORE = words("organisation_generic_before")
COMPANY_TAILS = wordset(
    """
    inc llc ltd corp corporation gmbh plc company co incorporated limited group partners holdings
    industries bros llp lp pty bv ag associates brothers
    """
)
