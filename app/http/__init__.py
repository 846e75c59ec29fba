"""The HTTP edge: sessions, CSRF, headers, access rules, idempotency, limits, one translation of errors."""
