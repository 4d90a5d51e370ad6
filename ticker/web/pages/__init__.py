"""Readers' pages, rendered on the server: boards, permalinks, running stories."""
