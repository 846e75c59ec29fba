"""What a payload of labels is: checking, comparing, settling; pure."""
