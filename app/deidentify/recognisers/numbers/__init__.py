"""Identifiers made of digits and letters: with a label, without one, telephone numbers, addresses of the net."""
