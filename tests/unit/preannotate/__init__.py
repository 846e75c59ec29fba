"""Tests of app/preannotate."""
