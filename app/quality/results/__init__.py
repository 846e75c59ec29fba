"""Figures and charts as they were computed last: pages read these and compute nothing."""
