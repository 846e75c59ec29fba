"""The search index of a release: building it, its words, and what matches a query."""
