"""New versions of a clean text: more of it replaced, or words put back; where everything maps to in the source."""
