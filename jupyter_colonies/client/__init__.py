"""The client of a Colonies server."""
