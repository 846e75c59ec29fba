"""What everything else stands on: database, registry, errors, clock, digests, text."""
