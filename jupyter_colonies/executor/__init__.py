"""The loop that pulls processes, runs them and closes them."""
