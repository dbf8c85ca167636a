"""All resources of the REST API, collected from the modules that declare them."""

from __future__ import annotations

from functools import cache

from jupyter_colonies.server import metrics  # noqa: F401 - importing these declares their operations
from jupyter_colonies.server.deploy import desk  # noqa: F401
from jupyter_colonies.server.rest import (  # noqa: F401
    assignments,
    attributes,
    channels,
    colonies,
    contents,
    crons,
    description,
    events,
    executors,
    files,
    functions,
    generators,
    here,
    locations,
    logs,
    members,
    processes,
    runs,
    snapshots,
    tokens,
    workflows,
)
from jupyter_colonies.server.rest.declaration import OPERATIONS, Operation
from jupyter_colonies.server.rest.exchange import Offered


@cache
def resources(*, inside: bool) -> dict[str, Offered]:
    """What is offered at each path below `/v1/`, as a regular expression, by method.

    `inside` adds what is for users of this Jupyter server only.
    """
    found: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS.values():
        if inside or not operation.inside:
            found.setdefault(operation.pattern, {})[operation.method] = operation
    # A fixed word goes before a parameter in the same place.
    return dict(sorted(found.items(), key=lambda item: item[0].replace("([^/]+)", "~")))
