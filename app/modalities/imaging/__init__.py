"""Imaging metadata: one verdict a field of the schema."""
