"""The unmodified Python SDK from PyPI as a client: everyday use."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace

import pytest
import websocket
from pycolonies import (
    Colonies,
    ColoniesConnectionError,
    Conditions,
    Crypto,
    File,
    FuncSpec,
    Reference,
    S3Object,
    Workflow,
)

from jupyter_colonies.core import identity

WAITING, RUNNING, SUCCESS, FAILED = range(4)


@pytest.fixture(scope="module")
def sdk(server):
    return Colonies(server.host, server.port, False)


@pytest.fixture
def executor(server, sdk):
    """An approved executor, in a type of its own."""
    crypto = Crypto()
    prvkey = crypto.prvkey()
    name = f"executor-{secrets.token_hex(4)}"
    registered = sdk.add_executor(
        {
            "executorname": name,
            "executorid": crypto.id(prvkey),
            "colonyname": server.colonyname,
            "executortype": name,
        },
        server.colony_key,
    )
    assert (registered["executorname"], registered["state"]) == (name, 0)
    sdk.approve_executor(server.colonyname, name, server.colony_key)
    return SimpleNamespace(name=name, key=prvkey, id=crypto.id(prvkey))


@pytest.fixture
def spec(server, executor):
    def make(funcname="f", nodename="", after=(), **fields):
        conditions = Conditions(
            colonyname=server.colonyname, executortype=executor.name, dependencies=list(after)
        )
        return FuncSpec(funcname=funcname, nodename=nodename, conditions=conditions, **fields)

    return make


@pytest.fixture
def submit(server, sdk, spec):
    """Submit as the user of the server's first start."""

    def submit(*args, **fields):
        return sdk.submit_func_spec(spec(*args, **fields), server.user_key)

    return submit


def test_keys_and_signatures_are_the_same():
    crypto = Crypto()
    for _ in range(5):
        key = crypto.prvkey()
        assert identity.id_of(key) == crypto.id(key)
        assert identity.recover("text", crypto.sign("text", key)) == crypto.id(key)
        assert identity.sign("text", key) == crypto.sign("text", key)


def test_submit_assign_and_close(server, sdk, executor, submit):
    process = submit(args=["a", 1], kwargs={"k": "v"}, env={"E": "1"}, label="l", priority=1)
    assert (process.state, process.spec.args, process.spec.env) == (WAITING, ["a", 1], {"E": "1"})
    assigned = sdk.assign(server.colonyname, 10, executor.key)
    assert (assigned.processid, assigned.state) == (process.processid, RUNNING)
    assert assigned.assignedexecutorid == executor.id
    sdk.close(process.processid, ["out", 2], executor.key)
    done = sdk.get_process(process.processid, server.user_key)
    assert (done.state, done.output) == (SUCCESS, ["out", 2])


def test_what_the_sdk_leaves_out_is_parsed_back(sdk, server, executor, submit):
    process = submit()
    assert (process.input, process.output, process.errors) == ([], [], [])
    assert (process.parents, process.children) == ([], [])
    assert sdk.assign(server.colonyname, 10, executor.key).spec.maxexectime == 0


def test_nothing_to_assign(server, sdk, executor):
    with pytest.raises(ColoniesConnectionError, match="^No process available for assignment$"):
        sdk.assign(server.colonyname, 1, executor.key)


def test_wait(server, sdk, executor, submit):
    process = submit()
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(sdk.wait, process, 60, server.user_key)
        sdk.assign(server.colonyname, 10, executor.key)
        sdk.close(process.processid, [3], executor.key)
        done = waiting.result(60)
    assert (done.state, done.output) == (SUCCESS, [3])
    assert sdk.wait(process, 60, server.user_key).output == [3]


def test_wait_runs_out(server, sdk, submit):
    with pytest.raises(websocket.WebSocketConnectionClosedException):
        sdk.wait(submit(), 1, server.user_key)


def test_fail(server, sdk, executor, submit):
    process = submit(maxretries=3)
    sdk.assign(server.colonyname, 10, executor.key)
    sdk.fail(process.processid, ["e1", "e2"], executor.key)
    failed = sdk.get_process(process.processid, server.user_key)
    assert (failed.state, failed.errors) == (FAILED, ["e1", "e2"])
    with pytest.raises(ColoniesConnectionError, match="Tried to set failed process as successful"):
        sdk.close(process.processid, [], executor.key)


def test_set_output(server, sdk, executor, submit):
    process = submit()
    sdk.assign(server.colonyname, 10, executor.key)
    sdk.set_output(process.processid, ["early"], executor.key)
    assert sdk.get_process(process.processid, executor.key).output == ["early"]
    sdk.close(process.processid, [], executor.key)
    assert sdk.get_process(process.processid, executor.key).output == ["early"]


def test_attributes(server, sdk, executor, submit):
    process = submit()
    sdk.assign(server.colonyname, 10, executor.key)
    added = sdk.add_attribute(process.processid, "key", "value", executor.key)
    assert sdk.get_attribute(added["attributeid"], executor.key)["value"] == "value"
    (attribute,) = sdk.get_process(process.processid, executor.key).attributes
    assert (attribute.key, attribute.value) == ("key", "value")


def test_logs(server, sdk, executor, submit):
    process = submit()
    sdk.assign(server.colonyname, 10, executor.key)
    for line in ("one\n", "two\n"):
        sdk.add_log(process.processid, line, executor.key)
    of_process = sdk.get_process_log(server.colonyname, process.processid, 100, -1, executor.key)
    of_executor = sdk.get_executor_log(server.colonyname, executor.name, 100, -1, executor.key)
    for found in (of_process, of_executor):
        assert [line["message"] for line in found] == ["one\n", "two\n"]


def test_channels(server, sdk, executor, submit):
    process = submit(channels=["chat"])
    taken = sdk.assign(server.colonyname, 10, executor.key)
    assert taken.spec.channels == ["chat"]
    sdk.channel_append(process.processid, "chat", 1, "hello", server.user_key)
    sdk.channel_append(process.processid, "chat", 1, b"\x00\xff", executor.key, 1, "end")
    first, second = sdk.channel_read(process.processid, "chat", 0, 0, executor.key)
    assert (first["payload"], first["type"]) == (b"hello", "data")
    assert first["senderid"] == identity.id_of(server.user_key)
    assert (second["payload"], second["type"], second["inreplyto"]) == (b"\x00\xff", "end", 1)
    assert len(sdk.channel_read(process.processid, "chat", 1, 1, executor.key)) == 1
    with pytest.raises(ColoniesConnectionError, match="^Channel not found"):
        sdk.channel_read(process.processid, "other", 0, 0, executor.key)
    found = sdk.subscribe_channel(process.processid, "chat", server.user_key, timeout=1)
    assert [entry["payload"] for entry in found] == [b"hello", b"\x00\xff"]


def test_a_channel_subscription_ends_with_the_process(server, sdk, executor, submit):
    process = submit(channels=["chat"])
    sdk.assign(server.colonyname, 10, executor.key)
    sdk.channel_append(process.processid, "chat", 1, "0", executor.key)
    found, first = [], Event()

    def callback(entries):
        found.extend(entry["payload"] for entry in entries)
        first.set()

    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(
            sdk.subscribe_channel,
            process.processid,
            "chat",
            server.user_key,
            timeout=60,
            callback=callback,
        )
        assert first.wait(30)
        for sequence in (2, 3, 4):
            sdk.channel_append(process.processid, "chat", sequence, f"{sequence}", executor.key)
        sdk.close(process.processid, [], executor.key)
        waiting.result(60)
    assert found == [b"0", b"2", b"3", b"4"]


def test_files_labels_and_snapshots(server, sdk, executor):
    colonyname, key = server.colonyname, executor.key
    assert not sdk.get_file_labels(colonyname, key)
    texts = ("accesskey", "secretkey", "region", "encryptionkey", "encryptionalg")
    s3object = S3Object(
        server="localhost",
        port=9000,
        tls=False,
        object="o" * 64,
        bucket="b",
        **dict.fromkeys(texts, ""),
    )
    file = File(
        fileid="",
        colonyname=colonyname,
        label="///l",
        name="a.txt",
        size=3,
        sequencenr=1,
        checksum="c" * 64,
        checksumalg="SHA256",
        ref=Reference(protocol="s3", s3object=s3object),
    )
    # What `upload_file` sends once the bytes are in the object store.
    message = {"msgtype": "addfilemsg", "file": file.model_dump(by_alias=True)}
    added = [sdk._Colonies__rpc(message, key) for _ in range(2)]
    assert [each["label"] for each in added] == ["/l", "/l"]
    (found,) = sdk.get_file(colonyname, key, label="/l", filename="a.txt")
    assert File.model_validate(found).fileid == added[1]["fileid"]
    assert sdk.get_file(colonyname, key, fileid=added[0]["fileid"]) == [added[0]]
    assert len(sdk.get_file(colonyname, key, label="/l", filename="a.txt", latest=False)) == 2
    assert [each["s3filename"] for each in sdk.get_files("/l", colonyname, key)] == ["o" * 64]
    assert sdk.get_file_labels(colonyname, key) == [{"name": "/l", "files": 2}]
    assert sdk.get_file_labels(colonyname, key, name="/l", exact=True) == [
        {"name": "/l", "files": 2}
    ]
    made = sdk.create_snapshot(colonyname, "/l", "s1", key)
    assert made["fileids"] == [added[1]["fileid"]]
    assert sdk.get_snapshot_by_id(colonyname, made["snapshotid"], key) == made
    assert sdk.get_snapshot_by_name(colonyname, "s1", key) == made
    assert sdk.create_snapshot(colonyname, "/none", "s2", key)["label"] == "/none"
    assert [each["name"] for each in sdk.get_snapshots(colonyname, key)] == ["s2", "s1"]
    sdk._Colonies__remove_file("/l", None, "a.txt", colonyname, key)
    with pytest.raises(ColoniesConnectionError, match="Failed to get file"):
        sdk.get_file(colonyname, key, label="/l", filename="a.txt")


def test_functions(server, sdk, executor, submit):
    sdk.add_function(server.colonyname, executor.name, "f", executor.key)
    submit("f")
    process = sdk.assign(server.colonyname, 10, executor.key)
    sdk.close(process.processid, [], executor.key)
    (found,) = sdk.get_functions_by_executor(server.colonyname, executor.name, executor.key)
    assert (found["funcname"], found["counter"]) == ("f", 1)
    everything = sdk.get_functions_by_colony(server.colonyname, server.user_key)
    assert executor.name in {each["executorname"] for each in everything}


def test_lists_and_removal(server, sdk, executor, submit):
    process = submit()
    listed = sdk.list_processes(server.colonyname, 100, WAITING, server.user_key)
    assert process.processid in {each["processid"] for each in listed}
    sdk.remove_process(process.processid, server.user_key)
    with pytest.raises(ColoniesConnectionError, match="process not found"):
        sdk.get_process(process.processid, server.user_key)


def test_removing_everything(server, sdk, executor, spec, submit):
    name, owner, reader = server.colonyname, server.colony_key, server.user_key

    def listed():
        waiting = sdk.list_processes(name, 100, WAITING, reader)
        graphs = sdk.get_processgraphs(name, 100, reader) or []
        return (
            {each["processid"] for each in waiting},
            {each["processgraphid"] for each in graphs},
        )

    process = submit()
    workflow = Workflow(colonyname=name)
    workflow.functionspecs.append(spec("f", "only"))
    graph = sdk.submit_workflow(workflow, reader)
    with pytest.raises(ColoniesConnectionError, match="Access denied, not colony owner"):
        sdk.remove_all_processes(name, reader)
    sdk.remove_all_processes(name, owner)
    processes, graphs = listed()
    assert process.processid not in processes
    assert (graph.processids[0] in processes, graph.processgraphid in graphs) == (True, True)
    sdk.remove_all_processgraphs(name, owner)
    assert listed() == (set(), set())


def test_users(server, sdk):
    crypto = Crypto()
    user = {
        "colonyname": server.colonyname,
        "userid": crypto.id(crypto.prvkey()),
        "name": f"user-{secrets.token_hex(4)}",
        "email": "",
        "phone": "",
    }
    assert sdk.add_user(user, server.colony_key) == user
    assert user in sdk.get_users(server.colonyname, server.user_key)
    sdk.remove_user(server.colonyname, user["name"], server.colony_key)
    assert user not in sdk.get_users(server.colonyname, server.user_key)


def test_statistics(server, sdk, submit):
    before = sdk.stats(server.colonyname, server.user_key)
    submit()
    after = sdk.stats(server.colonyname, server.user_key)
    assert after["waitingprocesses"] == before["waitingprocesses"] + 1


def test_a_workflow(server, sdk, executor, spec):
    workflow = Workflow(colonyname=server.colonyname)
    workflow.functionspecs.extend(
        [spec("gen", "gen"), spec("sum", "sum", after=["gen"]), spec("sum", "other", after=["gen"])]
    )
    graph = sdk.submit_workflow(workflow, server.user_key)
    assert graph.state == WAITING
    assert sdk.find_process("sum", graph.processids, server.user_key).waitforparents is True
    gen = sdk.assign(server.colonyname, 10, executor.key)
    sdk.close(gen.processid, [1, 2], executor.key)
    for _ in range(2):
        process = sdk.assign(server.colonyname, 10, executor.key)
        sdk.close(process.processid, [sum(process.input)], executor.key)
    found = sdk.get_processgraph(graph.processgraphid, server.user_key)
    assert (found.state, len(found.nodes), len(found.edges)) == (SUCCESS, 3, 2)
    listed = sdk.get_processgraphs(server.colonyname, 10, server.user_key, state=SUCCESS)
    assert listed[0]["processgraphid"] == graph.processgraphid
    members = sdk.get_processes_for_workflow(
        graph.processgraphid, server.colonyname, server.user_key
    )
    assert [process["out"] for process in members] == [[1, 2], [3], [3]]
    sdk.remove_processgraph(graph.processgraphid, server.user_key)


def test_a_workflow_that_is_refused(server, sdk, spec):
    workflow = Workflow(colonyname=server.colonyname)
    workflow.functionspecs.extend([spec("f", "a", after=["b"]), spec("f", "b", after=["a"])])
    with pytest.raises(ColoniesConnectionError, match=r"contain a cycle: . → . → "):
        sdk.submit_workflow(workflow, server.user_key)


def test_a_dynamic_workflow(server, sdk, executor, spec):
    workflow = Workflow(colonyname=server.colonyname)
    workflow.functionspecs.extend([spec("gen", "gen"), spec("sum", "sum", after=["gen"])])
    graph = sdk.submit_workflow(workflow, server.user_key)
    gen = sdk.assign(server.colonyname, 10, executor.key)
    for insert in (True, False):
        child = sdk.add_child(
            graph.processgraphid,
            gen.processid,
            gen.children[0],
            spec("square"),
            "square",
            insert,
            executor.key,
        )
        assert child["parents"] == [gen.processid]
    sdk.close(gen.processid, [1, 1], executor.key)
    for _ in range(2):
        sdk.close(sdk.assign(server.colonyname, 10, executor.key).processid, [4], executor.key)
    last = sdk.assign(server.colonyname, 10, executor.key)
    assert last.input == [4, 4]


def test_crons(server, sdk, executor, spec):
    workflow = Workflow(colonyname=server.colonyname)
    workflow.functionspecs.append(spec("tick", "tick"))
    added = sdk.add_cron(
        "tick", "0/1 * * * * *", True, workflow, server.colonyname, server.user_key
    )
    assert (added["name"], added["waitforprevprocessgraph"]) == ("tick", True)
    for number in range(2):
        process = sdk.assign(server.colonyname, 30, executor.key)
        assert process.input == list(range(number))
        sdk.close(process.processid, [number], executor.key)
    cronid = added["cronid"]
    sdk.run_cron(cronid, server.user_key)
    assert cronid in {
        each["cronid"] for each in sdk.get_crons(server.colonyname, 100, server.user_key)
    }
    found = sdk.get_cron(cronid, server.user_key)
    assert (found["cronid"], found["checkerperiod"]) == (cronid, 1000)
    sdk.del_cron(cronid, server.user_key)
    with pytest.raises(ColoniesConnectionError, match="Failed to get cron, cron is nil"):
        sdk.get_cron(cronid, server.user_key)


def test_generators(server, sdk, executor, spec):
    workflow = Workflow(colonyname=server.colonyname)
    workflow.functionspecs.append(spec("f", "n"))
    generator = {
        "name": "g",
        "colonyname": server.colonyname,
        "trigger": 2,
        "timeout": -1,
        "workflowspec": json.dumps(workflow.model_dump(by_alias=True)),
    }
    added = sdk.add_generator(generator, server.user_key)
    generatorid = added["generatorid"]
    listed = sdk.get_generators(server.colonyname, server.user_key)
    assert [each["generatorid"] for each in listed] == [generatorid]
    assert sdk.get_generator(generatorid, server.user_key)["queuesize"] == 0
    sdk.remove_generator(generatorid, server.user_key)
    assert sdk.get_generators(server.colonyname, server.user_key) == []


def test_users_colonies_and_executors(server, sdk, executor):
    crypto = Crypto()
    userid = crypto.id(crypto.prvkey())
    user = {
        "colonyname": server.colonyname,
        "userid": userid,
        "name": "ada",
        "email": "",
        "phone": "",
    }
    sdk.add_user(user, server.colony_key)
    names = [each["name"] for each in sdk.get_users(server.colonyname, executor.key)]
    assert names == [server.username, "ada"]
    sdk.remove_user(server.colonyname, "ada", server.colony_key)
    assert sdk.get_colony(server.colonyname, server.user_key)["name"] == server.colonyname
    assert len(sdk.list_colonies(server.server_key)) == 1
    found = sdk.get_executor(server.colonyname, executor.name, server.user_key)
    assert found["executorid"] == executor.id
    sdk.reject_executor(server.colonyname, executor.name, server.colony_key)
    with pytest.raises(ColoniesConnectionError, match="Access denied"):
        sdk.assign(server.colonyname, 1, executor.key)
    sdk.remove_executor(server.colonyname, executor.name, server.colony_key)
    listed = sdk.list_executors(server.colonyname, server.user_key)
    assert {each["executorname"]: each["state"] for each in listed}[executor.name] == 3


def test_what_is_refused_says_why(server, sdk, spec):
    stranger = Crypto().prvkey()
    with pytest.raises(ColoniesConnectionError, match="Access denied, not a member of Colony"):
        sdk.submit_func_spec(spec(), stranger)
    with pytest.raises(ColoniesConnectionError, match="Access denied, not server owner"):
        sdk.list_colonies(stranger)
