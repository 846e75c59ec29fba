"""A synthetic project that walks every stage."""
