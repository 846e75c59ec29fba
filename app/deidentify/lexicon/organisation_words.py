"""Words that make the names of hospitals and companies."""

from __future__ import annotations

import re

from app.deidentify.lexicon.lists import words
from app.deidentify.lexicon.wordset import wordset

HEADS = words("organisation_heads")
CORES = words("organisation_cores")
INNER = words("organisation_inner")
GENERIC_BEFORE = words("organisation_generic_before")
COMPANY_TAILS = wordset(
    """
    inc llc ltd corp corporation gmbh plc company co incorporated limited group partners holdings
    industries bros llp lp pty bv ag associates brothers software technologies
    consulting logistics couriers haulage bakeries airlines motors pllc
    """
)
# What stands for a name that was taken out before.
PLACEHOLDERS = wordset("abc abcd abcde xyz xyza xxx xxxx xxxxx")
# The legal form behind a name: ", P.C.".
LEGAL = re.compile(r",?\s(?:P\.\s?[CA]\.|PLLC|PLC|P\.?L\.?L\.?C\.?|Inc\.?|L\.?L\.?C\.?|Ltd\.?|LLP|PC|Pty)(?![\w])")
