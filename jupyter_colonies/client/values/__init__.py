"""Python values on their way to a process and back: as JSON, as files, kept for the next time."""
