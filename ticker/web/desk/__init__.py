"""Editors in a browser: login, desk, timeline, staff."""
