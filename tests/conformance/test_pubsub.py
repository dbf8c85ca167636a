"""Protocol part 01, section 5, and scenario 72: subscriptions over the websocket."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.wire import (
    CANCELLED,
    FAILED,
    RUNNING,
    SUCCESS,
    WAITING,
    Dropped,
    envelope,
    new_key,
    refused,
)


@pytest.fixture
def socket(wire):
    with wire.socket() as socket:
        yield socket


def subscribe(socket, member, process, state, timeout=30, **fields):
    """Subscribe to one process, and make sure that the server has heard it."""
    socket.send(
        "subscribeprocessmsg",
        member.key,
        processid=process["processid"],
        state=state,
        timeout=timeout,
        **{"executortype": "t", "colonyname": member.colony.name} | fields,
    )
    settle(socket, member)


def subscribe_type(socket, member, state, timeout=30, **fields):
    socket.send(
        "subscribeprocessesmsg",
        member.key,
        state=state,
        timeout=timeout,
        **{"executortype": "t", "colonyname": member.colony.name} | fields,
    )
    settle(socket, member)


def settle(socket, member):
    """Wait until what was sent before has been read: a further subscription answers at once."""
    marker = member.submit("marker", conditions={"executortype": "marker"})
    socket.send(
        "subscribeprocessmsg",
        member.key,
        processid=marker["processid"],
        state=WAITING,
        timeout=600,
        executortype="",
        colonyname=member.colony.name,
    )
    found = socket.receive()
    socket.waiting = []
    while found["processid"] != marker["processid"]:
        socket.waiting.append(found)
        found = socket.receive()


def receive(socket):
    return socket.waiting.pop(0) if socket.waiting else socket.receive()


def quiet(socket):
    """Whether nothing comes."""
    if socket.waiting:
        return False
    with pytest.raises(TimeoutError):
        socket.receive(0.3)
    return True


def test_scenario_72_a_state_that_is_reached_already(socket, e1):
    e1.submit()
    process = e1.run("r")
    subscribe(socket, e1, process, SUCCESS)
    event = receive(socket)
    assert event == e1.process(process)
    assert (event["state"], event["out"]) == (SUCCESS, ["r"])
    assert quiet(socket)


def test_a_later_state(socket, e1, user):
    process = e1.submit()
    subscribe(socket, user, process, RUNNING)
    subscribe(socket, user, process, SUCCESS)
    assert quiet(socket)
    e1.assign()
    event = receive(socket)
    assert (event["state"], event["assignedexecutorid"]) == (RUNNING, e1.id)
    e1.close(process, ["r"])
    event = receive(socket)
    assert (event["state"], event["out"]) == (SUCCESS, ["r"])
    assert event["endtime"] == e1.process(process)["endtime"]


def test_only_the_wanted_state_is_told(socket, e1):
    process = e1.submit()
    subscribe(socket, e1, process, SUCCESS)
    e1.assign()
    e1.fail(process)
    assert quiet(socket)


@pytest.mark.parametrize("executortype", ["", "wrong"])
def test_the_type_does_not_matter(socket, e1, executortype):
    process = e1.submit()
    subscribe(socket, e1, process, RUNNING, executortype=executortype)
    e1.assign()
    assert receive(socket)["state"] == RUNNING


def test_failed_and_cancelled(socket, e1):
    failing, cancelled = e1.submit(), e1.submit()
    subscribe(socket, e1, failing, FAILED)
    subscribe(socket, e1, cancelled, CANCELLED)
    e1.fail(e1.assign(), ["e"])
    event = receive(socket)
    assert (event["state"], event["errors"]) == (FAILED, ["e"])
    e1.call("cancelprocessmsg", processid=cancelled["processid"])
    assert receive(socket)["state"] == CANCELLED


def test_a_retry_is_told(socket, e1):
    process = e1.submit(maxexectime=1, maxretries=1)
    e1.assign()
    subscribe(socket, e1, process, WAITING)
    assert receive(socket)["retries"] == 1
    e1.assign()
    subscribe(socket, e1, process, FAILED)
    assert receive(socket)["errors"] == ["Maximum execution time limit exceeded"]


def test_members_of_a_workflow(socket, e1):
    graph = e1.submit_workflow(a=[], b=["a"], c=["b"])
    members = e1.members(graph)
    subscribe_type(socket, e1, WAITING)
    subscribe(socket, e1, members["c"], FAILED)
    e1.run()
    assert receive(socket)["processid"] == members["b"]["processid"]
    e1.fail(e1.assign())
    assert receive(socket)["processid"] == members["c"]["processid"]


def test_a_cancelled_workflow_tells_its_members(socket, e1):
    graph = e1.submit_workflow(a=[], b=["a"])
    members = e1.members(graph)
    subscribe(socket, e1, members["b"], CANCELLED)
    e1.call("cancelprocessgraphmsg", processgraphid=graph["processgraphid"])
    assert receive(socket)["processid"] == members["b"]["processid"]


def test_work_given_back_by_a_removed_executor_is_told(socket, colony, e1, e2):
    process = e1.submit()
    e1.assign()
    subscribe(socket, e2, process, WAITING)
    colony.owner("removeexecutormsg", executorname="E1")
    assert receive(socket)["assignedexecutorid"] == ""


def test_processes_of_a_type(socket, colony, e1):
    before = e1.submit()
    subscribe_type(socket, e1, WAITING)
    e1.submit(conditions={"executortype": "t1"})
    e1.submit(conditions={"executortype": "another"})
    process = e1.submit()
    event = receive(socket)
    assert event["processid"] == process["processid"] != before["processid"]
    other = colony.wire.new_colony().executor()
    other.submit()
    assert quiet(socket)


def test_every_subscriber_is_told_and_the_poll_is_woken_too(colony, e1, user):
    with (
        colony.wire.socket() as first,
        colony.wire.socket() as second,
        ThreadPoolExecutor() as pool,
    ):
        subscribe_type(first, e1, WAITING)
        subscribe_type(second, user, WAITING)
        poll = pool.submit(e1.assign, 30)
        process = user.submit()
        for found in (receive(first), receive(second), poll.result()):
            assert found["processid"] == process["processid"]


def test_two_subscriptions_on_one_socket(socket, e1):
    first, second = e1.submit(), e1.submit()
    subscribe(socket, e1, second, RUNNING)
    subscribe(socket, e1, first, RUNNING)
    e1.assign()
    assert receive(socket)["processid"] == first["processid"]
    e1.assign()
    assert receive(socket)["processid"] == second["processid"]


def test_the_same_process_twice(socket, e1):
    process = e1.submit()
    subscribe(socket, e1, process, RUNNING)
    subscribe(socket, e1, process, RUNNING)
    e1.assign()
    assert [receive(socket)["processid"] for _ in range(2)] == [process["processid"]] * 2


@pytest.mark.parametrize("timeout", [1, 0, -1])
def test_at_its_end_the_connection_is_dropped_without_a_close_frame(socket, e1, timeout):
    process = e1.submit()
    started = time.monotonic()
    socket.send(
        "subscribeprocessmsg",
        e1.key,
        processid=process["processid"],
        state=SUCCESS,
        timeout=timeout,
        executortype="t",
        colonyname=e1.colony.name,
    )
    assert socket.ends() == "dropped"
    assert time.monotonic() - started > timeout - 0.1


def test_an_event_does_not_end_a_subscription(socket, e1):
    process = e1.submit(maxexectime=1, maxretries=-1)
    subscribe(socket, e1, process, WAITING)
    assert receive(socket)["retries"] == 0
    for retries in (1, 2):
        e1.assign()
        assert receive(socket)["retries"] == retries


def test_a_client_that_leaves_is_forgotten(server, e1):
    process = e1.submit()
    socket = e1.colony.wire.socket()
    subscribe(socket, e1, process, RUNNING, timeout=600)
    until_there_are(2, server)
    socket.drop()
    with e1.colony.wire.socket() as another:
        subscribe(another, e1, process, RUNNING)
        e1.assign()
        assert receive(another)["state"] == RUNNING
        # Only the two of the socket that is still open are left.
        until_there_are(2, server)


def until_there_are(number, server):
    """The server notes and forgets subscriptions a moment after its answers."""
    while len(server.broker.subscriptions) != number:
        time.sleep(0.01)


# --- refusals ---


def test_scenario_72_unknown_processes_and_strangers(socket, colony, e1, user):
    process = e1.submit()
    unknown = "f" * 64
    socket.send("subscribeprocessmsg", e1.key, processid=unknown, state=SUCCESS, timeout=30)
    with refused(403, f"Invalid process with Id {unknown}"):
        socket.receive()
    for member in (colony.outsider(), colony.outsiders_executor(), colony.pending()):
        for state in (WAITING, SUCCESS):
            socket.send(
                "subscribeprocessmsg",
                member.key,
                processid=process["processid"],
                state=state,
                timeout=30,
                executortype="t",
                colonyname=colony.name,
            )
            with refused(403, "Access denied, not a member"):
                socket.receive()
        socket.send(
            "subscribeprocessesmsg",
            member.key,
            executortype="t",
            state=WAITING,
            timeout=30,
            colonyname=colony.name,
        )
        with refused(403):
            socket.receive()
    # The connection is still good.
    subscribe(socket, user, process, WAITING)
    assert receive(socket)["processid"] == process["processid"]


def test_a_message_for_another_operation(socket, e1):
    body = envelope("subscribeprocessmsg", {"msgtype": "subscribeprocessesmsg"}, e1.key)
    socket.send_raw(body)
    with refused(403):
        socket.receive()


@pytest.mark.parametrize("message", [b"null", b"{", b"[]", b'{"state": "x"}'], ids=str)
def test_messages_that_cannot_be_read(socket, e1, message):
    socket.send_raw(envelope("subscribeprocessmsg", message, e1.key))
    with refused(403):
        socket.receive()


@pytest.mark.parametrize("payloadtype", ["getcoloniesmsg", "nosuchmsg", ""])
def test_other_operations_are_not_answered_here(socket, payloadtype):
    socket.send(payloadtype, new_key())
    with refused(403, "invalid rpcMsg.PayloadType: "):
        socket.receive()


@pytest.mark.parametrize("frame", [b"", b"null", b"text", b"{"], ids=str)
def test_frames_that_are_no_envelope_end_the_connection(socket, frame):
    socket.send_raw(frame)
    with refused(400):
        socket.receive()
    assert socket.ends() in {"closed", "dropped"}


def test_a_bad_signature_ends_the_connection(socket):
    payload = base64.b64encode(b"{}").decode()
    body = {"payloadtype": "subscribeprocessmsg", "payload": payload, "signature": "00"}
    socket.send_raw(json.dumps(body).encode())
    with refused(403, "Invalid signature length"):
        socket.receive()
    assert socket.ends() in {"closed", "dropped"}


def test_a_subscription_of_another_signer(socket, e1, e2):
    """A signature over another payload names a stranger."""
    process = e1.submit()
    good = json.loads(envelope("subscribeprocessmsg", {"msgtype": "subscribeprocessmsg"}, e1.key))
    message = {
        "msgtype": "subscribeprocessmsg",
        "processid": process["processid"],
        "state": WAITING,
        "timeout": 30,
    }
    forged = json.loads(envelope("subscribeprocessmsg", message, e2.key))
    socket.send_raw(json.dumps(forged | {"signature": good["signature"]}).encode())
    with refused(403, "Access denied"):
        socket.receive()


# --- the stream of a workflow, an extension ---


def follow(socket, member, graph, after=0, timeout=30):
    socket.send(
        "subscribeworkflowmsg",
        member.key,
        processgraphid=graph["processgraphid"],
        after=after,
        timeout=timeout,
    )


def test_a_workflow_is_followed_from_the_beginning(socket, e1):
    graph = e1.submit_workflow(a=[], b=["a"])
    follow(socket, e1, graph)
    first = socket.receive(payloadtype="subscribeworkflowmsg")
    assert first["processgraphid"] == graph["processgraphid"]
    assert [node["nodename"] for node in first["nodes"]] == ["a", "b"]
    a, b = first["nodes"]
    assert (a["children"], b["parents"]) == ([b["processid"]], [a["processid"]])
    e1.assign()
    second = socket.receive(payloadtype="subscribeworkflowmsg")
    assert second["revision"] > first["revision"]
    assert [(node["nodename"], node["state"]) for node in second["nodes"]] == [("a", RUNNING)]
    assert second["nodes"][0]["executorname"] == "E1"


def test_a_workflow_is_followed_from_a_revision(socket, e1):
    graph = e1.submit_workflow(a=[], b=["a"])
    follow(socket, e1, graph)
    first = socket.receive(payloadtype="subscribeworkflowmsg")
    e1.run()
    e1.run()
    with e1.colony.wire.socket() as later:
        follow(later, e1, graph, after=first["revision"])
        missed = later.receive(payloadtype="subscribeworkflowmsg")
    assert missed["state"] == SUCCESS
    assert {node["nodename"]: node["state"] for node in missed["nodes"]} == {
        "a": SUCCESS,
        "b": SUCCESS,
    }


def test_a_growing_workflow_tells_new_nodes_and_edges(socket, e1):
    graph = e1.submit_workflow(a=[], b=["a"])
    a = e1.assign()
    follow(socket, e1, graph)
    socket.receive(payloadtype="subscribeworkflowmsg")
    e1.add_child(a, insert=True, nodename="n")
    change = socket.receive(payloadtype="subscribeworkflowmsg")
    nodes = {node["nodename"]: node for node in change["nodes"]}
    assert set(nodes) == {"a", "b", "n"}
    assert nodes["a"]["children"] == nodes["b"]["parents"] == [nodes["n"]["processid"]]


def test_strangers_do_not_follow(socket, colony, e1):
    graph = e1.submit_workflow(a=[])
    follow(socket, colony.outsiders_executor(), graph)
    with refused(403, "Access denied"):
        socket.receive()
    follow(socket, e1, {"processgraphid": "f" * 64})
    with refused(500):
        socket.receive()


def test_a_dropped_connection_raises(socket, e1):
    follow(socket, e1, e1.submit_workflow(a=[]), timeout=1)
    socket.receive(payloadtype="subscribeworkflowmsg")
    with pytest.raises(Dropped):
        socket.receive(payloadtype="subscribeworkflowmsg")
