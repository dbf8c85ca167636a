"""A panel for the executors of this kernel."""
