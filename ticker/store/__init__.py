"""All that knows Redis or Valkey: connections, keys, the wire, and what is kept beside it."""
