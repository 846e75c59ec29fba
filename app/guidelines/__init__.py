"""Guideline versions: published, checksummed, acknowledged."""
