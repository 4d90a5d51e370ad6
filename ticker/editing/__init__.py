"""Use cases of editors (the write path): from a request to the wire, and no further."""
