"""The smallest Colonies client there can be, sharing no code with the package under test.

It sends any JSON, well formed or not, and checks of every reply what the protocol promises of all
of them: the envelope, the status in two places, the echoed payload type.
"""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

import coincurve
import pytest
import websocket

NEVER = "0001-01-01T00:00:00Z"
WAITING, RUNNING, SUCCESS, FAILED, CANCELLED = range(5)


class Refused(Exception):
    """The server answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.status = status
        self.message = message


@contextmanager
def refused(status: int, text: str = "") -> Iterator[pytest.ExceptionInfo[Refused]]:
    """The block must end in an error of this status whose message begins with the text."""
    with pytest.raises(Refused) as caught:
        yield caught
    assert (caught.value.status, caught.value.message[: len(text)]) == (status, text)


def new_key() -> str:
    return secrets.token_hex(32)


def id_of(key: str) -> str:
    public = coincurve.PrivateKey(bytes.fromhex(key)).public_key.format(compressed=False)
    return hashlib.sha3_256(public.hex().encode()).hexdigest()


def signature(payload: str, key: str) -> str:
    digest = hashlib.sha3_256(payload.encode()).digest()
    return coincurve.PrivateKey(bytes.fromhex(key)).sign_recoverable(digest, hasher=None).hex()


def envelope(
    payloadtype: str, message: Any, key: str, sign: Callable[[str, str], str] = signature
) -> bytes:
    """A signed request; a message that is bytes goes in as it is."""
    raw = message if isinstance(message, bytes) else json.dumps(message).encode()
    payload = base64.b64encode(raw).decode()
    return json.dumps(
        {"payloadtype": payloadtype, "payload": payload, "signature": sign(payload, key)}
    ).encode()


def opened(body: bytes | str, payloadtype: str, status: int = 0) -> Any:
    """The message of a reply, which must be a well-formed envelope; raises Refused."""
    reply = json.loads(body)
    assert set(reply) == {"payloadtype", "payload", "error"}
    message = json.loads(base64.b64decode(reply["payload"], validate=True))
    if reply["error"] is True:
        assert reply["payloadtype"] == "error"
        assert message["status"] >= 400
        assert status in {0, message["status"]}
        raise Refused(message["status"], message["message"])
    assert reply["error"] is False
    assert status in {0, 200}
    assert reply["payloadtype"] == payloadtype
    return message


def reply_type(payloadtype: str) -> str:
    """The type of a reply: with one exception that of the request."""
    return {"getpausestatusmsg": "pausestatusreplymsg"}.get(payloadtype, payloadtype)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Wire:
    """A server's address."""

    host: str
    port: int
    serverkey: str = field(default="", repr=False)

    def connection(self, timeout: float = 60) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=timeout)

    def http(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        connection = self.connection()
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, found, response.read())
        finally:
            connection.close()

    def post(self, body: bytes, payloadtype: str = "") -> Any:
        """Send a body to the RPC; its reply's message."""
        answer = self.http("POST", "/api", body)
        return opened(answer.body, payloadtype, answer.status)

    def call(self, payloadtype: str, key: str, /, **fields: Any) -> Any:
        """One operation, the key's owner being the caller."""
        message = {"msgtype": payloadtype, **fields}
        return self.post(envelope(payloadtype, message, key), reply_type(payloadtype))

    def new_colony(self, name: str = "") -> Colony:
        """A colony of its own for a test, with an owner."""
        name = name or f"colony-{secrets.token_hex(6)}"
        ownerkey = new_key()
        self.call(
            "addcolonymsg", self.serverkey, colony={"colonyid": id_of(ownerkey), "name": name}
        )
        return Colony(self, name, ownerkey)

    def colony(self, name: str, ownerkey: str) -> Colony:
        """A colony that exists already."""
        return Colony(self, name, ownerkey)

    def socket(self) -> Socket:
        return Socket(self)


@dataclass(frozen=True)
class Colony:
    """A colony and the key of its owner."""

    wire: Wire
    name: str
    ownerkey: str = field(repr=False)

    def owner(self, payloadtype: str, **fields: Any) -> Any:
        """An operation as the colony's owner; names this colony."""
        return self.wire.call(payloadtype, self.ownerkey, colonyname=self.name, **fields)

    def pending(
        self, executortype: str = "t", name: str = "", key: str = "", **fields: Any
    ) -> Member:
        """An executor that is not approved yet."""
        member = Member(
            self, name or f"executor-{secrets.token_hex(4)}", executortype, key or new_key()
        )
        executor = {
            "executorid": member.id,
            "executorname": member.name,
            "executortype": executortype,
            "colonyname": self.name,
            **fields,
        }
        self.wire.call("addexecutormsg", self.ownerkey, executor=executor)
        return member

    def executor(
        self, executortype: str = "t", name: str = "", key: str = "", **fields: Any
    ) -> Member:
        """An approved executor."""
        member = self.pending(executortype, name, key, **fields)
        self.owner("approveexecutormsg", executorname=member.name)
        return member

    def user(self, name: str = "", key: str = "") -> Member:
        member = Member(self, name or f"user-{secrets.token_hex(4)}", "t", key or new_key())
        self.wire.call(
            "addusermsg",
            self.ownerkey,
            user={
                "colonyname": self.name,
                "userid": member.id,
                "name": member.name,
                "email": "",
                "phone": "",
            },
        )
        return member

    def outsider(self) -> Member:
        """A key nobody knows, speaking about this colony."""
        return Member(self, "nobody", "t", new_key())

    def outsiders_executor(self) -> Member:
        """An approved executor of another colony, speaking about this one."""
        other = self.wire.new_colony().executor()
        return Member(self, other.name, other.executortype, other.key)


@dataclass(frozen=True)
class Member:
    """Somebody who speaks to a colony: executor, user or stranger."""

    colony: Colony
    name: str
    executortype: str
    key: str = field(repr=False)

    @property
    def id(self) -> str:
        return id_of(self.key)

    def call(self, payloadtype: str, /, **fields: Any) -> Any:
        return self.colony.wire.call(payloadtype, self.key, **fields)

    def spec(self, funcname: str = "f", **fields: Any) -> dict[str, Any]:
        """A function spec for executors of this member's type."""
        conditions = {
            "colonyname": self.colony.name,
            "executortype": self.executortype,
            **fields.pop("conditions", {}),
        }
        return {"funcname": funcname, "conditions": conditions, **fields}

    def submit(self, funcname: str = "f", **fields: Any) -> dict[str, Any]:
        spec = self.spec(funcname, **fields)
        reply: dict[str, Any] = self.call("submitfuncspecmsg", spec=spec)
        return reply

    def submit_workflow(self, *nodes: dict[str, Any], **after: list[str]) -> dict[str, Any]:
        """Nodes as function specs, or `name=[names it depends on]`."""
        specs = [
            *nodes,
            *(
                self.spec(nodename=name, conditions={"dependencies": names})
                for name, names in after.items()
            ),
        ]
        reply: dict[str, Any] = self.call(
            "submitworkflowspecmsg",
            spec={"colonyname": self.colony.name, "functionspecs": specs},
        )
        return reply

    def assign(self, timeout: int = -1, **fields: Any) -> dict[str, Any]:
        reply: dict[str, Any] = self.call(
            "assignprocessmsg", colonyname=self.colony.name, timeout=timeout, **fields
        )
        return reply

    def gets_nothing(self, **fields: Any) -> bool:
        """Whether there is no work for this executor right now."""
        try:
            self.assign(**fields)
        except Refused as refusal:
            if (refusal.status, refusal.message) != (404, "No process available for assignment"):
                raise
            return True
        return False

    def close(self, process: dict[str, Any], out: list[Any] | None = None) -> Any:
        return self.call("closesuccessfulmsg", processid=process["processid"], out=out or [])

    def fail(self, process: dict[str, Any], errors: list[str] | None = None) -> Any:
        return self.call("closefailedmsg", processid=process["processid"], errors=errors or [])

    def run(self, *out: Any) -> dict[str, Any]:
        """Take the next process and close it with an output."""
        process = self.assign()
        self.close(process, list(out))
        return process

    def process(self, process: dict[str, Any] | str) -> dict[str, Any]:
        """The process as it is now."""
        processid = process if isinstance(process, str) else process["processid"]
        reply: dict[str, Any] = self.call("getprocessmsg", processid=processid)
        return reply

    def graph(self, graph: dict[str, Any]) -> dict[str, Any]:
        """The workflow as it is now."""
        reply: dict[str, Any] = self.call(
            "getprocessgraphmsg", processgraphid=graph["processgraphid"]
        )
        return reply

    def members(self, graph: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The processes of a workflow by node name."""
        found = [self.process(processid) for processid in self.graph(graph)["processids"]]
        return {process["spec"]["nodename"]: process for process in found}

    def states(self, graph: dict[str, Any]) -> dict[str, int]:
        return {name: process["state"] for name, process in self.members(graph).items()}

    def processes(self, state: int, count: int = 100, **fields: Any) -> list[dict[str, Any]]:
        reply: list[dict[str, Any]] = self.call(
            "getprocessesmsg", colonyname=self.colony.name, state=state, count=count, **fields
        )
        return reply

    def graphs(self, state: int, count: int = 100) -> list[dict[str, Any]]:
        reply: list[dict[str, Any]] = self.call(
            "getprocessgraphsmsg", colonyname=self.colony.name, state=state, count=count
        )
        return reply

    def add_child(
        self,
        parent: dict[str, Any],
        child: dict[str, Any] | None = None,
        *,
        insert: bool = False,
        **spec: Any,
    ) -> dict[str, Any]:
        reply: dict[str, Any] = self.call(
            "addchildmsg",
            processgraphid=parent["processgraphid"],
            parentprocessid=parent["processid"],
            childprocessid=child["processid"] if child else "",
            insert=insert,
            spec=self.spec(**spec),
        )
        return reply

    def statistics(self) -> dict[str, int]:
        reply: dict[str, int] = self.call("getcolonystatsmsg", colonyname=self.colony.name)
        return reply

    def reaches(self, process: dict[str, Any], state: int, timeout: int = 20) -> dict[str, Any]:
        """Wait, subscribed, until the process is in a state; the process then."""
        with self.colony.wire.socket() as socket:
            socket.send(
                "subscribeprocessmsg",
                self.key,
                processid=process["processid"],
                state=state,
                timeout=timeout,
                colonyname=self.colony.name,
                executortype="",
            )
            socket.receive()
        return self.process(process)


class Dropped(Exception):
    """The server dropped the connection without a word."""


class Closed(Exception):
    """The server closed the connection with a close frame."""


class Socket:
    """A websocket to the server's subscriptions."""

    def __init__(self, wire: Wire) -> None:
        self._socket = websocket.create_connection(
            f"ws://{wire.host}:{wire.port}/pubsub", timeout=60, enable_multithread=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._socket.close()
        self._socket.shutdown()

    def drop(self) -> None:
        """Vanish without a word."""
        self._socket.shutdown()

    def send(self, payloadtype: str, key: str, **fields: Any) -> None:
        self.send_raw(envelope(payloadtype, {"msgtype": payloadtype, **fields}, key))

    def send_raw(self, frame: bytes) -> None:
        self._socket.send(frame)

    def receive(
        self, timeout: float = 30, payloadtype: str = "subscribeprocessmsg"
    ) -> dict[str, Any]:
        """The message of the next frame. Raises Refused, Dropped, Closed or TimeoutError."""
        self._socket.settimeout(timeout)
        try:
            opcode, data = self._socket.recv_data()
        except websocket.WebSocketConnectionClosedException:
            raise Dropped from None
        except ConnectionResetError:
            raise Dropped from None
        except websocket.WebSocketTimeoutException:
            raise TimeoutError from None
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            raise Closed
        assert opcode == websocket.ABNF.OPCODE_TEXT
        message: dict[str, Any] = opened(data, payloadtype)
        return message

    def ends(self, timeout: float = 30) -> str:
        """How the connection ends: 'dropped' or 'closed', no further message coming first."""
        try:
            message = self.receive(timeout)
        except Dropped:
            return "dropped"
        except Closed:
            return "closed"
        raise AssertionError(f"a message instead of the end: {message}")


def moment(text: str) -> datetime:
    """A time of the wire, which must be UTC and no earlier than year 1."""
    assert text.endswith("Z")
    return datetime.fromisoformat(text)
