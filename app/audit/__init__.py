"""What happened: events, streams, the sealed log, and the verifier an outsider runs."""
