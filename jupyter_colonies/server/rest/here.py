"""What a page of this Jupyter server has to know first: which colony it has, and who asks."""

from __future__ import annotations

from importlib import metadata

import msgspec

from jupyter_colonies.server.folder import Runtime
from jupyter_colonies.server.ownaddress import url
from jupyter_colonies.server.rest.declaration import Reply, Visit, declare


class Here(msgspec.Struct, kw_only=True):
    """This server, its colony, and the user of it that whoever asks acts as.

    `address` is that of the own port, for SDKs and executors outside; `jupyteruser` the name by
    which Jupyter knows who asks. `owns` says that they may also do what is for the colony's owner:
    approve, reject and remove executors.
    """

    colonyname: str
    userid: str
    jupyteruser: str
    address: str
    version: str
    owns: bool


@declare("GET", "here", who="a user of this Jupyter server", inside=True, replies={200: Here})
async def get_here(visit: Visit) -> Reply:
    """This server's colony, and who asks."""
    runtime = visit.service(Runtime)
    return Reply(
        200,
        Here(
            colonyname=runtime.colonyname,
            userid=visit.visitor.id,
            jupyteruser=visit.visitor.proof.removeprefix("jupyter user").strip(),
            address=url(runtime.host, runtime.port, tls=runtime.tls),
            version=metadata.version("jupyter-colonies"),
            owns=bool(visit.visitor.ownerid),
        ),
    )
