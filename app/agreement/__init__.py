"""Agreement statistics: pure functions over judgements."""
