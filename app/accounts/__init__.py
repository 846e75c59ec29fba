"""People: who they are, what they are qualified for, how they sign in, what they may do."""
