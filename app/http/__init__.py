"""What all adapters over HTTP share: sessions, CSRF, headers, access rules, errors."""
