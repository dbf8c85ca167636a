"""Who did what with which identity, in a file of the data folder."""
