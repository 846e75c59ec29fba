"""Files in: readers, batches, refusals by line."""
