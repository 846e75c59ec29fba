"""Assertion: who, whether, how sure, when."""
