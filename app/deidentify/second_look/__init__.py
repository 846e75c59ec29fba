"""What the first findings tell about the rest: same names elsewhere, neighbours, addresses."""
