"""The ASGI edge: one file for each face, and one visible list of routes."""
