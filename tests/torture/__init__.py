"""Kills, full disks, clocks and cut lines under mixed load; what was acknowledged before must be there afterwards."""
