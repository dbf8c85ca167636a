"""Deployed notebooks: kernels that run a notebook's cells and are kept alive."""
