# ruff: noqa: ASYNC109 - `timeout` is the protocol's own parameter
"""Methods for the messages in `processes`; written by `client.generate`, do not edit."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.messages import Empty, processes
from jupyter_colonies.core.process import Attribute, Process
from jupyter_colonies.core.spec import FunctionSpec


class ProcessesMethods(Operations):
    """Methods for the messages in `processes`."""

    async def submit_function_spec(
        self,
        *,
        spec: FunctionSpec | None = None,
    ) -> Process:
        """Submit function spec.

        Submit one process on its own.

        Sent as `submitfuncspecmsg`; for an approved executor or a user of the colony.
        """
        reply: Process = await self.call(
            processes.SUBMIT_FUNCTION_SPEC,
            processes.SubmitFunctionSpec(
                spec=spec,
            ),
        )
        return reply

    async def assign_process(
        self,
        *,
        colonyname: str = "",
        timeout: int = 0,
        availablecpu: str = "",
        availablemem: str = "",
    ) -> Process:
        """Assign process.

        Take work. `timeout` in seconds; negative to ask once without waiting.

        Sent as `assignprocessmsg`; for an approved executor or a user of the colony.
        """
        reply: Process = await self.call(
            processes.ASSIGN_PROCESS,
            processes.AssignProcess(
                colonyname=colonyname,
                timeout=timeout,
                availablecpu=availablecpu,
                availablemem=availablemem,
            ),
        )
        return reply

    async def close_successful(
        self,
        *,
        processid: str = "",
        out: list[Any] | None = None,
    ) -> Empty:
        """Close successful.

        Finish a process; an empty `out` keeps the output that was set before.

        Sent as `closesuccessfulmsg`; for the executor the process is assigned to.
        """
        reply: Empty = await self.call(
            processes.CLOSE_SUCCESSFUL,
            processes.CloseSuccessful(
                processid=processid,
                out=out,
            ),
        )
        return reply

    async def close_failed(
        self,
        *,
        processid: str = "",
        errors: list[str] | None = None,
    ) -> Empty:
        """Close failed.

        Fail a process for good.

        Sent as `closefailedmsg`; for the executor the process is assigned to.
        """
        reply: Empty = await self.call(
            processes.CLOSE_FAILED,
            processes.CloseFailed(
                processid=processid,
                errors=errors,
            ),
        )
        return reply

    async def assign_processes(
        self,
        *,
        colonyname: str = "",
        timeout: int = 0,
        availablecpu: str = "",
        availablemem: str = "",
        count: int = 0,
    ) -> list[Process]:
        """Assign processes.

        Take up to `count` processes, 1 to 256, as soon as there is one; the rest as one process.

        Sent as `assignprocessesmsg`; for an approved executor or a user of the colony. An
        extension of the protocol.
        """
        reply: list[Process] = await self.call(
            processes.ASSIGN_PROCESSES,
            processes.AssignProcesses(
                colonyname=colonyname,
                timeout=timeout,
                availablecpu=availablecpu,
                availablemem=availablemem,
                count=count,
            ),
        )
        return reply

    async def close_processes(
        self,
        *,
        items: list[processes.Result] | None = None,
    ) -> list[processes.Closed]:
        """Close processes.

        Finish up to 256 processes, successful and failed ones, each with an outcome of its own.

        Sent as `closeprocessesmsg`; for anyone who signs; each part of the request is decided on
        its own. An extension of the protocol.
        """
        reply: list[processes.Closed] = await self.call(
            processes.CLOSE_PROCESSES,
            processes.CloseProcesses(
                items=items,
            ),
        )
        return reply

    async def set_output(
        self,
        *,
        processid: str = "",
        out: list[Any] | None = None,
    ) -> Empty:
        """Set output.

        Finish a process; an empty `out` keeps the output that was set before.

        Sent as `setoutputmsg`; for the executor the process is assigned to.
        """
        reply: Empty = await self.call(
            processes.SET_OUTPUT,
            processes.CloseSuccessful(
                processid=processid,
                out=out,
            ),
        )
        return reply

    async def cancel_process(
        self,
        *,
        processid: str = "",
    ) -> Empty:
        """Cancel process.

        A request about one process.

        Sent as `cancelprocessmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            processes.CANCEL_PROCESS,
            processes.OneProcess(
                processid=processid,
            ),
        )
        return reply

    async def get_process(
        self,
        *,
        processid: str = "",
    ) -> Process:
        """Get process.

        A request about one process.

        Sent as `getprocessmsg`; for an approved executor or a user of the colony.
        """
        reply: Process = await self.call(
            processes.GET_PROCESS,
            processes.OneProcess(
                processid=processid,
            ),
        )
        return reply

    async def get_processes(
        self,
        *,
        colonyname: str = "",
        count: int = 0,
        state: int = 0,
        executortype: str = "",
        label: str = "",
        initiator: str = "",
        processgraphid: str = "",
    ) -> list[Process]:
        """Get processes.

        Processes of a colony in one state; -1 with a `processgraphid` means all of that graph.

        Sent as `getprocessesmsg`; for an approved executor or a user of the colony.
        """
        reply: list[Process] = await self.call(
            processes.GET_PROCESSES,
            processes.ListProcesses(
                colonyname=colonyname,
                count=count,
                state=state,
                executortype=executortype,
                label=label,
                initiator=initiator,
                processgraphid=processgraphid,
            ),
        )
        return reply

    async def get_process_history(
        self,
        *,
        colonyname: str = "",
        executorid: str = "",
        seconds: int = 0,
        state: int = 0,
    ) -> list[Process]:
        """Get process history.

        Processes in one state that were submitted in the last `seconds`, oldest first.

        With an `executorid` those that were assigned to that executor. There is no limit.

        Sent as `getprocesshistmsg`; for an approved executor or a user of the colony.
        """
        reply: list[Process] = await self.call(
            processes.GET_PROCESS_HISTORY,
            processes.ProcessHistory(
                colonyname=colonyname,
                executorid=executorid,
                seconds=seconds,
                state=state,
            ),
        )
        return reply

    async def remove_process(
        self,
        *,
        processid: str = "",
    ) -> Empty:
        """Remove process.

        A request about one process.

        Sent as `removeprocessmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            processes.REMOVE_PROCESS,
            processes.OneProcess(
                processid=processid,
            ),
        )
        return reply

    async def remove_all_processes(
        self,
        *,
        colonyname: str = "",
        state: int = 0,
    ) -> Empty:
        """Remove all processes.

        Remove all processes in a state that belong to no workflow; -1 for any, 0 is waiting.

        Sent as `removeallprocessesmsg`; for the colony owner.
        """
        reply: Empty = await self.call(
            processes.REMOVE_ALL_PROCESSES,
            processes.RemoveAllProcesses(
                colonyname=colonyname,
                state=state,
            ),
        )
        return reply

    async def add_attribute(
        self,
        *,
        attribute: Attribute | None = None,
    ) -> Attribute:
        """Add attribute.

        Attach a text to a running process.

        Sent as `addattributemsg`; for the executor the process is assigned to.
        """
        reply: Attribute = await self.call(
            processes.ADD_ATTRIBUTE,
            processes.AddAttribute(
                attribute=attribute,
            ),
        )
        return reply

    async def set_attributes(
        self,
        *,
        processid: str = "",
        texts: dict[str, str] | None = None,
    ) -> Empty:
        """Set attributes.

        Attach texts to a running process, in place of those with the same keys.

        `texts` are 1 to 100 values by key. They are attributes of type 1.

        Sent as `setattributesmsg`; for the executor the process is assigned to. An extension of
        the protocol.
        """
        reply: Empty = await self.call(
            processes.SET_ATTRIBUTES,
            processes.SetAttributes(
                processid=processid,
                texts=texts,
            ),
        )
        return reply

    async def get_attribute(
        self,
        *,
        attributeid: str = "",
    ) -> Attribute:
        """Get attribute.

        A request about one attribute.

        Sent as `getattributemsg`; for an approved executor or a user of the colony.
        """
        reply: Attribute = await self.call(
            processes.GET_ATTRIBUTE,
            processes.OneAttribute(
                attributeid=attributeid,
            ),
        )
        return reply

    def subscribe_process(
        self,
        *,
        colonyname: str = "",
        processid: str = "",
        executortype: str = "",
        state: int = 0,
        timeout: int = 0,
    ) -> AsyncGenerator[Process, None]:
        """Subscribe process.

        Be told when a process reaches a state; `timeout` in seconds.

        Sent as `subscribeprocessmsg`; for an approved executor or a user of the colony.
        """
        return self.stream(
            processes.SUBSCRIBE_PROCESS,
            processes.SubscribeProcess(
                colonyname=colonyname,
                processid=processid,
                executortype=executortype,
                state=state,
                timeout=timeout,
            ),
        )

    def subscribe_processes(
        self,
        *,
        colonyname: str = "",
        executortype: str = "",
        state: int = 0,
        timeout: int = 0,
    ) -> AsyncGenerator[Process, None]:
        """Subscribe processes.

        Be told when any process of a type reaches a state; `timeout` in seconds.

        Sent as `subscribeprocessesmsg`; for an approved executor or a user of the colony.
        """
        return self.stream(
            processes.SUBSCRIBE_PROCESSES,
            processes.SubscribeProcesses(
                colonyname=colonyname,
                executortype=executortype,
                state=state,
                timeout=timeout,
            ),
        )
