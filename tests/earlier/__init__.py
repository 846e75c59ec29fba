"""Databases of versions that were published, as files of the tests; `make` says how they came about."""
