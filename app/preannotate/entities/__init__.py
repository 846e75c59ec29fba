"""Entities: what is mentioned."""
