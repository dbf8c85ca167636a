"""Pure data and rules: what the rest of the package agrees on."""
