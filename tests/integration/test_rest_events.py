"""Streams of events: what they tell, where they go on, and how they end."""

import asyncio
import json
import socket

import pytest
import websocket

from jupyter_colonies.server.rest import exchange
from jupyter_colonies.store import retention
from jupyter_colonies.testing import server_in_thread
from tests.conformance.wire import Member, Wire
from tests.restclient import OPEN, bearer

WORKFLOW = [
    {"nodename": "a", "funcname": "f", "conditions": {"executortype": "t"}},
    {
        "nodename": "b",
        "funcname": "f",
        "conditions": {"executortype": "t", "dependencies": ["a"]},
    },
]


class Desk:
    """A server, a member of its colony with a token, and an executor."""

    def __init__(self, server):
        self.server = server
        wire = Wire(server.host, server.port, server.server_key)
        self.colony = wire.colony(server.colonyname, server.colony_key)
        self.user = Member(self.colony, server.username, "", server.user_key)
        self.executor = self.colony.executor(name="E", type="t")
        self.made = self.token("read", "submit")
        self.rest = bearer(server.host, server.port, self.made["secret"])

    def token(self, *scopes, **fields):
        return self.user.call(
            "addtokenmsg", colonyname="dev", name="t", scopes=list(scopes), **fields
        )

    def submit(self):
        return self.rest("POST", "colonies/dev/workflows", WORKFLOW).body["processgraphid"]

    def run(self):
        """One process from its assignment to its end."""
        process = self.executor.assign(30)
        self.executor.call("closesuccessfulmsg", processid=process["processid"], out=[1])
        return process["processid"]

    def on_server(self, job):
        writing = self.server.broker.store.write
        return asyncio.run_coroutine_threadsafe(_awaited(writing, job), self.server.loop).result(60)


async def _awaited(writing, job):
    return await writing(job)


@pytest.fixture(autouse=True)
def streams_are_closed():
    yield
    while OPEN:
        OPEN.pop().close()


@pytest.fixture(scope="module")
def desk(server):
    return Desk(server)


def test_a_workflow_is_followed_and_taken_up_again(desk) -> None:
    graph = desk.submit()
    stream = desk.rest.stream(f"workflows/{graph}/events")
    assert stream.answer.headers["Content-Type"] == "text/event-stream"
    first = stream.until("change")
    assert [node["nodename"] for node in first.data["nodes"]] == ["a", "b"]
    desk.run()
    desk.run()
    last = stream.until("change", state=2)
    assert int(last.id) == last.data["revision"] > int(first.id)
    again = desk.rest.stream(f"workflows/{graph}/events?after=999", Last_Event_ID=first.id)
    change = again.until("change", state=2)
    assert {node["state"] for node in change.data["nodes"]} == {2}
    anew = desk.rest.stream(f"workflows/{graph}/events?after=999")
    assert anew.until("reset").id == "0"
    assert len(anew.until("change").data["nodes"]) == 2


def test_a_colony_is_followed_and_taken_up_again(desk) -> None:
    stream = desk.rest.stream("colonies/dev/events")
    begin = stream.until("colony")
    assert begin.data["statistics"]["executors"] == 1
    graph = desk.submit()
    assert stream.until("workflow", processgraphid=graph).data["waiting"] == 2
    processid = desk.run()
    ended = stream.until("process", processid=processid, state=2)
    assert (ended.data["executorname"], ended.data["nodename"]) == ("E", "a")
    desk.run()
    after = desk.rest.stream(f"colonies/dev/events?after={ended.id}")
    told = next(iter(after))
    assert (told.name, told.data["state"], told.data["nodename"]) == ("process", 1, "b")
    assert after.until("workflow", processgraphid=graph, state=2).data["success"] == 2
    every = desk.rest.stream(f"colonies/dev/events?after={begin.id}")
    assert every.until("process", processid=processid).data["state"] == 1


def test_an_executor_is_followed(desk) -> None:
    graph = desk.submit()
    stream = desk.rest.stream("colonies/dev/executors/E/events")
    assert stream.until("executor").data["running"] == []
    process = desk.executor.assign(30)["processid"]
    stream.until("process", processid=process, state=1)
    desk.user.call("cancelprocessgraphmsg", processgraphid=graph)
    stream.until("process", processid=process, state=4)
    other = desk.colony.executor(name="short", type="t")
    theirs = desk.rest.stream("colonies/dev/executors/short/events")
    assert theirs.until("executor").data["state"] == 1
    desk.submit()
    taken = other.assign(30)["processid"]
    theirs.until("process", processid=taken, state=1)
    other.call("leavecolonymsg", colonyname="dev", executorname="short")
    assert theirs.until("executor", state=3).data["running"] == []
    again = desk.executor.assign(30)["processid"]
    assert again == taken
    desk.executor.call("closefailedmsg", processid=taken, errors=["no"])
    stream.until("process", processid=taken, state=3)


def test_the_log_of_a_process_is_followed_and_taken_up_again(desk) -> None:
    graph = desk.submit()
    process = desk.executor.assign(30)["processid"]
    path = f"processes/{process}/log/events"

    def log(message):
        desk.executor.call("addlogmsg", processid=process, message=message)

    log("one")
    stream = desk.rest.stream(path)
    first = stream.until("notes")
    assert [line["message"] for line in first.data["lines"]] == ["one"]
    assert (first.data["state"], first.data["attributes"]) == (1, [])
    log("two")
    second = stream.until("notes")
    assert [line["message"] for line in second.data["lines"]] == ["two"]
    assert int(second.id) == second.data["lines"][0]["timestamp"] > int(first.id)
    desk.executor.call("setattributesmsg", processid=process, texts={"progress": "0.5"})
    told = stream.until("notes")
    assert (told.id, told.data["attributes"][0]["value"]) == (second.id, "0.5")
    again = desk.rest.stream(path, Last_Event_ID=first.id)
    assert [line["message"] for line in again.until("notes").data["lines"]] == ["two"]
    anew = desk.rest.stream(f"{path}?after={10**18 * 9}")
    assert anew.until("reset").id == "0"
    assert len(anew.until("notes").data["lines"]) == 2
    for number in range(501):
        log(str(number))
    desk.executor.call("closesuccessfulmsg", processid=process, out=[])
    lines = []
    while not told.data["ended"]:
        told = stream.until("notes")
        lines += told.data["lines"]
    assert [line["message"] for line in lines] == [str(number) for number in range(501)]
    end = stream.until("end")
    assert (end.id, end.data["after"]) == (told.id, told.id)
    assert "The process has ended" in end.data["reason"]
    desk.user.call("cancelprocessgraphmsg", processgraphid=graph)


def test_what_changes_beside_processes_is_told_of_a_colony(desk) -> None:
    stream = desk.rest.stream("colonies/dev/events")
    stream.until("colony")
    other = desk.colony.executor(name="brief", type="t")
    assert stream.until("changed").data == {"colonyname": "dev", "changed": ["executors"]}
    process = desk.user.submit(conditions={"executortype": "nobody"})
    stream.until("process", processid=process["processid"], state=0)
    anew = desk.rest.stream("colonies/dev/events")
    anew.until("colony")
    told = {"hardware": None, "software": [{"name": "s", "type": "t", "version": "1"}]}
    this = {"colonyname": "dev", "executorname": "brief"}
    other.call("updateexecutormsg", **this, capabilities=told)
    assert anew.until("changed").data["changed"] == ["executors"]
    desk.user.call("removeprocessmsg", processid=process["processid"])
    assert anew.until("changed").data["changed"] == ["processes"]


def test_what_is_forgotten_begins_anew(desk) -> None:
    stream = desk.rest.stream("colonies/dev/events")
    old = stream.until("colony").id
    desk.submit()
    desk.run(), desk.run()

    def forget(tx):
        if tx.one(retention.FORGOTTEN) is None:
            tx.run(retention.BEGIN_FORGETTING)
        tx.run(retention.SET_FORGOTTEN, last=int(old) + 1)

    desk.on_server(forget)
    for after in (old, 10**15):
        stream = desk.rest.stream(f"colonies/dev/events?after={after}")
        told = iter(stream)
        assert [next(told).name, next(told).name] == ["reset", "colony"]


def test_a_stream_ends_with_its_token(desk) -> None:
    graph = desk.submit()
    made = desk.token("read")
    client = bearer(desk.server.host, desk.server.port, made["secret"])
    stream = client.stream(f"workflows/{graph}/events")
    known = stream.until("change").id
    desk.user.call("removetokenmsg", colonyname="dev", tokenid=made["token"]["tokenid"])
    end = stream.until("end")
    assert "revoked" in end.data["reason"]
    assert (end.id, end.data["after"]) == (known, known)
    assert list(stream) == []
    short = desk.token("read", lifetime=1)
    client = bearer(desk.server.host, desk.server.port, short["secret"])
    stream = client.stream(f"workflows/{graph}/events")
    if stream.answer.status == 401:  # a slow machine: it had expired before it was used
        assert "expired" in stream.answer.read().decode()
    else:
        assert "expired" in stream.until("end").data["reason"]


def test_a_stream_ends_with_what_it_follows(desk) -> None:
    graph = desk.submit()
    stream = desk.rest.stream(f"workflows/{graph}/events")
    stream.until("change")
    desk.user.call("cancelprocessgraphmsg", processgraphid=graph)
    desk.user.call("removeprocessgraphmsg", processgraphid=graph)
    assert f"no workflow '{graph}'" in stream.until("end").data["reason"]
    spec = {"funcname": "f", "conditions": {"executortype": "other"}}
    process = desk.rest("POST", "colonies/dev/processes", spec).body["processid"]
    log = desk.rest.stream(f"processes/{process}/log/events")
    log.until("notes")
    desk.user.call("removeprocessmsg", processid=process)
    assert f"no process '{process}'" in log.until("end").data["reason"]


@pytest.mark.parametrize(
    ("path", "status", "text"),
    [
        ("workflows/none/events", 404, "no workflow 'none'"),
        ("colonies/none/events", 403, "no other"),
        ("colonies/dev/executors/none/events", 404, "no executor 'none'"),
        ("processes/none/log/events", 404, "no process 'none'"),
        (f"colonies/dev/events?after={1 << 63}", 400, "no id of a stream"),
        ("colonies/dev/events?after=x", 400, "no id of a stream"),
        ("colonies/dev/events?after=-1", 400, "no id of a stream"),
        ("colonies/dev/events?since=1", 400, "Unknown query parameter 'since'"),
    ],
)
def test_what_can_not_be_followed(desk, path, status, text) -> None:
    answer = desk.rest("GET", path)
    assert answer.status == status
    assert text in answer.body["detail"]


def test_who_does_not_read_is_cut_off(desk, monkeypatch) -> None:
    monkeypatch.setattr(exchange, "SLOWEST", 0.05)
    long = [{**WORKFLOW[0], "nodename": f"{number}{'x' * 20_000}"} for number in range(400)]
    graph = desk.rest("POST", "colonies/dev/workflows", long).body["processgraphid"]
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((desk.server.host, desk.server.port))
        head = f"GET /v1/workflows/{graph}/events HTTP/1.1\r\nHost: h\r\n"
        slow.sendall(f"{head}Authorization: {desk.rest.headers['Authorization']}\r\n\r\n".encode())
        begin = slow.recv(12)
        assert begin == b"HTTP/1.1 200"
        asyncio.run_coroutine_threadsafe(nobody_follows(desk), desk.server.loop).result(60)
        received = 0
        while chunk := slow.recv(1 << 20):
            received += len(chunk)
        assert received < 400 * 20_000
    desk.user.call("cancelprocessgraphmsg", processgraphid=graph)


async def nobody_follows(desk):
    while len(desk.server.broker.subscriptions):  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.01)


def opened(server, path, *headers):
    return websocket.create_connection(
        f"ws://{server.host}:{server.port}/v1/{path}", header=list(headers), timeout=60
    )


def test_the_same_over_a_websocket(desk) -> None:
    authorization = f"Authorization: {desk.rest.headers['Authorization']}"
    graph = desk.submit()
    socket = opened(desk.server, f"workflows/{graph}/events/websocket", authorization)
    first = json.loads(socket.recv())
    assert (first["event"], len(first["data"]["nodes"])) == ("change", 2)
    desk.user.call("cancelprocessgraphmsg", processgraphid=graph)
    change = json.loads(socket.recv())
    assert change["data"]["state"] == 4
    socket.close()
    path = f"workflows/{graph}/events/websocket?after={first['id']}"
    socket = opened(desk.server, path, authorization)
    assert json.loads(socket.recv())["id"] == change["id"]
    desk.user.call("removeprocessgraphmsg", processgraphid=graph)
    end = json.loads(socket.recv())
    assert (end["event"], end["data"]["after"]) == ("end", change["id"])
    assert socket.recv() == ""
    socket.shutdown()
    process = desk.rest("POST", "colonies/dev/processes", WORKFLOW[0]).body["processid"]
    socket = opened(desk.server, f"processes/{process}/log/events/websocket", authorization)
    assert json.loads(socket.recv())["data"]["state"] == 0
    desk.user.call("cancelprocessmsg", processid=process)
    ended = json.loads(socket.recv())
    assert (ended["event"], ended["data"]["state"], ended["data"]["ended"]) == ("notes", 4, True)
    assert json.loads(socket.recv())["event"] == "end"
    socket.shutdown()
    assert refused_status(desk.server, f"workflows/{graph}/events/websocket", authorization) == 404
    assert refused_status(desk.server, "colonies/dev/events/websocket") == 401


def refused_status(server, path, *headers):
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        opened(server, path, *headers)
    return refused.value.status_code


def test_the_server_says_that_it_stops(tmp_path) -> None:
    with server_in_thread(tmp_path) as server:
        desk = Desk(server)
        graph = desk.submit()
        stream = desk.rest.stream(f"workflows/{graph}/events")
        known = stream.until("change").id
        authorization = f"Authorization: {desk.rest.headers['Authorization']}"
        socket = opened(server, "colonies/dev/events/websocket", authorization)
        begin = json.loads(socket.recv())
    end = stream.until("end")
    assert (end.id, "stopping" in end.data["reason"]) == (known, True)
    last = json.loads(socket.recv())
    assert (last["event"], last["id"]) == ("end", begin["id"])
    socket.shutdown()
