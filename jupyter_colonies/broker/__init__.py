"""One use case per verb, waiters, and the duties of the background."""
