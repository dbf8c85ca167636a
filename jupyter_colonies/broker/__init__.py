"""Use-cases: one function per operation, and what wakes and watches them."""
