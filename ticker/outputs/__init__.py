"""Outputs: consumers of the log beside readers, such as webhooks, web push, studio, bridges.

An output follows the wire from a cursor (consumer offset) that it keeps in the store, and never
reaches the hub: what it does cannot slow a reader. Each has a file of its own.
"""
