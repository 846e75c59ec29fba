"""ECG strips described in words: findings by lead, and intervals in milliseconds."""
