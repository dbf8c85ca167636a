"""How an executor becomes a member of its colony, stays one and leaves."""

from __future__ import annotations

from jupyter_colonies.client.client import Client
from jupyter_colonies.client.colony import Colony
from jupyter_colonies.client.patience import passes
from jupyter_colonies.core import enrolment
from jupyter_colonies.core.identity import new_private_key
from jupyter_colonies.core.member import Capabilities, Executor, ExecutorState, Function
from jupyter_colonies.errors import (
    AccessDenied,
    ColoniesError,
    Conflict,
    InvalidRequest,
    NotFound,
    ServerRefused,
)

LEASE = 60  # seconds an executor may be silent before its processes are given back
RENEWAL = 15.0  # seconds between signs of life

_RENEW_LEASE = "renewleasemsg"


class Registration:
    """The membership of one executor, under a key made for it that never leaves this process.

    The server of this machine takes an executor that proves to know the registration secret of
    the runtime file; any other one is asked in the name of the colony's owner.
    """

    def __init__(self, colony: Colony, executorname: str) -> None:
        self.colony = colony
        self.executorname = executorname
        self.private_key = new_private_key()
        self.client: Client = colony.client.signed_by(self.private_key)
        self.leased = False
        self.extensions: list[str] = []
        self._owned = False

    async def enter(self, executortype: str, capabilities: Capabilities) -> None:
        """Register and approve the executor.

        An executor of the same name is replaced. Raises AccessDenied where neither the secret nor
        the owner's key is at hand, and what the server refuses.
        """
        executor = Executor(
            executorid=self.client.id,
            executorname=self.executorname,
            executortype=executortype,
            colonyname=self.colony.name,
            capabilities=capabilities,
        )
        found = self.colony.found
        if found.secret:
            await self._enrol(executor)
        elif found.colony_private_key:
            await self._add(executor, self.colony.client.signed_by(found.colony_private_key))
        else:
            raise AccessDenied(
                f"Executor '{self.executorname}' can't be registered at "
                f"{found.endpoint.base_url}: neither the registration secret of the server's "
                "runtime file nor the key of the colony's owner is at hand. Connect to the "
                "server of this machine, or set COLONIES_COLONY_PRVKEY"
            )

    async def offer(self, function: Function) -> None:
        """Register a function that the executor serves."""
        await self.client.add_function(fun=function)

    async def describe(self, capabilities: Capabilities) -> None:
        """Say anew what the executor has. Raises ColoniesError if the server is away.

        A server that refuses it is asked no more: nothing depends on it.
        """
        try:
            await self.client.update_executor(
                colonyname=self.colony.name,
                executorname=self.executorname,
                capabilities=capabilities,
            )
        except ColoniesError as error:
            if passes(error):
                raise

    async def renew(self) -> None:
        """Tell the server that the executor is alive. Raises what the server refuses."""
        if self.leased:
            await self.client.renew_lease(
                colonyname=self.colony.name, executorname=self.executorname, lease=LEASE
            )

    async def leave(self) -> None:
        """Give up the membership; processes still assigned go back to the queue."""
        names = {"colonyname": self.colony.name, "executorname": self.executorname}
        if self.leased:
            await self.client.leave_colony(**names)
        elif self._owned:
            owner = self.colony.client.signed_by(self.colony.found.colony_private_key)
            await owner.remove_executor(**names)

    async def standing(self, *, gone_is_fine: bool) -> str:
        """Why the server refuses this executor; empty if it may simply enter anew.

        An executor that vanished while the server was there all the time was removed on purpose.
        """
        gone = "" if gone_is_fine else "it was removed from the colony"
        try:
            executor = await self.colony.client.get_executor(
                colonyname=self.colony.name, executorname=self.executorname
            )
        except (NotFound, ServerRefused) as error:
            if passes(error):
                raise
            return gone
        if executor.state == ExecutorState.UNREGISTERED:
            return gone
        if executor.executorid != self.client.id:
            return "another executor has taken its name"
        if executor.state == ExecutorState.REJECTED:
            return "the colony's owner rejected it"
        return ""

    async def _enrol(self, executor: Executor) -> None:
        secret = self.colony.found.secret
        try:
            await self._prove(executor, secret)
        except AccessDenied:
            # A restarted server has a new secret, read when it is found again by this request.
            if self.colony.found.secret == secret:
                raise
            await self._prove(executor, self.colony.found.secret)
        self.leased = True
        self.extensions = await self.colony.extensions()

    async def _prove(self, executor: Executor, secret: str) -> None:
        proof = enrolment.proof(
            secret, executor.colonyname, executor.executorname, executor.executorid
        )
        await self.client.enrol_executor(executor=executor, proof=proof, lease=LEASE)

    async def _add(self, executor: Executor, owner: Client) -> None:
        names = {"colonyname": executor.colonyname, "executorname": executor.executorname}
        try:
            await owner.add_executor(executor=executor)
        except (InvalidRequest, Conflict) as error:
            if "already exists" not in error.message:
                raise
            await owner.remove_executor(**names)
            await owner.add_executor(executor=executor)
        await owner.approve_executor(**names)
        self._owned = True
        try:
            info = await self.client.get_server_info()
        except ColoniesError as error:
            if passes(error):
                raise
            return
        self.extensions = info.extensions
        self.leased = _RENEW_LEASE in info.extensions
        await self.renew()
