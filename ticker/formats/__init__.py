"""Serialization into formats of others: pure functions from a flash to a document."""
