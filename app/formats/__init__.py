"""Formats: one folder each, reader and writer together, over one exchange model; pure, streamed bytes."""
