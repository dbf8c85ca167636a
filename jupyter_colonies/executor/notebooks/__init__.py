"""The executor whose functions are whole notebooks."""
