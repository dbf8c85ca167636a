"""Methods for the messages in `executors`; written by `client.generate`, do not edit."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from jupyter_colonies.client.operations import Operations
from jupyter_colonies.core.member import Allocations, Capabilities, Executor, Function
from jupyter_colonies.core.messages import Empty, executors


class ExecutorsMethods(Operations):
    """Methods for the messages in `executors`."""

    async def add_executor(
        self,
        *,
        executor: Executor | None = None,
    ) -> Executor:
        """Add executor.

        Register an executor; it starts pending.

        Sent as `addexecutormsg`; for the colony owner.
        """
        reply: Executor = await self.call(
            executors.ADD_EXECUTOR,
            executors.AddExecutor(
                executor=executor,
            ),
        )
        return reply

    async def get_executors(
        self,
        *,
        colonyname: str = "",
    ) -> list[Executor]:
        """Get executors.

        All executors of a colony, in every state.

        Sent as `getexecutorsmsg`; for an approved or pending executor, or a user, of the colony.
        """
        reply: list[Executor] = await self.call(
            executors.GET_EXECUTORS,
            executors.ListExecutors(
                colonyname=colonyname,
            ),
        )
        return reply

    async def get_executor(
        self,
        *,
        colonyname: str = "",
        executorname: str = "",
    ) -> Executor:
        """Get executor.

        A request about one executor.

        Sent as `getexecutormsg`; for an approved executor or a user of the colony.
        """
        reply: Executor = await self.call(
            executors.GET_EXECUTOR,
            executors.NamedExecutor(
                colonyname=colonyname,
                executorname=executorname,
            ),
        )
        return reply

    async def get_executor_by_id(
        self,
        *,
        colonyname: str = "",
        executorid: str = "",
    ) -> Executor:
        """Get executor by id.

        A request about the executor with an id; of several, the one in the named colony.

        Sent as `getexecutorbyidmsg`; for an approved executor or a user of the colony.
        """
        reply: Executor = await self.call(
            executors.GET_EXECUTOR_BY_ID,
            executors.IdentifiedExecutor(
                colonyname=colonyname,
                executorid=executorid,
            ),
        )
        return reply

    async def approve_executor(
        self,
        *,
        colonyname: str = "",
        executorname: str = "",
    ) -> Empty:
        """Approve executor.

        A request about one executor.

        Sent as `approveexecutormsg`; for the colony owner.
        """
        reply: Empty = await self.call(
            executors.APPROVE_EXECUTOR,
            executors.NamedExecutor(
                colonyname=colonyname,
                executorname=executorname,
            ),
        )
        return reply

    async def reject_executor(
        self,
        *,
        colonyname: str = "",
        executorname: str = "",
    ) -> Empty:
        """Reject executor.

        A request about one executor.

        Sent as `rejectexecutormsg`; for the colony owner.
        """
        reply: Empty = await self.call(
            executors.REJECT_EXECUTOR,
            executors.NamedExecutor(
                colonyname=colonyname,
                executorname=executorname,
            ),
        )
        return reply

    async def remove_executor(
        self,
        *,
        colonyname: str = "",
        executorname: str = "",
    ) -> Empty:
        """Remove executor.

        A request about one executor.

        Sent as `removeexecutormsg`; for the colony owner.
        """
        reply: Empty = await self.call(
            executors.REMOVE_EXECUTOR,
            executors.NamedExecutor(
                colonyname=colonyname,
                executorname=executorname,
            ),
        )
        return reply

    async def report_allocations(
        self,
        *,
        colonyname: str = "",
        executorname: str = "",
        allocations: Allocations | None = None,
    ) -> Empty:
        """Report allocations.

        An executor says what projects may use; it replaces what was said before.

        Sent as `reportallocationmsg`; for an approved or pending executor, or a user, of the
        colony.
        """
        reply: Empty = await self.call(
            executors.REPORT_ALLOCATIONS,
            executors.ReportAllocations(
                colonyname=colonyname,
                executorname=executorname,
                allocations=allocations,
            ),
        )
        return reply

    async def update_executor(
        self,
        *,
        colonyname: str = "",
        executorname: str = "",
        capabilities: Capabilities | None = None,
    ) -> Empty:
        """Update executor.

        An executor says what it can do; it replaces what was said before.

        Sent as `updateexecutormsg`; for an approved or pending executor, or a user, of the
        colony.
        """
        reply: Empty = await self.call(
            executors.UPDATE_EXECUTOR,
            executors.UpdateExecutor(
                colonyname=colonyname,
                executorname=executorname,
                capabilities=capabilities,
            ),
        )
        return reply

    async def add_function(
        self,
        *,
        fun: Function | None = None,
    ) -> Function:
        """Add function.

        Offer a function; `fun` is the protocol's own spelling.

        Sent as `addfunctionmsg`; for an approved executor or a user of the colony.
        """
        reply: Function = await self.call(
            executors.ADD_FUNCTION,
            executors.AddFunction(
                fun=fun,
            ),
        )
        return reply

    async def get_functions(
        self,
        *,
        colonyname: str = "",
        executorname: str = "",
    ) -> list[Function]:
        """Get functions.

        A request about one executor.

        Sent as `getfunctionsmsg`; for an approved executor or a user of the colony.
        """
        reply: list[Function] = await self.call(
            executors.GET_FUNCTIONS,
            executors.NamedExecutor(
                colonyname=colonyname,
                executorname=executorname,
            ),
        )
        return reply

    async def remove_function(
        self,
        *,
        functionid: str = "",
    ) -> Empty:
        """Remove function.

        A request about one function.

        Sent as `removefunctionmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            executors.REMOVE_FUNCTION,
            executors.IdentifiedFunction(
                functionid=functionid,
            ),
        )
        return reply

    async def enrol_executor(
        self,
        *,
        executor: Executor | None = None,
        proof: str = "",
        lease: int = 0,
        ownerid: str = "",
    ) -> Executor:
        """Enrol executor.

        Register and approve an executor of this machine in one step.

        `proof` is the keyed hash of colony, name and id under the server's registration secret, as
        `core.enrolment.proof` makes it. An executor of the same name is replaced, its processes go
        back to the queue. `lease` is the number of seconds the executor may be silent before its
        processes are given back; 0 for no lease. `ownerid` is the user who vouches for it, if any.

        Sent as `enrolexecutormsg`; for whoever proves to know the server's registration secret.
        An extension of the protocol.
        """
        reply: Executor = await self.call(
            executors.ENROL_EXECUTOR,
            executors.EnrolExecutor(
                executor=executor,
                proof=proof,
                lease=lease,
                ownerid=ownerid,
            ),
        )
        return reply

    async def renew_lease(
        self,
        *,
        colonyname: str = "",
        executorname: str = "",
        lease: int = 60,
    ) -> executors.LeaseTerms:
        """Renew lease.

        Sign of life of an executor that holds a lease, in seconds from now.

        Sent as `renewleasemsg`; for the executor it concerns. An extension of the protocol.
        """
        reply: executors.LeaseTerms = await self.call(
            executors.RENEW_LEASE,
            executors.RenewLease(
                colonyname=colonyname,
                executorname=executorname,
                lease=lease,
            ),
        )
        return reply

    async def leave_colony(
        self,
        *,
        colonyname: str = "",
        executorname: str = "",
    ) -> Empty:
        """Leave colony.

        A request about one executor.

        Sent as `leavecolonymsg`; for the executor it concerns. An extension of the protocol.
        """
        reply: Empty = await self.call(
            executors.LEAVE_COLONY,
            executors.NamedExecutor(
                colonyname=colonyname,
                executorname=executorname,
            ),
        )
        return reply

    def subscribe_executor(
        self,
        *,
        colonyname: str = "",
        executorname: str = "",
        timeout: int = 0,
        machine: str = "",
        pid: int = 0,
        kernelid: str = "",
    ) -> AsyncGenerator[executors.ExecutorChange, None]:
        """Subscribe executor.

        An executor listens for what is taken from it; `timeout` in seconds.

        By `machine` and `pid` it may say which process it lives in, so that a server on the same
        machine sees it end; `kernelid` is the Jupyter kernel it belongs to. What it ran is given
        back when that process or kernel has ended. When it just falls silent its lease decides.

        Sent as `subscribeexecutormsg`; for the executor it concerns. An extension of the
        protocol.
        """
        return self.stream(
            executors.SUBSCRIBE_EXECUTOR,
            executors.SubscribeExecutor(
                colonyname=colonyname,
                executorname=executorname,
                timeout=timeout,
                machine=machine,
                pid=pid,
                kernelid=kernelid,
            ),
        )
