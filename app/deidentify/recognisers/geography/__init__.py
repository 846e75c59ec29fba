"""Where somebody lives or comes from: countries, towns, streets, postcodes."""
