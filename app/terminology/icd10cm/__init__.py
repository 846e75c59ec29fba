"""What only ICD-10-CM needs of a search: what narrows a code, the default code, mended codes, drug and effect."""
