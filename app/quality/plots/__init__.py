"""Pictures of stored results: Altair specifications drawn to SVG in the worker, each with its table."""
