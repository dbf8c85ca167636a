"""Every operation of the protocol, declared once."""

from jupyter_colonies.core.messages import (
    assignments,
    blueprints,
    channels,
    colonies,
    crons,
    executors,
    files,
    generators,
    identities,
    locations,
    logs,
    objects,
    processes,
    server,
    snapshots,
    workflows,
)
from jupyter_colonies.core.messages.registry import REGISTRY, Empty, Message, Request

__all__ = [
    "REGISTRY",
    "Empty",
    "Message",
    "Request",
    "assignments",
    "blueprints",
    "channels",
    "colonies",
    "crons",
    "executors",
    "files",
    "generators",
    "identities",
    "locations",
    "logs",
    "objects",
    "processes",
    "server",
    "snapshots",
    "workflows",
]
