"""Everything about one process."""
