"""Methods for the messages in `server`; written by `client.generate`, do not edit."""

from __future__ import annotations

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.member import Statistics
from jupyter_colonies.core.messages import Request, server


class ServerMethods(Operations):
    """Methods for the messages in `server`."""

    async def get_version(
        self,
        *,
        buildversion: str = "",
        buildtime: str = "",
    ) -> server.Version:
        """Get version.

        Ask for the server's version; the fields are ignored.

        Sent as `versionmsg`; for anyone, unsigned.
        """
        reply: server.Version = await self.call(
            server.VERSION,
            server.GetVersion(
                buildversion=buildversion,
                buildtime=buildtime,
            ),
        )
        return reply

    async def get_server_info(
        self,
        *,
        nonce: str = "",
    ) -> server.ServerInfo:
        """Get server info.

        Ask what the server is; `nonce` asks it to prove that it knows the runtime file.

        Sent as `getserverinfomsg`; for anyone, unsigned.
        """
        reply: server.ServerInfo = await self.call(
            server.SERVER_INFO,
            server.GetServerInfo(
                nonce=nonce,
            ),
        )
        return reply

    async def get_statistics(self) -> Statistics:
        """Get statistics.

        A request without arguments.

        Sent as `getstatisticsmsg`; for the server owner.
        """
        reply: Statistics = await self.call(server.SERVER_STATISTICS, Request())
        return reply

    async def get_cluster(self) -> server.Cluster:
        """Get cluster.

        A request without arguments.

        Sent as `getclustermsg`; for the server owner.
        """
        reply: server.Cluster = await self.call(server.CLUSTER, Request())
        return reply
