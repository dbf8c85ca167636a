"""Workflows composed by clicking, typing or both, without JSON."""
