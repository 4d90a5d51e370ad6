"""Ticker: a breaking-news push service. Post a line, see it on every screen.

Data flows one way: intake → wire → relay → hub → socket → browser.
"""

__version__ = "0.1.0"
