"""Clinical tagging: pipelines that suggest, and explain, labels."""
