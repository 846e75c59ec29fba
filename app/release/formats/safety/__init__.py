"""Adverse-event tables for pharmacovigilance."""
