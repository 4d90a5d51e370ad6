"""Lines that go elsewhere than to a reader's connection: webhooks, push, studio, bridges.

An output follows the wire from a cursor that it keeps in the store, and never reaches the hub: what
it does cannot slow a reader. Each has a file of its own.
"""
