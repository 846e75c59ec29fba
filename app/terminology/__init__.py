"""Code systems: releases as immutable artefacts, search, coding rules."""
