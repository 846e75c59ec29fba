"""Indirect identifiers: how far patients of a project stand out, and the gate of releases."""
