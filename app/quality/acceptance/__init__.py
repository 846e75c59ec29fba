"""Acceptance by samples: lots, plans with their chances of error, blind and sighted checks, what follows a refusal."""
