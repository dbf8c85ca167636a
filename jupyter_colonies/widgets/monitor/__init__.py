"""The monitor: a whole colony at a glance, and what can be done about it."""
