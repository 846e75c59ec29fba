"""Radiology report labels: observations and critical findings, one answer a label."""
