"""Submitted work: followed, compared, repaired and recorded."""
