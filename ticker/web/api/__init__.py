"""Programs: JSON for editors with a token and for readers."""
