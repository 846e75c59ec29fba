"""Identifiers that people saw in a clean text: deciding, redacting in a new version, learning from it."""
