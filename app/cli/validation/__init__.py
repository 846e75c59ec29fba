"""The validation pack: what this installation is, and what it does, as a protocol that people sign."""
