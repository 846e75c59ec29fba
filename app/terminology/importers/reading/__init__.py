"""Reading release files with care: folders and archives, tables, XML."""
