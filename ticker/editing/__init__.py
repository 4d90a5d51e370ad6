"""What editors do to lines, one use case each: from a request to the wire, and no further."""
