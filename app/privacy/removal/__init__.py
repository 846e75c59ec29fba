"""What was removed from texts: seeing the originals, putting back what is no identifier, learning it for a project."""
