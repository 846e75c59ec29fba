"""Quantities: measured values, doses, results in words and times."""
