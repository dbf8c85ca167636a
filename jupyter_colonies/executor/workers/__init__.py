"""Worker processes of an executor."""
