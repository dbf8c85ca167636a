"""The verbs shared by `%colonies` and `jupyter colonies`."""
