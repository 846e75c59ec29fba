"""Calibration: sets of texts with gold, read blind before anybody is given production work."""
