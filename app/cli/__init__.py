"""Commands: argv and JSON lines in, services called, JSON lines out. One file per group."""
