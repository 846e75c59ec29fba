"""One public format each: from its file to texts with marked spans. Nothing is written."""
