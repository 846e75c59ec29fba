"""Pages about how good the labels are: stored results, the cases behind them, and the acts of a quality lead."""
