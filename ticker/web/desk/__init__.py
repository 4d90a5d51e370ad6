"""Editors' pages, behind a login: desk, timeline, staff."""
