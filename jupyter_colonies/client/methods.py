# ruff: noqa: ASYNC109 - `timeout` is the protocol's own parameter
"""One method per message of the protocol; written by `client.generate`, do not edit."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from typing import Any

from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.member import Colony, Executor, Function, Log, Statistics, User
from jupyter_colonies.core.messages import (
    Empty,
    Message,
    Request,
    colonies,
    executors,
    processes,
    server,
    workflows,
)
from jupyter_colonies.core.process import Attribute, Process
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec


class Methods(ABC):
    """The protocol's operations as methods; `Client` gives them a server."""

    @abstractmethod
    async def call(self, message: Message[Any, Any], request: Request) -> Any:
        """Carry out one operation and return its reply."""

    @abstractmethod
    def stream(self, message: Message[Any, Any], request: Request) -> AsyncGenerator[Any, None]:
        """Subscribe and yield what the server pushes."""

    async def add_colony(
        self,
        *,
        colony: Colony | None = None,
    ) -> Colony:
        """Add colony.

        Create a colony.

        Sent as `addcolonymsg`; for the server owner.
        """
        reply: Colony = await self.call(
            colonies.ADD_COLONY,
            colonies.AddColony(
                colony=colony,
            ),
        )
        return reply

    async def remove_colony(
        self,
        *,
        colonyname: str = "",
    ) -> Empty:
        """Remove colony.

        A request about one colony.

        Sent as `removecolonymsg`; for the server owner.
        """
        reply: Empty = await self.call(
            colonies.REMOVE_COLONY,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def get_colonies(self) -> list[Colony]:
        """Get colonies.

        A request without arguments.

        Sent as `getcoloniesmsg`; for the server owner.
        """
        reply: list[Colony] = await self.call(colonies.GET_COLONIES, Request())
        return reply

    async def get_colony(
        self,
        *,
        colonyname: str = "",
    ) -> Colony:
        """Get colony.

        A request about one colony.

        Sent as `getcolonymsg`; for an approved executor or a user of the colony.
        """
        reply: Colony = await self.call(
            colonies.GET_COLONY,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def get_colony_statistics(
        self,
        *,
        colonyname: str = "",
    ) -> Statistics:
        """Get colony statistics.

        A request about one colony.

        Sent as `getcolonystatsmsg`; for an approved executor or a user of the colony.
        """
        reply: Statistics = await self.call(
            colonies.GET_COLONY_STATISTICS,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def add_user(
        self,
        *,
        user: User | None = None,
    ) -> User:
        """Add user.

        Create a user of a colony.

        Sent as `addusermsg`; for the colony owner.
        """
        reply: User = await self.call(
            colonies.ADD_USER,
            colonies.AddUser(
                user=user,
            ),
        )
        return reply

    async def get_users(
        self,
        *,
        colonyname: str = "",
    ) -> list[User]:
        """Get users.

        A request about one colony.

        Sent as `getusersmsg`; for an approved or pending executor, or a user, of the colony.
        """
        reply: list[User] = await self.call(
            colonies.GET_USERS,
            colonies.NamedColony(
                colonyname=colonyname,
            ),
        )
        return reply

    async def get_user(
        self,
        *,
        colonyname: str = "",
        name: str = "",
    ) -> User:
        """Get user.

        A request about one user of a colony.

        Sent as `getusermsg`; for an approved or pending executor, or a user, of the colony.
        """
        reply: User = await self.call(
            colonies.GET_USER,
            colonies.NamedUser(
                colonyname=colonyname,
                name=name,
            ),
        )
        return reply

    async def remove_user(
        self,
        *,
        colonyname: str = "",
        name: str = "",
    ) -> Empty:
        """Remove user.

        A request about one user of a colony.

        Sent as `removeusermsg`; for the colony owner.
        """
        reply: Empty = await self.call(
            colonies.REMOVE_USER,
            colonies.NamedUser(
                colonyname=colonyname,
                name=name,
            ),
        )
        return reply

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
            processes.ADD_LOG,
            processes.AddLog(
                processid=processid,
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

        Read a log by process or by executor; `since` in nanoseconds, exclusive.

        Sent as `getlogsmsg`; for an approved executor or a user of the colony.
        """
        reply: list[Log] = await self.call(
            processes.GET_LOGS,
            processes.GetLogs(
                colonyname=colonyname,
                processid=processid,
                executorname=executorname,
                count=count,
                since=since,
                latest=latest,
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

    async def submit_workflow_spec(
        self,
        *,
        spec: WorkflowSpec | None = None,
    ) -> ProcessGraph:
        """Submit workflow spec.

        Submit a DAG of function specs.

        Sent as `submitworkflowspecmsg`; for an approved executor or a user of the colony.
        """
        reply: ProcessGraph = await self.call(
            workflows.SUBMIT_WORKFLOW_SPEC,
            workflows.SubmitWorkflowSpec(
                spec=spec,
            ),
        )
        return reply

    async def get_process_graph(
        self,
        *,
        processgraphid: str = "",
    ) -> ProcessGraph:
        """Get process graph.

        A request about one workflow.

        Sent as `getprocessgraphmsg`; for an approved executor or a user of the colony.
        """
        reply: ProcessGraph = await self.call(
            workflows.GET_GRAPH,
            workflows.OneGraph(
                processgraphid=processgraphid,
            ),
        )
        return reply

    async def get_process_graphs(
        self,
        *,
        colonyname: str = "",
        count: int = 0,
        state: int = 0,
    ) -> list[ProcessGraph]:
        """Get process graphs.

        Workflows of a colony in one state, newest first.

        Sent as `getprocessgraphsmsg`; for an approved executor or a user of the colony.
        """
        reply: list[ProcessGraph] = await self.call(
            workflows.GET_GRAPHS,
            workflows.ListGraphs(
                colonyname=colonyname,
                count=count,
                state=state,
            ),
        )
        return reply

    async def remove_process_graph(
        self,
        *,
        processgraphid: str = "",
    ) -> Empty:
        """Remove process graph.

        A request about one workflow.

        Sent as `removeprocessgraphmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            workflows.REMOVE_GRAPH,
            workflows.OneGraph(
                processgraphid=processgraphid,
            ),
        )
        return reply

    async def cancel_process_graph(
        self,
        *,
        processgraphid: str = "",
    ) -> Empty:
        """Cancel process graph.

        A request about one workflow.

        Sent as `cancelprocessgraphmsg`; for an approved executor or a user of the colony.
        """
        reply: Empty = await self.call(
            workflows.CANCEL_GRAPH,
            workflows.OneGraph(
                processgraphid=processgraphid,
            ),
        )
        return reply

    async def add_child(
        self,
        *,
        processgraphid: str = "",
        parentprocessid: str = "",
        childprocessid: str = "",
        spec: FunctionSpec | None = None,
        insert: bool = False,
    ) -> Process:
        """Add child.

        Add a process below a running one, or insert it before that one's children.

        Sent as `addchildmsg`; for an approved executor or a user of the colony.
        """
        reply: Process = await self.call(
            workflows.ADD_CHILD,
            workflows.AddChild(
                processgraphid=processgraphid,
                parentprocessid=parentprocessid,
                childprocessid=childprocessid,
                spec=spec,
                insert=insert,
            ),
        )
        return reply

    def subscribe_workflow(
        self,
        *,
        processgraphid: str = "",
        after: int = 0,
        timeout: int = 0,
    ) -> AsyncGenerator[workflows.WorkflowChange, None]:
        """Subscribe workflow.

        Follow a workflow: every change after a revision, then live; `timeout` in seconds.

        Sent as `subscribeworkflowmsg`; for an approved executor or a user of the colony. An
        extension of the protocol.
        """
        return self.stream(
            workflows.SUBSCRIBE_WORKFLOW,
            workflows.SubscribeWorkflow(
                processgraphid=processgraphid,
                after=after,
                timeout=timeout,
            ),
        )
