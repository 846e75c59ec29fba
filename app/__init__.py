"""Chartmark: annotation, adjudication and audit of clinical text and imaging metadata."""
