"""The command line `jupyter colonies`."""
