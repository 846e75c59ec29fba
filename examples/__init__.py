"""Modalities that prove the shape; the product ships none of them."""
