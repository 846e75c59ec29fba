"""Setting an installation up and keeping it: demo, welcome, backup and restore."""
