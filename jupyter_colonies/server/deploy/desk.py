"""Deployments as resources of the REST API, behind the door and inside Jupyter only."""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import msgspec

from jupyter_colonies.core.decoding import decode_exactly
from jupyter_colonies.core.deployment import DeploymentLog, DeploymentRequest
from jupyter_colonies.errors import AccessDenied
from jupyter_colonies.server.deploy.deployment import Deployment
from jupyter_colonies.server.deploy.deployments import Deployments
from jupyter_colonies.server.resources import Actions, Reply, Visit, whole_number

LONGEST_WAIT = 600
MOST_LINES = 100_000
LINES = 200

ALL = r"deployments"
ONE = r"deployments/([^/]+)"
RESTART, STOP, LOG = f"{ONE}/restart", f"{ONE}/stop", f"{ONE}/log"
PATHS = (ALL, ONE, RESTART, STOP, LOG)


class Desk:
    """What can be asked of the deployments.

    With `?wait=` seconds a reply comes when the notebook has run through or failed.
    """

    def __init__(self, deployments: Deployments) -> None:
        self._deployments = deployments

    async def all(self, _: Visit) -> Reply:
        """Every deployment."""
        return Reply(200, self._deployments.list())

    async def deploy(self, visit: Visit) -> Reply:
        """Deploy a notebook; what is under that name already is replaced by it."""
        wanted = await visit.read(DeploymentRequest)
        deployment = await self._deployments.deploy(wanted)
        reply = await _when_settled(visit, deployment)
        return Reply(201, reply.body, f"deployments/{deployment.record.name}")

    async def get(self, visit: Visit, name: str) -> Reply:
        """One deployment."""
        return await _when_settled(visit, self._deployments.get(name))

    async def restart(self, visit: Visit, name: str) -> Reply:
        """Run the cells of a deployment anew."""
        return await _when_settled(visit, await self._deployments.restart(name))

    async def stop(self, _: Visit, name: str) -> Reply:
        """End a deployment's kernel; what it runs may finish for some seconds."""
        return Reply(200, (await self._deployments.stop(name)).shown)

    async def remove(self, _: Visit, name: str) -> Reply:
        """Stop a deployment and forget it."""
        await self._deployments.remove(name)
        return Reply(204)

    async def log(self, visit: Visit, name: str) -> Reply:
        """The end of a deployment's log, `?lines=` of it."""
        lines = whole_number(visit.query.get("lines", str(LINES)), "lines", MOST_LINES)
        return Reply(200, DeploymentLog(text=await self._deployments.get(name).log.tail(lines)))


def resources(deployments: Deployments) -> dict[str, Actions]:
    """The actions, by path below `/v1/` and method."""
    desk = Desk(deployments)
    return {
        ALL: {"GET": desk.all, "POST": desk.deploy},
        ONE: {"GET": desk.get, "DELETE": desk.remove},
        RESTART: {"POST": desk.restart},
        STOP: {"POST": desk.stop},
        LOG: {"GET": desk.log},
    }


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


async def _when_settled(visit: Visit, deployment: Deployment) -> Reply:
    wait = whole_number(visit.query.get("wait", "0"), "wait", LONGEST_WAIT)
    if wait:
        gone = asyncio.create_task(visit.gone.wait())
        settled = asyncio.create_task(deployment.settled())
        await asyncio.wait({gone, settled}, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        for task in (gone, settled):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
    return Reply(200, deployment.shown)
