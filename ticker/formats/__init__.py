"""Serialization into formats of others: pure functions from a flash to a document.

JSON-LD (schema.org) is here; RSS, Atom, JSON Feed and ninjs would be a module each, with a URL in
`web/pages`.
"""
