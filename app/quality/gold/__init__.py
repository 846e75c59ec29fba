"""Gold: answers that readings are held against, each by somebody named."""
