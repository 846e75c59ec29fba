"""Dates as people write them: their words, how they are read, in which order, and how they are written again."""
