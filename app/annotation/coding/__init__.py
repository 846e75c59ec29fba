"""What a payload says in codes."""
