"""The graph of a run."""
