"""The schema, as SQLModel tables.

Moments are nanoseconds since 1970, 0 for never. `seq` is the order of insertion and the key that
other tables refer to; the ids of the protocol are unique columns beside it. Wide JSON texts stand
last, so that reading the columns before them does not touch their pages.
"""

from __future__ import annotations

from jupyter_colonies.store.tables.blueprints import Blueprint, BlueprintChange, BlueprintDefinition
from jupyter_colonies.store.tables.channels import Channel, ChannelEntry
from jupyter_colonies.store.tables.crons import Cron, Generator, Pack
from jupyter_colonies.store.tables.files import File, Snapshot, SnapshotFile
from jupyter_colonies.store.tables.graphs import Graph, Remainder
from jupyter_colonies.store.tables.journal import Event, Log
from jupyter_colonies.store.tables.members import Colony, Executor, Function, Location, Pause, User
from jupyter_colonies.store.tables.objects import (
    Bucket,
    Credential,
    Part,
    StoredObject,
    Upload,
    Usage,
)
from jupyter_colonies.store.tables.processes import Attribute, Edge, Process, Target
from jupyter_colonies.store.tables.proofs import AccessToken, Nonce
from jupyter_colonies.store.tables.replies import Reply
from jupyter_colonies.store.tables.server import Batch, Counter, Setting

__all__ = [
    "AccessToken",
    "Attribute",
    "Batch",
    "Blueprint",
    "BlueprintChange",
    "BlueprintDefinition",
    "Bucket",
    "Channel",
    "ChannelEntry",
    "Colony",
    "Counter",
    "Credential",
    "Cron",
    "Edge",
    "Event",
    "Executor",
    "File",
    "Function",
    "Generator",
    "Graph",
    "Location",
    "Log",
    "Nonce",
    "Pack",
    "Part",
    "Pause",
    "Process",
    "Remainder",
    "Reply",
    "Setting",
    "Snapshot",
    "SnapshotFile",
    "StoredObject",
    "Target",
    "Upload",
    "Usage",
    "User",
]
