"""Magics, decorators and what a notebook shows."""
