"""The server itself (protocol part 01, sections 1.9, 4.10 and 4.11)."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.decoding import Name
from jupyter_colonies.core.member import Statistics
from jupyter_colonies.core.messages.registry import Message, Request, declare
from jupyter_colonies.core.policy import Role


class GetVersion(Request):
    """Ask for the server's version; the fields are ignored."""

    buildversion: str = ""
    buildtime: str = ""


class Version(msgspec.Struct, kw_only=True):
    """Version and build time of the server."""

    buildversion: str = ""
    buildtime: str = ""
    msgtype: str = "versionmsg"


class Backend(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An address the server listens on; `type` is `http`. What is empty or false is left out."""

    type: str
    port: int
    host: str = ""
    tls: bool = False
    insecure: bool = False


class GetServerInfo(Request):
    """Ask what the server is; `nonce` asks it to prove that it knows the runtime file."""

    nonce: str = ""


class ServerInfo(msgspec.Struct, kw_only=True):
    """Version, addresses and extensions of the server.

    `serverid` and `proof` answer a nonce: the proof is the keyed hash of the nonce and the
    server's id under the registration secret (`core.enrolment.server_proof`).
    """

    buildversion: str = ""
    buildtime: str = ""
    backends: list[Backend] = msgspec.field(default_factory=list)
    extensions: list[str] = msgspec.field(default_factory=list)
    serverid: str = ""
    proof: str = ""


class ClusterNode(msgspec.Struct, kw_only=True):
    """A server of the cluster; ports it does not have are 0."""

    name: Name = ""
    host: str = ""
    port: int = 0
    peerport: int = 0
    relayport: int = 0
    apiport: int = 0


class Cluster(msgspec.Struct, kw_only=True):
    """The servers that act together, as far as the one that answers knows them: itself."""

    nodes: list[ClusterNode]
    leader: ClusterNode


VERSION = declare(
    Message(
        "versionmsg",
        "get_version",
        GetVersion,
        Version,
        does="get version",
        role=Role.ANYONE,
        reads=True,
    )
)
SERVER_INFO = declare(
    Message(
        "getserverinfomsg",
        "get_server_info",
        GetServerInfo,
        ServerInfo,
        does="get server info",
        role=Role.ANYONE,
        reads=True,
    )
)
SERVER_STATISTICS = declare(
    Message(
        "getstatisticsmsg",
        "get_statistics",
        Request,
        Statistics,
        does="get server version",
        role=Role.SERVER_OWNER,
        reads=True,
    )
)
CLUSTER = declare(
    Message(
        "getclustermsg",
        "get_cluster",
        Request,
        Cluster,
        does="get cluster info",
        role=Role.SERVER_OWNER,
        reads=True,
    )
)
