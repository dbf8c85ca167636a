"""Subscriptions: frame types, several on one socket, refusals, and how they end."""

import asyncio
import json

import pytest
import websocket

from jupyter_colonies.core import envelope, identity
from jupyter_colonies.core.process import State
from tests.integration.test_server_port import executor, rpc, sealed, submit


@pytest.fixture
def listening(colony_server):
    """A websocket to the server."""
    address = f"ws://{colony_server.host}:{colony_server.port}/pubsub"
    connection = websocket.create_connection(address, timeout=20, origin="https://elsewhere")
    yield connection
    connection.shutdown()


def received(connection):
    """Opcode, envelope type and payload of the next frame. Raises what it reports."""
    opcode, body = connection.recv_data()
    payloadtype, message = envelope.result(body)
    return opcode, payloadtype, json.loads(message)


def error(connection):
    _, body = connection.recv_data()
    reply = json.loads(body)
    assert (reply["payloadtype"], reply["error"]) == ("error", True)
    return json.loads(envelope.contents(reply["payload"]))


def subscription(server, processid, state, timeout=20, **fields):
    return sealed(
        "subscribeprocessmsg",
        server.user_key,
        processid=processid,
        state=state,
        timeout=timeout,
        executortype="cli",
        colonyname="dev",
        **fields,
    )


def ended(connection):
    """Close code of the end, or None for a connection that was cut."""
    try:
        while True:
            opcode, data = connection.recv_data()
            if opcode == websocket.ABNF.OPCODE_CLOSE:
                return int.from_bytes(data[:2])
    except (websocket.WebSocketConnectionClosedException, ConnectionError):
        return None


@pytest.mark.parametrize(
    ("binary", "opcode"),
    [(False, websocket.ABNF.OPCODE_TEXT), (True, websocket.ABNF.OPCODE_BINARY)],
    ids=["text", "binary"],
)
def test_a_state_that_is_reached_already_is_told_at_once(colony_server, listening, binary, opcode):
    processid = submit(colony_server)
    listening.send(
        subscription(colony_server, processid, State.WAITING),
        websocket.ABNF.OPCODE_BINARY if binary else websocket.ABNF.OPCODE_TEXT,
    )
    kind, payloadtype, process = received(listening)
    assert (kind, payloadtype) == (opcode, "subscribeprocessmsg")
    assert (process["processid"], process["state"]) == (processid, 0)


def test_several_subscriptions_share_a_socket(colony_server, listening):
    key = executor(colony_server)
    processid = submit(colony_server)
    listening.send(subscription(colony_server, processid, State.SUCCESS))
    listening.send(subscription(colony_server, processid, State.RUNNING))
    listening.send(
        sealed(
            "subscribeprocessesmsg",
            colony_server.user_key,
            colonyname="dev",
            executortype="cli",
            state=State.WAITING,
            timeout=20,
        )
    )
    listening.send(subscription(colony_server, processid, State.WAITING))
    assert received(listening)[2]["state"] == State.WAITING
    second = submit(colony_server)
    _, payloadtype, process = received(listening)
    assert (payloadtype, process["processid"]) == ("subscribeprocessmsg", second)
    rpc(colony_server, "assignprocessmsg", key, colonyname="dev", timeout=5)
    assert received(listening)[2]["state"] == State.RUNNING
    rpc(colony_server, "closesuccessfulmsg", key, processid=processid, out=[1])
    process = received(listening)[2]
    assert (process["state"], process["out"]) == (State.SUCCESS, [1])


def test_a_workflow_is_followed_under_its_own_type(colony_server, listening):
    conditions = {"executortype": "cli"}
    spec = {
        "colonyname": "dev",
        "functionspecs": [{"nodename": "a", "funcname": "f", "conditions": conditions}],
    }
    graph = rpc(colony_server, "submitworkflowspecmsg", colony_server.user_key, spec=spec)
    listening.send(
        sealed(
            "subscribeworkflowmsg",
            colony_server.user_key,
            processgraphid=graph["processgraphid"],
            timeout=20,
        )
    )
    _, payloadtype, change = received(listening)
    assert payloadtype == "subscribeworkflowmsg"
    assert [node["nodename"] for node in change["nodes"]] == ["a"]


@pytest.mark.parametrize("timeout", [1, 0, -1])
def test_an_expired_subscription_cuts_the_connection(colony_server, listening, timeout):
    processid = submit(colony_server)
    listening.send(subscription(colony_server, processid, State.SUCCESS, timeout))
    assert ended(listening) is None


def test_what_is_no_envelope_is_told_and_closed(colony_server, listening):
    listening.send("text")
    assert error(listening)["status"] == 400
    assert ended(listening) == 1008


def test_a_bad_signature_is_told_and_closed(colony_server, listening):
    listening.send(json.dumps({"payloadtype": "subscribeprocessmsg", "signature": "00"}))
    assert error(listening) == {"status": 403, "message": "Invalid signature length"}
    assert ended(listening) == 1008


def test_refusals_leave_the_connection_open(colony_server, listening):
    processid = submit(colony_server)
    stranger = identity.new_private_key()
    wrong_type = envelope.sealed("subscribeprocessmsg", b'{"msgtype": "x"}', stranger)
    for frame, text in (
        (sealed("getcoloniesmsg", colony_server.server_key), "invalid rpcMsg.PayloadType"),
        (sealed("nosuchmsg", stranger), "invalid rpcMsg.PayloadType: nosuchmsg"),
        (envelope.sealed("subscribeprocessmsg", b"[]", stranger), "Failed to"),
        (wrong_type, "Failed to"),
        (
            sealed("subscribeprocessmsg", colony_server.user_key, processid="0" * 64, timeout=9),
            "Invalid process with Id " + "0" * 64,
        ),
        (sealed("subscribeprocessmsg", stranger, processid=processid, timeout=9), "Access denied"),
        (sealed("subscribeprocessesmsg", stranger, colonyname="dev", timeout=9), "Access denied"),
    ):
        listening.send(frame)
        failure = error(listening)
        assert failure["status"] == 403
        assert failure["message"].startswith(text)
    listening.send(subscription(colony_server, processid, State.WAITING))
    assert received(listening)[2]["processid"] == processid


def test_a_client_that_leaves_takes_its_subscriptions_along(colony_server, listening):
    processid = submit(colony_server)
    listening.send(subscription(colony_server, processid, State.SUCCESS))
    listening.send(subscription(colony_server, processid, State.WAITING))
    received(listening)
    subscriptions = colony_server.broker.subscriptions
    assert len(subscriptions) == 2

    async def nobody_left():
        presence = colony_server.hosting.presence
        while len(subscriptions) or presence.sockets:  # noqa: ASYNC110 - nobody else tells
            await asyncio.sleep(0.01)

    listening.shutdown()
    asyncio.run_coroutine_threadsafe(nobody_left(), colony_server.loop).result(20)


def test_stopping_says_that_the_server_goes_away(colony_server, listening):
    processid = submit(colony_server)
    listening.send(subscription(colony_server, processid, State.WAITING))
    received(listening)

    async def stop():
        colony_server.hosting.presence.stop()

    asyncio.run_coroutine_threadsafe(stop(), colony_server.loop).result(20)
    assert ended(listening) == 1001
