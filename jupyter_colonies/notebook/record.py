"""Values that a notebook gives back when it is run as a step of a workflow."""

from __future__ import annotations

from typing import Any

from IPython.display import display

from jupyter_colonies.client.values.forms import encoded, refused
from jupyter_colonies.core.recorded import MIME


def record(name: str, value: Any) -> None:
    """Give a value back to the workflow that runs this notebook, under a name.

    The cell shows it as `name = value`. The last value of a name counts. Anywhere else than in a
    workflow nothing more happens. Raises NotJson for what JSON can't hold.
    """
    plain = encoded(value, refused, name)
    bundle = {MIME: {"name": name, "value": plain}, "text/plain": f"{name} = {value!r}"}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]
