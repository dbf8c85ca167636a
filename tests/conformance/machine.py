"""Random lives of processes and workflows on a real broker, beside the model of the protocol."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from jupyter_colonies.broker.call import Facts
from jupyter_colonies.broker.deadlines import expire
from jupyter_colonies.broker.service import Broker
from jupyter_colonies.core import identity
from jupyter_colonies.core.member import Colony, Executor, User
from jupyter_colonies.core.messages import Message, colonies, executors, processes, workflows
from jupyter_colonies.core.process import Process, State
from jupyter_colonies.core.spec import Conditions, FunctionSpec, WorkflowSpec
from jupyter_colonies.errors import ColoniesError, NothingToAssign
from jupyter_colonies.store.address import Address
from tests.conformance.model import Model, ModelGraph, ModelProcess
from tests.unit.broker.stage import Clock

NAMES = ["e1", "e2"]
limits = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.sampled_from([-1, 1, 2]),
        "maxwaittime": st.sampled_from([0, 1, 3]),
        "maxexectime": st.sampled_from([0, 1, 2]),
        "maxretries": st.sampled_from([-1, 0, 1]),
    },
)
outputs = st.lists(st.integers(0, 9), max_size=2)
picks = st.integers(0, 2**16)


class Desk:
    """A broker on an event loop of its own, with a clock that tests move."""

    def __init__(self, database: Address) -> None:
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.serverid = identity.new_id()
        self.runner.run(self._open(database))

    async def _open(self, database: Address) -> None:
        self._database = database
        self.broker = Broker(database, Facts(self.serverid, ""), clock=self.clock)
        await self.broker.start()

    async def restart(self) -> None:
        """Stop the server and start another one on the same database."""
        await self.broker.stop()
        await self._open(self._database)

    def close(self) -> None:
        self.runner.run(self.broker.stop())
        self.runner.close()


class Lives(RuleBasedStateMachine):
    """Each rule does one operation on both sides; the invariant compares everything."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.model = Model()
        self.owner, self.user = identity.new_id(), identity.new_id()
        self.executors: dict[str, str] = {}
        self.desk.runner.run(self._enter())

    async def _enter(self) -> None:
        colony = Colony(name="dev", colonyid=self.owner)
        await self._call(colonies.ADD_COLONY, self.desk.serverid, colony=colony)
        user = User(colonyname="dev", name="user", userid=self.user)
        await self._call(colonies.ADD_USER, self.owner, user=user)
        for name in NAMES:
            await self._register(name)

    def teardown(self) -> None:
        self.call(colonies.REMOVE_COLONY, self.desk.serverid, colonyname="dev")

    async def _call(self, operation: Message[Any, Any], caller: str, **fields: Any) -> Any:
        return await self.desk.broker.call(
            operation, operation.request(msgtype=operation.type, **fields), caller
        )

    def call(self, operation: Message[Any, Any], caller: str, **fields: Any) -> Any:
        return self.desk.runner.run(self._call(operation, caller, **fields))

    def refused(self, operation: Message[Any, Any], caller: str, **fields: Any) -> None:
        with contextlib.suppress(ColoniesError):
            self.call(operation, caller, **fields)
            raise AssertionError(f"{operation} should have been refused")

    async def _register(self, name: str) -> None:
        executorid = self.executors[name] = identity.new_id()
        executor = Executor(
            colonyname="dev", executorname=name, executortype="t", executorid=executorid
        )
        await self._call(executors.ADD_EXECUTOR, self.owner, executor=executor)
        await self._call(
            executors.APPROVE_EXECUTOR, self.owner, colonyname="dev", executorname=name
        )

    def running(self) -> list[ModelProcess]:
        return [p for p in self.model.processes.values() if p.state == State.RUNNING]

    def pick(self, number: int) -> ModelProcess:
        found = list(self.model.processes.values())
        return found[number % len(found)]

    def pick_graph(self, number: int) -> ModelGraph:
        found = list(self.model.graphs.values())
        return found[number % len(found)]

    # --- operations ---

    @rule(fields=limits)
    def submit(self, fields: dict[str, Any]) -> None:
        process = self.call(processes.SUBMIT_FUNCTION_SPEC, self.user, spec=_spec(**fields))
        self.model.add(process.processid, **fields)

    @rule(nodes=st.lists(st.tuples(limits, st.lists(picks, max_size=3)), min_size=1, max_size=5))
    def submit_workflow(self, nodes: list[tuple[dict[str, Any], list[int]]]) -> None:
        after = [
            list(dict.fromkeys(each % place for each in named)) if place else []
            for place, (_, named) in enumerate(nodes)
        ]
        specs = [
            _spec(f"n{place}", [f"n{each}" for each in after[place]], **fields)
            for place, (fields, _) in enumerate(nodes)
        ]
        graph = self.call(
            workflows.SUBMIT_WORKFLOW_SPEC,
            self.user,
            spec=WorkflowSpec(colonyname="dev", functionspecs=specs),
        )
        modelled = ModelGraph(graph.processgraphid)
        self.model.graphs[graph.processgraphid] = modelled
        members: list[ModelProcess] = []
        for processid, (fields, _), named in zip(graph.processids, nodes, after, strict=True):
            parents = [members[each] for each in named]
            members.append(self.model.add(processid, graph=modelled, parents=parents, **fields))

    @precondition(lambda self: self.model.processes)
    @rule(name=st.sampled_from(NAMES))
    def assign(self, name: str) -> None:
        expected = self.model.next_for()
        executorid = self.executors[name]
        try:
            process = self.call(processes.ASSIGN_PROCESS, executorid, colonyname="dev", timeout=-1)
        except NothingToAssign:
            assert expected is None
            return
        assert expected is not None
        assert process.processid == expected.id
        self.model.assign(expected, executorid)
        self._compare(process, expected)

    @precondition(lambda self: self.model.processes)
    @rule(number=picks, name=st.sampled_from(NAMES), out=outputs)
    def close(self, number: int, name: str, out: list[int]) -> None:
        process, caller = self.pick(number), self.executors[name]
        request = {"processid": process.id, "out": out}
        if process.executor != caller or process.state not in (State.RUNNING, State.SUCCESS):
            self.refused(processes.CLOSE_SUCCESSFUL, caller, **request)
            return
        self.call(processes.CLOSE_SUCCESSFUL, caller, **request)
        if process.state == State.RUNNING:
            self.model.close(process, list(out))

    @precondition(lambda self: self.running())
    @rule(number=picks, out=outputs)
    def close_what_runs(self, number: int, out: list[int]) -> None:
        process = self.running()[number % len(self.running())]
        self.call(processes.CLOSE_SUCCESSFUL, process.executor, processid=process.id, out=out)
        self.model.close(process, list(out))

    @precondition(lambda self: self.running())
    @rule(number=picks)
    def fail_what_runs(self, number: int) -> None:
        process = self.running()[number % len(self.running())]
        self.call(processes.CLOSE_FAILED, process.executor, processid=process.id, errors=["e"])
        self.model.fail(process, ["e"])

    @precondition(lambda self: self.model.next_for())
    @rule(name=st.sampled_from(NAMES), out=outputs)
    def work(self, name: str, out: list[int]) -> None:
        process = self.model.next_for()
        assert process is not None
        self.assign(name)
        self.call(processes.CLOSE_SUCCESSFUL, self.executors[name], processid=process.id, out=out)
        self.model.close(process, list(out))

    @precondition(lambda self: self.model.processes)
    @rule(number=picks, name=st.sampled_from(NAMES))
    def fail(self, number: int, name: str) -> None:
        process, caller = self.pick(number), self.executors[name]
        request = {"processid": process.id, "errors": ["e"]}
        if process.executor != caller or process.state != State.RUNNING:
            self.refused(processes.CLOSE_FAILED, caller, **request)
            return
        self.call(processes.CLOSE_FAILED, caller, **request)
        self.model.fail(process, ["e"])

    @precondition(lambda self: self.model.processes)
    @rule(number=picks, name=st.sampled_from(NAMES), out=outputs)
    def set_output(self, number: int, name: str, out: list[int]) -> None:
        process, caller = self.pick(number), self.executors[name]
        request = {"processid": process.id, "out": out}
        if process.executor != caller or process.state != State.RUNNING:
            self.refused(processes.SET_OUTPUT, caller, **request)
            return
        self.call(processes.SET_OUTPUT, caller, **request)
        process.output = list(out) or process.output

    @precondition(lambda self: self.running())
    @rule(number=picks, other=picks, join=st.booleans(), insert=st.booleans(), fields=limits)
    def add_child(
        self, number: int, other: int, join: bool, insert: bool, fields: dict[str, Any]
    ) -> None:
        running = self.running()
        parent = running[number % len(running)]
        joined = self.pick(other) if join else None
        request = {
            "parentprocessid": parent.id,
            "childprocessid": joined.id if joined else "",
            "insert": insert,
            "spec": _spec("added", **fields),
        }
        allowed = parent.graph is not None and (
            joined is None
            or insert
            or (joined.graph is parent.graph and joined.state == State.WAITING)
        )
        if not allowed:
            self.refused(workflows.ADD_CHILD, parent.executor, **request)
            return
        child = self.call(workflows.ADD_CHILD, parent.executor, **request)
        modelled = self.model.add_child(parent, child.processid, joined, insert=insert, **fields)
        self._compare(child, modelled)

    @precondition(lambda self: self.model.processes)
    @rule(number=picks)
    def cancel(self, number: int) -> None:
        process = self.pick(number)
        if process.graph is not None or process.state.finished:
            self.refused(processes.CANCEL_PROCESS, self.user, processid=process.id)
            return
        self.call(processes.CANCEL_PROCESS, self.user, processid=process.id)
        self.model.cancel(process)

    @precondition(lambda self: self.model.graphs)
    @rule(number=picks)
    def cancel_graph(self, number: int) -> None:
        graph = self.pick_graph(number)
        self.call(workflows.CANCEL_GRAPH, self.user, processgraphid=graph.id)
        self.model.cancel_graph(graph)

    @precondition(lambda self: self.model.processes)
    @rule(number=picks)
    def remove(self, number: int) -> None:
        process = self.pick(number)
        if process.graph is not None or process.state == State.RUNNING:
            self.refused(processes.REMOVE_PROCESS, self.user, processid=process.id)
            return
        self.call(processes.REMOVE_PROCESS, self.user, processid=process.id)
        self.model.remove(process)

    @precondition(lambda self: self.model.graphs)
    @rule(number=picks)
    def remove_graph(self, number: int) -> None:
        graph = self.pick_graph(number)
        if graph.state == State.RUNNING:
            self.refused(workflows.REMOVE_GRAPH, self.user, processgraphid=graph.id)
            return
        self.call(workflows.REMOVE_GRAPH, self.user, processgraphid=graph.id)
        self.model.remove_graph(graph)

    @rule(name=st.sampled_from(NAMES))
    def replace_executor(self, name: str) -> None:
        old = self.executors[name]
        self.call(executors.REMOVE_EXECUTOR, self.owner, colonyname="dev", executorname=name)
        self.desk.runner.run(self._register(name))
        for process in self.model.processes.values():
            if process.state == State.RUNNING and process.executor == old:
                self.model.requeue(process)
        self._expire()
        self.model.advance(0)

    @rule(seconds=st.integers(1, 3))
    def time_passes(self, seconds: int) -> None:
        self.desk.clock.advance(seconds)
        self._expire()
        self.model.advance(seconds)

    @rule()
    def restart(self) -> None:
        """Nothing is lost; what became due while the server was away happens."""
        self.desk.runner.run(self.desk.restart())
        self._expire()
        self.model.advance(0)

    def _expire(self) -> None:
        async def run() -> None:
            await self.desk.broker.store.write(expire)

        self.desk.runner.run(run())

    # --- comparison ---

    @invariant()
    def both_sides_agree(self) -> None:
        self.desk.runner.run(self._agree())

    async def _agree(self) -> None:
        for modelled in self.model.processes.values():
            found = await self._call(processes.GET_PROCESS, self.user, processid=modelled.id)
            self._compare(found, modelled)
        for graph in self.model.graphs.values():
            found = await self._call(workflows.GET_GRAPH, self.user, processgraphid=graph.id)
            assert found.state == graph.state
            assert set(found.processids) == {member.id for member in graph.members}
        statistics = await self._call(colonies.GET_COLONY_STATISTICS, self.user, colonyname="dev")
        states = [process.state for process in self.model.processes.values()]
        assert statistics.waitingprocesses == states.count(State.WAITING)
        assert statistics.runningprocesses == states.count(State.RUNNING)
        assert statistics.successfulprocesses == states.count(State.SUCCESS)
        assert statistics.failedprocesses == states.count(State.FAILED)
        assert statistics.cancelledprocesses == states.count(State.CANCELLED)

    def _compare(self, found: Process, modelled: ModelProcess) -> None:
        assert found.state == modelled.state
        assert found.waitforparents == modelled.blocked
        assert found.parents == [parent.id for parent in modelled.parents]
        assert found.children == [child.id for child in modelled.children]
        assert found.input == modelled.inputs
        assert found.output == modelled.output
        assert found.errors == modelled.errors
        assert found.retries == modelled.retries
        assert found.assignedexecutorid == modelled.executor
        assert found.isassigned == bool(modelled.executor)


def _spec(nodename: str = "", after: list[str] | None = None, **fields: Any) -> FunctionSpec:
    conditions = Conditions(colonyname="dev", executortype="t", dependencies=after or [])
    return FunctionSpec(nodename=nodename, funcname="f", conditions=conditions, **fields)
