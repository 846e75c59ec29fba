"""Proof about a project's texts: leak audits by blind checkers, the claim they allow, indirect identifiers."""
