"""Everything that belongs to the promise, as a file: written, checked, put back."""
