"""Processes, sockets and signals: what carries the application."""
