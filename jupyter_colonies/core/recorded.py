"""The form in which a cell of a notebook records a value for whoever runs the notebook."""

from __future__ import annotations

MIME = "application/vnd.colonies.value+json"
"""Type of an output that is an object with `name` and `value`; any kernel may show one."""
