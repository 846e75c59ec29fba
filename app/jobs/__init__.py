"""Durable background work: rows, leases, workers."""
