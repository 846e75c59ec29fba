"""Relations: what belongs to what."""
