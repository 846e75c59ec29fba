"""Drift and conduct: control charts of a reader's scored decisions, what follows an alarm, and how people work."""
