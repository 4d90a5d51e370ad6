"""Lines in the formats of others: pure functions from a flash to a document."""
