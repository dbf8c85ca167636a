"""Who uses the REST API, and for which executors they may act.

A visitor is whoever signed the request, whoever a bearer token stands for, or inside Jupyter a
user of this server's colony. Those of the last two kinds also act for the executors that they
registered, which have no keys of their own.
"""

from __future__ import annotations

from typing import Any, Protocol

import msgspec

from jupyter_colonies.broker.service import Broker
from jupyter_colonies.broker.tokens import Bearer
from jupyter_colonies.core import enrolment, identity
from jupyter_colonies.core.member import Executor
from jupyter_colonies.core.messages import executors, processes
from jupyter_colonies.core.messages.registry import Message
from jupyter_colonies.core.process import Process
from jupyter_colonies.core.scope import Scope
from jupyter_colonies.errors import AccessDenied, InvalidRequest
from jupyter_colonies.store import members
from jupyter_colonies.store.statement import Transaction


class Enrolment(msgspec.Struct, kw_only=True):
    """What a registration says beside the executor itself."""

    proof: str = ""
    lease: int = 0


class Visitor(Protocol):
    """A caller whose identity is known.

    `proof` says in words how: `signature`, `token` and its id, or `jupyter user` and the name.
    `bearer` is the token; it may be good for less than the identity. `ownerid` is the id of the
    colony's owner, for one who may act as the owner too; empty for others.
    """

    id: str
    proof: str
    bearer: Bearer | None
    ownerid: str

    async def enrol(self, executor: Executor, terms: Enrolment) -> Executor:
        """Register and approve an executor. Raises AccessDenied."""

    async def executor(self, colonyname: str, executorname: str) -> str:
        """Id under which to act as an executor. Raises AccessDenied."""

    async def holder(self, processid: str) -> str:
        """Id under which to act as the executor of a process. Raises AccessDenied."""

    async def dismiss(self, colonyname: str, executorname: str) -> None:
        """Unregister an executor. Raises AccessDenied."""


async def ask(broker: Broker, message: Message[Any, Any], callerid: str, /, **fields: Any) -> Any:
    """One operation of the broker, its request given by fields."""
    return await broker.call(message, message.request(msgtype=message.type, **fields), callerid)


class SignedVisitor:
    """Whoever signed the request."""

    bearer: Bearer | None = None
    ownerid = ""
    proof = "signature"

    def __init__(self, broker: Broker, callerid: str) -> None:
        self.id = callerid
        self._broker = broker

    async def enrol(self, executor: Executor, terms: Enrolment) -> Executor:
        """With a proof an executor enrols itself; without one the colony's owner registers it."""
        if terms.proof:
            if executor.executorid not in ("", self.id):
                raise AccessDenied("An executor enrols under the id it signs with, and no other")
            executor.executorid = self.id
            fields = {"executor": executor, "proof": terms.proof, "lease": terms.lease}
            enrolled: Executor = await self._ask(executors.ENROL_EXECUTOR, **fields)
            return enrolled
        if terms.lease:
            raise InvalidRequest("Only an executor that enrols itself by a proof takes a lease")
        if not executor.executorid:
            raise InvalidRequest("The colony's owner has to name the executorid it registers")
        added: Executor = await self._ask(executors.ADD_EXECUTOR, executor=executor)
        names = {"colonyname": added.colonyname, "executorname": added.executorname}
        await self._ask(executors.APPROVE_EXECUTOR, **names)
        return added

    async def executor(self, colonyname: str, executorname: str) -> str:
        """The signer's id, if it is that executor."""
        names = {"colonyname": colonyname, "executorname": executorname}
        found: Executor = await self._ask(executors.GET_EXECUTOR, **names)
        if found.executorid != self.id:
            raise AccessDenied(f"Access denied, only executor <{executorname}> itself may do this")
        return self.id

    async def holder(self, processid: str) -> str:  # noqa: ARG002 - the broker checks it
        """The signer's id: the broker checks that it holds the process."""
        return self.id

    async def dismiss(self, colonyname: str, executorname: str) -> None:
        """An executor leaves by itself, or the colony's owner removes it."""
        names = {"colonyname": colonyname, "executorname": executorname}
        try:
            await self._ask(executors.LEAVE_COLONY, **names)
        except AccessDenied:
            await self._ask(executors.REMOVE_EXECUTOR, **names)

    async def _ask(self, message: Message[Any, Any], /, **fields: Any) -> Any:
        return await ask(self._broker, message, self.id, **fields)


class OwnerOfExecutors:
    """Somebody who registers executors without keys, and acts for them."""

    bearer: Bearer | None = None
    ownerid = ""
    proof = ""

    def __init__(self, broker: Broker, userid: str) -> None:
        self.id = userid
        self._broker = broker

    async def enrol(self, executor: Executor, terms: Enrolment) -> Executor:
        """The server makes the executor's id; it belongs to the user."""
        if executor.executorid or terms.proof:
            raise InvalidRequest(
                "The server makes the executor's id here: leave executorid and proof out"
            )
        executor.executorid = identity.new_id()
        proof = enrolment.proof(
            self._broker.secret, executor.colonyname, executor.executorname, executor.executorid
        )
        await self._check_member(executor.colonyname)
        added: Executor = await ask(
            self._broker,
            executors.ENROL_EXECUTOR,
            executor.executorid,
            executor=executor,
            proof=proof,
            lease=terms.lease,
            ownerid=self.id,
        )
        return added

    async def executor(self, colonyname: str, executorname: str) -> str:
        """The id of an executor that belongs to the user."""
        names = {"colonyname": colonyname, "executorname": executorname}
        found: Executor = await ask(self._broker, executors.GET_EXECUTOR, self.id, **names)
        return await self._owned(colonyname, found.executorid)

    async def holder(self, processid: str) -> str:
        """The id of the process's executor, if that belongs to the user."""
        process: Process = await ask(
            self._broker, processes.GET_PROCESS, self.id, processid=processid
        )
        if not process.assignedexecutorid:
            raise AccessDenied("Access denied, the process is not assigned to an executor")
        return await self._owned(process.spec.conditions.colonyname, process.assignedexecutorid)

    async def dismiss(self, colonyname: str, executorname: str) -> None:
        """Unregister an executor that belongs to the user."""
        executorid = await self.executor(colonyname, executorname)
        names = {"colonyname": colonyname, "executorname": executorname}
        await ask(self._broker, executors.LEAVE_COLONY, executorid, **names)

    async def _check_member(self, colonyname: str) -> None:
        await ask(self._broker, executors.GET_EXECUTORS, self.id, colonyname=colonyname)

    async def _owned(self, colonyname: str, executorid: str) -> str:
        def owner(tx: Transaction) -> str:
            row = tx.one(members.EXECUTOR_OF_ID, colonyname=colonyname, id=executorid)
            whole = row and tx.one(
                members.GET_EXECUTOR, colonyname=colonyname, executorname=row["executorname"]
            )
            return str(whole["ownerid"]) if whole else ""

        if await self._broker.store.read(owner) != self.id:
            raise AccessDenied(
                "Access denied, this executor was not registered by you, with a token or through "
                "this Jupyter server"
            )
        return executorid


class JupyterVisitor(OwnerOfExecutors):
    """A user of this server, on the strength of Jupyter's authentication.

    `name` is who they are to Jupyter.
    """

    def __init__(self, broker: Broker, userid: str, *, name: str = "", ownerid: str = "") -> None:
        super().__init__(broker, userid)
        self.ownerid = ownerid
        self.proof = f"jupyter user {name}" if name else "jupyter"

    async def dismiss(self, colonyname: str, executorname: str) -> None:
        """Unregister an executor that belongs to the user, or any for who may act as the owner."""
        try:
            await super().dismiss(colonyname, executorname)
        except AccessDenied:
            if not self.ownerid:
                raise
            names = {"colonyname": colonyname, "executorname": executorname}
            await ask(self._broker, executors.REMOVE_EXECUTOR, self.ownerid, **names)


class TokenVisitor(OwnerOfExecutors):
    """Whoever a bearer token stands for, as far as it goes."""

    def __init__(self, broker: Broker, bearer: Bearer) -> None:
        super().__init__(broker, bearer.id)
        self.bearer = bearer
        self.proof = f"token {bearer.tokenid}"
        self._grant = bearer.grant
        self._signed = SignedVisitor(broker, bearer.id)

    async def enrol(self, executor: Executor, terms: Enrolment) -> Executor:
        """One without a key, which belongs to the visitor; a colony's owner may name an id."""
        if executor.executorid and not terms.proof:
            await self._permit(executors.ADD_EXECUTOR, executor=executor)
            return await self._signed.enrol(executor, terms)
        await self._permit(executors.ENROL_EXECUTOR, executor=executor)
        return await super().enrol(executor, terms)

    async def dismiss(self, colonyname: str, executorname: str) -> None:
        """Unregister an executor that belongs to the visitor, or any for the colony's owner."""
        names = {"colonyname": colonyname, "executorname": executorname}
        if Scope.EXECUTE not in self._grant.scopes:
            await self._permit(executors.REMOVE_EXECUTOR, **names)
            await ask(self._broker, executors.REMOVE_EXECUTOR, self.id, **names)
            return
        await self._permit(executors.LEAVE_COLONY, **names)
        await super().dismiss(colonyname, executorname)

    async def _owned(self, colonyname: str, executorid: str) -> str:
        if executorid == self.id:
            return executorid
        return await super()._owned(colonyname, executorid)

    async def _permit(self, message: Message[Any, Any], /, **fields: Any) -> None:
        request = message.request(msgtype=message.type, **fields)
        await self._broker.confine(message, request, self._grant)
