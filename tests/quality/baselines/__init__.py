"""What ours is measured beside, each run in the same run on the same texts."""
