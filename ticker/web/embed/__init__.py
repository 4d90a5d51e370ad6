"""Embedding in other sites: the widget's script, the iframe, oEmbed, and the builder page."""
