"""Agreement of the project itself, from the units of its own queue."""
