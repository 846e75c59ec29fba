"""Formats of gold, one a file; registered in `app/plugins.py`."""
