"""De-identification as a stage: sources in, documents and items out, and a person's decisions on them."""
