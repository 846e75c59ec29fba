"""Tests of app/tagging."""
