"""What can be reviewed: notes, reports, imaging; siblings that never meet."""
