"""Erasing one patient, by two people, and what is due by the schedule of a project."""
