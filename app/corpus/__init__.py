"""Projects, subjects, documents, encounters, schemas: what review is about."""
