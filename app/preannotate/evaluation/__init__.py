"""Evaluation: suggestions against gold."""
