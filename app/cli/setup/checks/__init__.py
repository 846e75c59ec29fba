"""What `security check` looks at: one file a subject, each named in `app/surface.py`."""
