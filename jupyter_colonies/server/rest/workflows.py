"""Workflows: submitting and reading them."""

from __future__ import annotations

import msgspec

from jupyter_colonies.core.graph import ProcessGraph
from jupyter_colonies.core.messages import processes, workflows
from jupyter_colonies.core.policy import Role
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.spec import FunctionSpec, WorkflowSpec
from jupyter_colonies.server.rest.declaration import MIB, Reply, Visit, declare

ALL = "colonies/{colonyname}/workflows"
ONE = "workflows/{workflowid}"


class Workflow(msgspec.Struct, kw_only=True):
    """A workflow and all its processes."""

    workflow: ProcessGraph
    processes: list[Process]


@declare("POST", ALL, who=Role.MEMBER, replies={201: ProcessGraph}, largest=128 * MIB)
async def submit_workflow(visit: Visit, colonyname: str, *, body: list[FunctionSpec]) -> Reply:
    """Submit a list of function specs that form a DAG.

    Each has a `nodename`; `conditions.dependencies` names those it waits for.
    """
    spec = WorkflowSpec(colonyname=colonyname, functionspecs=body)
    graph: ProcessGraph = await visit.ask(workflows.SUBMIT_WORKFLOW_SPEC, spec=spec)
    return Reply(201, graph, f"workflows/{graph.processgraphid}")


@declare("GET", ONE, who=Role.MEMBER, replies={200: Workflow}, tagged=True)
async def get_workflow(visit: Visit, workflowid: str) -> Reply:
    """A workflow with all its processes."""
    graph: ProcessGraph = await visit.ask(workflows.GET_GRAPH, processgraphid=workflowid)
    members: list[Process] = await visit.ask(
        processes.GET_PROCESSES,
        colonyname=graph.colonyname,
        processgraphid=workflowid,
        state=-1,
    )
    return Reply(200, Workflow(workflow=graph, processes=members))
