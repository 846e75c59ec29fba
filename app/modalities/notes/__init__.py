"""Clinical notes: entities with assertions and codes, what links them, and an encounter's code list."""
