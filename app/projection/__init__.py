"""Searchable tables rebuilt from submissions."""
