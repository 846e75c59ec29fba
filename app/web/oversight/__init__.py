"""Pages of those who watch over the work: privacy officers and auditors."""
