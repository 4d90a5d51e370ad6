"""Backup and restore: all that belongs to the promise, as a file that is checked."""
