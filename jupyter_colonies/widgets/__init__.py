"""Widgets: the graph of a workflow and the controls around it."""
