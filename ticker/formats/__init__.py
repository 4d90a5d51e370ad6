"""Serialization into formats of others: pure functions from a flash to a document.

JSON-LD (schema.org), web feeds (JSON Feed, RSS, Atom), agencies' items (ninjs, NewsML-G2) and the
news sitemap are a module each, with a URL in `web/pages` or `web/api`.
"""
