"""Immutable cuts of finished work and their export formats."""
