"""Methods for the messages in `logs`; written by `client.generate`, do not edit."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.member import Log
from jupyter_colonies.core.messages import Empty, logs


class LogsMethods(Operations):
    """Methods for the messages in `logs`."""

    async def add_log(
        self,
        *,
        processid: str = "",
        message: str = "",
    ) -> Empty:
        """Add log.

        Write to the log of a running process.

        Sent as `addlogmsg`; for the executor the process is assigned to.
        """
        reply: Empty = await self.call(
            logs.ADD_LOG,
            logs.AddLog(
                processid=processid,
                message=message,
            ),
        )
        return reply

    async def add_executor_log(
        self,
        *,
        colonyname: str = "",
        executorname: str = "",
        message: str = "",
    ) -> Empty:
        """Add executor log.

        Write to an executor's own log, which belongs to no process.

        Sent as `addexecutorlogmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            logs.ADD_EXECUTOR_LOG,
            logs.AddExecutorLog(
                colonyname=colonyname,
                executorname=executorname,
                message=message,
            ),
        )
        return reply

    async def get_logs(
        self,
        *,
        colonyname: str = "",
        processid: str = "",
        executorname: str = "",
        count: int = 0,
        since: int = 0,
        latest: bool = False,
    ) -> list[Log]:
        """Get logs.

        Read up to 500 lines by process or by executor; `since` in nanoseconds, exclusive.

        With `latest` they are the newest ones, oldest first as always. An executor's lines are
        those of its processes and its own.

        Sent as `getlogsmsg`; for an approved executor or a user of the colony.
        """
        reply: list[Log] = await self.call(
            logs.GET_LOGS,
            logs.GetLogs(
                colonyname=colonyname,
                processid=processid,
                executorname=executorname,
                count=count,
                since=since,
                latest=latest,
            ),
        )
        return reply

    async def search_logs(
        self,
        *,
        colonyname: str = "",
        text: str = "",
        days: int = 0,
        count: int = 0,
    ) -> list[Log]:
        """Search logs.

        Find up to 100 lines that contain `text`, newest first, in the last `days`, 30 at most.

        Sent as `searchlogsmsg`; for an approved executor or a user of the colony.
        """
        reply: list[Log] = await self.call(
            logs.SEARCH_LOGS,
            logs.SearchLogs(
                colonyname=colonyname,
                text=text,
                days=days,
                count=count,
            ),
        )
        return reply

    def subscribe_notes(
        self,
        *,
        processid: str = "",
        since: int = 0,
        timeout: int = 0,
    ) -> AsyncGenerator[logs.Notes, None]:
        """Subscribe notes.

        Follow a process: log lines after `since` as they are written, attributes and the state.

        `since` is in nanoseconds, exclusive, `timeout` in seconds. The subscription ends with the
        process.

        Sent as `subscribenotesmsg`; for an approved executor or a user of the colony. An
        extension of the protocol.
        """
        return self.stream(
            logs.SUBSCRIBE_NOTES,
            logs.SubscribeNotes(
                processid=processid,
                since=since,
                timeout=timeout,
            ),
        )
