"""Golden outputs: what commands and tables said when they were pinned, one digest a record."""
