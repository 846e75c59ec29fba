"""What finds identifiers by rule, one coherent class per file."""
