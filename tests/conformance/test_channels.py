"""Protocol part 03, section 2 and scenarios 35 to 54: channels of processes."""

import base64
import json

import pytest

from tests.conformance.wire import Closed, Refused, moment, refused

MIB = 1 << 20
END: list[dict] = []


@pytest.fixture
def running(e1, user):
    """A process that the user submitted and E1 runs, with two channels."""
    process = user.submit(channels=["c", "other"])
    assert e1.assign()["processid"] == process["processid"]
    return process


@pytest.fixture
def socket(wire):
    with wire.socket() as socket:
        yield socket


def append(member, process, sequence, payload=b"", name="c", **fields):
    encoded = base64.b64encode(payload).decode() if isinstance(payload, bytes) else payload
    return member.call(
        "channelappendmsg",
        processid=process["processid"],
        name=name,
        sequence=sequence,
        payload=encoded,
        **fields,
    )


def read(member, process, after=0, limit=0, name="c"):
    return member.call(
        "channelreadmsg", processid=process["processid"], name=name, afterseq=after, limit=limit
    )


def subscribe(socket, member, process, after=0, timeout=30, name="c"):
    socket.send(
        "subscribechannelmsg",
        member.key,
        processid=process["processid"],
        name=name,
        afterseq=after,
        timeout=timeout,
    )


def receive(socket):
    return socket.receive(payloadtype="subscribechannelmsg")


def payloads(entries):
    return [base64.b64decode(entry["payload"]) for entry in entries]


def sequences(entries):
    return [entry["sequence"] for entry in entries]


def test_scenario_35_one_key_on_both_sides(e1):
    process = e1.submit(channels=["c"])
    assert process["spec"]["channels"] == ["c"]
    e1.assign()
    for sequence in (1, 2, 3):
        assert append(e1, process, sequence, b"n%d" % sequence) == {}
    found = read(e1, process)
    assert payloads(found) == [b"n1", b"n2", b"n3"]
    assert set(found[0]) == {"sequence", "timestamp", "senderid", "payload", "type"}
    assert (found[0]["senderid"], found[0]["type"]) == (e1.id, "data")
    times = [moment(entry["timestamp"]) for entry in found]
    assert times == sorted(times)


def test_scenario_36_an_index_and_a_limit(e1, running):
    for sequence in (10, 20, 30):
        append(e1, running, sequence)
    assert sequences(read(e1, running, 1, 1)) == [20]
    for limit in (0, -5):
        assert sequences(read(e1, running, 0, limit)) == [10, 20, 30]
    assert sequences(read(e1, running, -7, 2)) == [10, 20]
    for after in (3, 999, 2**63 - 1):
        assert read(e1, running, after) == []


def test_scenario_37_both_see_the_other(e1, user, running):
    append(user, running, 1, b"question")
    append(e1, running, 7, b"answer", inreplyto=1)
    for member in (e1, user):
        question, answer = read(member, running)
        assert (question["senderid"], answer["senderid"]) == (user.id, e1.id)
        assert "inreplyto" not in question
        assert answer["inreplyto"] == 1


def test_scenario_38_what_is_not_there(e1, running):
    for name in ("undeclared", ""):
        with refused(404, "Channel not found"):
            append(e1, running, 1, name=name)
        with refused(404, "Channel not found"):
            read(e1, running, name=name)
    for processid in ("f" * 64, ""):
        with refused(404, "Process not found"):
            append(e1, {"processid": processid}, 1)
        with refused(404, "Process not found"):
            read(e1, {"processid": processid})
    without = e1.submit()
    with refused(404, "Channel not found"):
        read(e1, without)


def test_scenario_39_two_parties_only(wire, socket, colony, e1, e2, running):
    append(e1, running, 1, b"secret")
    for third in (e2, colony.user()):
        with refused(403, "Not authorized to write to channel"):
            append(third, running, 1)
        with refused(403, "Not authorized to read from channel"):
            read(third, running)
        subscribe(socket, third, running)
        with refused(403, "Not authorized to subscribe to channel"):
            receive(socket)
        with refused(404, "Channel not found"):
            read(third, running, name="undeclared")
    for stranger in (colony.outsider(), colony.outsiders_executor()):
        with refused(403, "Access denied, not a member of Colony"):
            append(stranger, running, 1)
        with refused(403, "Access denied, not a member of Colony"):
            read(stranger, running)
        subscribe(socket, stranger, running)
        with refused(403, "Access denied, not a member of Colony"):
            receive(socket)
    assert payloads(read(e1, running)) == [b"secret"]


def test_scenario_40_before_the_assignment(e1, user):
    process = user.submit(channels=["c"])
    append(user, process, 1, b"early")
    with refused(403, "Not authorized to read from channel"):
        read(e1, process)
    e1.assign()
    assert payloads(read(e1, process)) == [b"early"]


@pytest.mark.parametrize("how", ["close", "fail", "cancel"])
def test_scenario_41_after_the_end(socket, e1, user, running, how):
    append(user, running, 1)
    if how == "cancel":
        user.call("cancelprocessmsg", processid=running["processid"])
    else:
        getattr(e1, how)(running)
    for member in (e1, user):
        with refused(404, "Channel not found"):
            append(member, running, 2)
        with refused(404, "Channel not found"):
            read(member, running)
        subscribe(socket, member, running)
        with refused(404, "Channel not found"):
            receive(socket)


def test_the_end_of_a_workflow_ends_the_channels_of_its_members(e1):
    graph = e1.submit_workflow(
        e1.spec(nodename="a", channels=["c"]),
        e1.spec(nodename="b", channels=["c"], conditions={"dependencies": ["a"]}),
    )
    members = e1.members(graph)
    e1.assign()
    for process in members.values():
        append(e1, process, 1)
    e1.fail(members["a"])
    for process in members.values():
        with refused(404, "Channel not found"):
            read(e1, process)


def test_a_child_has_its_channels(e1):
    e1.submit_workflow(a=[])
    child = e1.add_child(e1.assign(), nodename="b", channels=["c"])
    append(e1, child, 1, b"for the child")
    assert payloads(read(e1, child)) == [b"for the child"]


def test_scenario_42_channels_do_not_mix(e1, running):
    append(e1, running, 1, b"one")
    append(e1, running, 1, b"two", name="other")
    assert payloads(read(e1, running)) == [b"one"]
    assert payloads(read(e1, running, name="other")) == [b"two"]


def test_scenario_43_one_senders_order_and_arrival_between_senders(e1, user, running):
    for sequence in (3, 1, 2):
        append(e1, running, sequence)
    assert sequences(read(e1, running)) == [1, 2, 3]
    append(user, running, 9)
    # Stops at the first entry that is not its own.
    append(e1, running, 0)
    append(e1, running, -4, b"first")
    append(e1, running, -4, b"second")
    found = read(user, running)
    assert sequences(found) == [1, 2, 3, 9, -4, -4, 0]
    assert payloads(found[4:6]) == [b"first", b"second"]


def test_scenario_44_every_byte_and_the_largest_payload(e1, running):
    everything = bytes(range(256)) * 4096
    for sequence, payload in enumerate((everything, b"", b"x" * (10 * MIB))):
        append(e1, running, sequence, payload)
    assert payloads(read(e1, running)) == [everything, b"", b"x" * (10 * MIB)]
    with refused(500, "message payload exceeds maximum size"):
        append(e1, running, 4, b"x" * (10 * MIB + 1))
    append(e1, running, 5, None)
    assert read(e1, running, 3)[0]["payload"] is None


def test_a_read_has_a_size_and_goes_on_from_there(e1, running):
    for sequence in range(8):
        append(e1, running, sequence, b"%d" % sequence + b"x" * (9 * MIB))
    found = read(e1, running)
    assert sequences(found) == [0, 1, 2, 3, 4, 5, 6]
    assert sequences(read(e1, running, len(found))) == [7]


def test_scenario_47_more_channels_than_there_may_be(e1):
    names = [f"c{index}" for index in range(101)]
    process = e1.submit(channels=["c0", *names])
    e1.assign()
    append(e1, process, 1, name="c99")
    with refused(404, "Channel not found"):
        append(e1, process, 1, name="c100")


def test_scenario_48_types(e1, running):
    for payloadtype in ("", "end", "error", "whatever"):
        append(e1, running, 1, payloadtype=payloadtype)
    append(e1, running, 1)
    types = [entry["type"] for entry in read(e1, running)]
    assert types == ["data", "end", "error", "whatever", "data"]


def test_scenario_49_numbers_and_base64_are_the_same_bytes(e1, running):
    append(e1, running, 1, [0, 104, 255])
    append(e1, running, 2, b"\x00h\xff")
    append(e1, running, 3, [])
    assert payloads(read(e1, running)) == [b"\x00h\xff", b"\x00h\xff", b""]


@pytest.mark.parametrize("payload", [[256], [-1], ["a"], [1.5], "not base64!", "abc", 7, {}])
def test_a_payload_that_is_none(e1, running, payload):
    with refused(400, "Failed to append to channel, invalid JSON") as caught:
        append(e1, running, 1, payload)
    assert "$.payload" in caught.value.message
    assert read(e1, running) == []


def test_what_sdks_leave_open(e1, running):
    fields = {"inreplyto": None, "payloadtype": None}
    append(e1, running, 1, b"x", **fields)
    assert payloads(read(e1, running)) == [b"x"]


def test_scenario_50_what_was_there_comes_first_and_what_is_new_once(socket, e1, user, running):
    for sequence in (1, 2, 3):
        append(user, running, sequence)
    subscribe(socket, e1, running, after=1)
    assert sequences(receive(socket)) == [2, 3]
    for sequence in (4, 5):
        append(user, running, sequence)
        append(e1, running, sequence, name="other")
    assert [sequences(receive(socket)) for _ in range(2)] == [[4], [5]]


def test_what_comes_late_with_a_low_sequence_is_told_once(socket, e1, running):
    append(e1, running, 5)
    subscribe(socket, e1, running)
    assert sequences(receive(socket)) == [5]
    append(e1, running, 1)
    append(e1, running, 9)
    assert [sequences(receive(socket)) for _ in range(2)] == [[1], [9]]


def test_the_time_is_up_and_the_socket_stays(socket, e1, running):
    append(e1, running, 1)
    for timeout in (1, -1):
        subscribe(socket, e1, running, timeout=timeout)
        assert sequences(receive(socket)) == [1]
        assert receive(socket) == END
    subscribe(socket, e1, running, after=1, timeout=-1)
    assert receive(socket) == END


def test_scenario_51_a_chat(wire, e1, user, running):
    with wire.socket() as mine, wire.socket() as theirs:
        subscribe(mine, user, running)
        subscribe(theirs, e1, running)
        append(user, running, 1, b"hello")
        assert payloads(receive(theirs)) == [b"hello"]
        append(e1, running, 1, b"yes?", inreplyto=1)
        assert payloads(receive(mine)) == [b"hello"]
        assert payloads(receive(mine)) == payloads(receive(theirs)) == [b"yes?"]


def test_scenario_52_every_subscriber_gets_every_entry(wire, e1, running):
    sockets = [wire.socket() for _ in range(4)]
    for socket in sockets:
        subscribe(socket, e1, running)
    sockets.pop().drop()
    for sequence in range(5):
        append(e1, running, sequence)
    for socket in sockets:
        found = []
        while len(found) < 5:
            found += sequences(receive(socket))
        assert found == [0, 1, 2, 3, 4]
        with socket:
            pass


def test_scenario_53_the_process_ends(socket, e1, user, running):
    subscribe(socket, user, running)
    append(e1, running, 0)
    found = sequences(receive(socket))
    for sequence in range(1, 20):
        append(e1, running, sequence)
    e1.close(running)
    while entries := receive(socket):
        found += sequences(entries)
    assert found == list(range(20))
    with pytest.raises(Closed):
        receive(socket)


def test_an_end_leaves_other_subscriptions_of_the_socket_alone(socket, e1, user, running):
    second = user.submit(channels=["c"])
    for process in (running, second):
        append(user, process, 1)
        subscribe(socket, user, process)
        assert sequences(receive(socket)) == [1]
    e1.close(running)
    assert receive(socket) == END
    append(user, second, 2)
    assert sequences(receive(socket)) == [2]


def test_who_lost_the_process_loses_the_channel(socket, colony, e1, user):
    process = user.submit(channels=["c"], maxretries=3)
    e1.assign()
    append(user, process, 1, b"kept")
    subscribe(socket, e1, process)
    receive(socket)
    colony.owner("removeexecutormsg", executorname="E1")
    with refused(403):
        receive(socket)
    successor = colony.executor()
    successor.assign()
    assert payloads(read(successor, process)) == [b"kept"]


def test_a_retry_takes_the_channel_from_the_former_executor(e1, user):
    process = user.submit(channels=["c"], maxexectime=1, maxretries=3)
    e1.assign()
    append(e1, process, 1, b"kept")
    user.reaches(process, 0)
    with refused(403, "Not authorized to read from channel"):
        read(e1, process)
    assert payloads(read(user, process)) == [b"kept"]


def test_what_is_removed_takes_its_channels_along(colony, e1, user):
    process = user.submit(channels=["c"], conditions={"executortype": "x"})
    append(user, process, 1)
    user.call("removeprocessmsg", processid=process["processid"])
    with refused(404, "Process not found"):
        read(user, process)


def test_scenario_54_texts_of_any_language(e1, running):
    append(e1, running, 1, "grüß dich 🐝".encode())
    assert payloads(read(e1, running))[0].decode() == "grüß dich 🐝"


def test_a_bad_subscription_is_refused_and_the_socket_stays(socket, e1, running):
    subscribe(socket, e1, running, name="undeclared")
    with refused(404, "Channel not found"):
        receive(socket)
    subscribe(socket, e1, {"processid": "f" * 64})
    with refused(404, "Process not found"):
        receive(socket)
    for fields in ({"afterseq": "x"}, {"msgtype": "channelreadmsg"}):
        socket.send("subscribechannelmsg", e1.key, **running | fields)
        with pytest.raises(Refused) as caught:
            receive(socket)
        assert caught.value.status == 400
    append(e1, running, 1)
    subscribe(socket, e1, running)
    assert sequences(receive(socket)) == [1]


def test_the_wire_shows_no_channels_where_none_are_declared(e1):
    assert "channels" not in json.dumps(e1.submit()["spec"])
