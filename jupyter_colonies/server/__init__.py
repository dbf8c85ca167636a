"""The listeners: inside Jupyter and on a port of its own."""
