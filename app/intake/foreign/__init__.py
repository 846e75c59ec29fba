"""What is no note: files of other kinds, recognised by what is in them and named."""
