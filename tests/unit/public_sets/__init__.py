"""Readers of public sets and the lines of `make quality`, on invented samples."""
