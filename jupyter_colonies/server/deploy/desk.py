"""Deployments as resources of the REST API, behind the door and inside Jupyter only."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import msgspec

from jupyter_colonies.core import deployment as rules
from jupyter_colonies.core.decoding import decode_exactly
from jupyter_colonies.core.deployment import DeploymentLog, DeploymentRequest
from jupyter_colonies.errors import AccessDenied
from jupyter_colonies.server.deploy.deployment import Deployment
from jupyter_colonies.server.deploy.deployments import Deployments
from jupyter_colonies.server.rest.declaration import Reply, Visit, address, declare

LONGEST_WAIT = 600
MOST_LINES = 100_000
LINES = 200

ALL = "deployments"
ONE = "deployments/{name}"

USERS = "a user of this Jupyter server who may run code in kernels"

Wait = Annotated[
    int,
    msgspec.Meta(
        ge=0, le=LONGEST_WAIT, description="Seconds to wait until the notebook has run or failed."
    ),
]


class Waiting(msgspec.Struct, kw_only=True):
    """How long to wait."""

    wait: Wait = 0


class End(msgspec.Struct, kw_only=True):
    """How much of a log."""

    lines: Annotated[
        int, msgspec.Meta(ge=0, le=MOST_LINES, description="How many of the last lines.")
    ] = LINES


@declare("GET", ALL, who=USERS, inside=True, replies={200: list[rules.Deployment]})
async def list_deployments(visit: Visit) -> Reply:
    """Every deployed notebook."""
    return Reply(200, visit.service(Deployments).list())


@declare("POST", ALL, who=USERS, inside=True, replies={201: rules.Deployment})
async def deploy_notebook(visit: Visit, *, query: Waiting, body: DeploymentRequest) -> Reply:
    """Deploy a notebook; what is under that name already is replaced by it."""
    deployment = await visit.service(Deployments).deploy(body)
    reply = await _when_settled(visit, deployment, query.wait)
    return Reply(201, reply.body, address("deployments", deployment.record.name))


@declare("GET", ONE, who=USERS, inside=True, replies={200: rules.Deployment})
async def get_deployment(visit: Visit, name: str, *, query: Waiting) -> Reply:
    """One deployed notebook."""
    return await _when_settled(visit, visit.service(Deployments).get(name), query.wait)


@declare("POST", ONE + "/restart", who=USERS, inside=True, replies={200: rules.Deployment})
async def restart_deployment(visit: Visit, name: str, *, query: Waiting) -> Reply:
    """Run the cells of a deployed notebook anew."""
    return await _when_settled(visit, await visit.service(Deployments).restart(name), query.wait)


@declare("POST", ONE + "/stop", who=USERS, inside=True, replies={200: rules.Deployment})
async def stop_deployment(visit: Visit, name: str) -> Reply:
    """End a deployed notebook's kernel; what it runs may finish for some seconds."""
    return Reply(200, (await visit.service(Deployments).stop(name)).shown)


@declare("DELETE", ONE, who=USERS, inside=True, replies={204: None})
async def remove_deployment(visit: Visit, name: str) -> Reply:
    """Stop a deployed notebook and forget it."""
    await visit.service(Deployments).remove(name)
    return Reply(204)


@declare("GET", ONE + "/log", who=USERS, inside=True, replies={200: DeploymentLog})
async def get_deployment_log(visit: Visit, name: str, *, query: End) -> Reply:
    """The end of a deployed notebook's log."""
    log = visit.service(Deployments).get(name).log
    return Reply(200, DeploymentLog(text=await log.tail(query.lines)))


def confined(body: bytes, root: str, *, anywhere: bool) -> bytes:
    """A request to deploy whose path is relative to Jupyter's root, with the absolute path.

    Raises AccessDenied for what lies outside, by whatever way of links and dots, unless
    `anywhere` allows it, and InvalidRequest for what can't be read.
    """
    wanted = decode_exactly(body, DeploymentRequest)
    top = Path(os.path.realpath(Path(root).expanduser()))
    path = Path(os.path.normpath(top / wanted.path.lstrip("/")))
    if anywhere and Path(wanted.path).is_absolute():
        path = Path(os.path.normpath(wanted.path))
    elif not anywhere and not Path(os.path.realpath(path)).is_relative_to(top):
        raise AccessDenied(
            f"'{wanted.path}' lies outside of this server's root folder: deploy it from a terminal "
            "of this user, or set ColoniesExtension.deploy_anywhere"
        )
    return msgspec.json.encode(msgspec.structs.replace(wanted, path=str(path)))


async def _when_settled(visit: Visit, deployment: Deployment, wait: int) -> Reply:
    if wait:
        gone = asyncio.create_task(visit.gone.wait())
        settled = asyncio.create_task(deployment.settled())
        await asyncio.wait({gone, settled}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        for task in (gone, settled):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    return Reply(200, deployment.shown)
