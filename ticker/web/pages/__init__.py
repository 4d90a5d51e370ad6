"""Readers: the pages with a line, a board or a running story on them."""
