"""Workflows in Python: tasks, their arguments, and what spec files say."""
