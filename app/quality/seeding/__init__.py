"""Gold and decoys among ordinary work, and the same text again after a time: copies of which readers are not told."""
