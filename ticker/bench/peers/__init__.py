"""The servers that people would write or take instead, for comparison in the same run."""
