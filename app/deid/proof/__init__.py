"""How well it worked: evaluation, leak audit, k-anonymity; pure statistics."""
