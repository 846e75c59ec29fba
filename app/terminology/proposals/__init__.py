"""The one code proposed for a span: search, surroundings, a table of cited rules, and a calibrated confidence."""
