"""REST API: JSON for programs of editors, with a token, and of readers."""
