"""People, credentials, sessions, and who may do what."""
