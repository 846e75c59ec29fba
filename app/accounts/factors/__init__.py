"""Second factors: one-time codes of an app, passkeys, recovery codes; what is asked for when, and checked how."""
