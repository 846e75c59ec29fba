"""Ratings and spans out of files: tables, JSON lines, brat folders; what cannot be used is said."""
