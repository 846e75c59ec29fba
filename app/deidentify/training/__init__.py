"""The seeded generator of synthetic notes and the training of the small model on them."""
