"""Protocol part 01, section 4.6: logs of executors, and the search in all logs."""

import pytest

from tests.conformance.test_notes import log, logs, messages
from tests.conformance.wire import RUNNING, SUCCESS, WAITING, Dropped, refused


def note(member, message, **fields):
    return member.call(
        "addexecutorlogmsg",
        **{"colonyname": member.colony.name, "executorname": member.name, "message": message}
        | fields,
    )


def search(member, text, days=1, count=100):
    return member.call(
        "searchlogsmsg", colonyname=member.colony.name, text=text, days=days, count=count
    )


@pytest.fixture
def process(e1):
    e1.submit()
    return e1.assign()


def test_an_executor_writes_about_itself(colony, e1, e2, process):
    assert note(e1, "started\n") == {}
    log(e1, process, "at work")
    note(e2, "me too")
    found = logs(e1, executorname="E1")
    assert messages(found) == ["started\n", "at work"]
    first = found[0]
    assert first == {
        "processid": "",
        "colonyname": colony.name,
        "executorname": "E1",
        "message": "started\n",
        "timestamp": first["timestamp"],
    }
    assert messages(logs(e1, processid=process["processid"])) == ["at work"]


def test_times_grow_within_an_executor(e1, process):
    e1.submit()
    other = e1.assign()
    for number in range(5):
        note(e1, str(number))
        log(e1, process, str(number))
        log(e1, other, str(number))
    stamps = [line["timestamp"] for line in logs(e1, executorname="E1")]
    assert len(stamps) == 15
    assert stamps == sorted(set(stamps))
    assert len(logs(e1, executorname="E1", since=stamps[9])) == 5
    assert messages(logs(e1, executorname="E1", latest=True, count=1)) == ["4"]


def test_only_the_executor_itself_writes(colony, e1, e2, user):
    with refused(403, "Failed to add executor log, executor name mismatch"):
        note(e2, "not me", executorname="E1")
    with refused(403, "Failed to add executor log, executor not found"):
        note(user, "a user", executorname="E1")
    with refused(403, "Access denied, not a member"):
        note(colony.pending(name="new"), "too early")
    with refused(403, "Access denied, not a member"):
        note(colony.outsiders_executor(), "stranger", executorname="E1")
    assert logs(e1, executorname="E1") == []


def test_executors_of_one_name_in_two_colonies(colony, wire, e1):
    there = wire.new_colony().executor(name="E1")
    note(e1, "here")
    note(there, "there")
    assert messages(logs(e1, executorname="E1")) == ["here"]
    assert messages(search(there, "here")) == ["there"]


def test_search(e1, e2, user, process):
    log(e1, process, "a Needle in hay")
    log(e1, process, "only hay")
    note(e2, "another Needle")
    assert messages(search(user, "Needle")) == ["another Needle", "a Needle in hay"]
    assert messages(search(user, "hay", count=1)) == ["only hay"]
    assert search(user, "needle") == []
    assert search(user, "Needle", days=0) == []
    assert search(user, "Needle", count=0) == []
    assert len(search(user, "")) == 3
    e1.close(process)
    user.call("removeprocessmsg", processid=process["processid"])
    assert len(search(user, "hay")) == 2


def test_search_takes_text_as_it_is(e1, process):
    for message in ("100% sure", "100 sure", "a_b", "acb", "back\\slash", "quote'"):
        log(e1, process, message)
    for text in ("100%", "a_b", "\\", "'"):
        (line,) = search(e1, text)
        assert text in line["message"]


def test_limits_of_the_search(colony, e1):
    with refused(400, "Count exceeds max log count (100)"):
        search(e1, "x", count=101)
    with refused(400, "Count exceeds max day count (30)"):
        search(e1, "x", days=31)
    for limits in ({"days": -1}, {"count": -1}):
        with refused(400, "Count and days must not be negative"):
            search(e1, "x", **limits)
    assert search(e1, "x", days=30, count=100) == []
    with refused(403, "Access denied, not a member"):
        search(colony.outsider(), "x")
    with refused(400, "Failed to search logs, invalid JSON"):
        search(e1, 5)


# --- what is pushed of one process, an extension ---


@pytest.fixture
def socket(wire):
    with wire.socket() as socket:
        yield socket


def follow(socket, member, process, since=0, timeout=30):
    socket.send(
        "subscribenotesmsg",
        member.key,
        processid=process["processid"],
        since=since,
        timeout=timeout,
    )


def news(socket):
    """Lines, attributes and whether it is the end."""
    found = socket.receive(payloadtype="subscribenotesmsg")
    attributes = found.get("attributes")
    return (
        messages(found["lines"]),
        attributes and {each["key"]: each["value"] for each in attributes},
        found["ended"],
    )


def test_lines_and_attributes_are_pushed_until_the_process_ends(socket, e1, user, process):
    log(e1, process, "before")
    follow(socket, user, process)
    assert news(socket) == (["before"], [], False)
    log(e1, process, "now")
    assert news(socket) == (["now"], None, False)
    e1.call("setattributesmsg", processid=process["processid"], texts={"progress": "0.5"})
    assert news(socket) == ([], {"progress": "0.5"}, False)
    attribute = {"targetid": process["processid"], "key": "k", "value": "v", "attributetype": 1}
    e1.call("addattributemsg", attribute=attribute)
    assert news(socket) == ([], {"progress": "0.5", "k": "v"}, False)
    log(e1, process, "last")
    e1.close(process)
    lines, ended = [], False
    while not ended:
        more, _, ended = news(socket)
        lines += more
    assert lines == ["last"]


def test_another_state_is_told(socket, e1, user):
    process = e1.submit()
    follow(socket, user, process)
    for act, state in ((None, WAITING), (e1.assign, RUNNING), (lambda: e1.close(process), SUCCESS)):
        if act:
            act()
        assert socket.receive(payloadtype="subscribenotesmsg")["state"] == state


def test_a_log_is_pushed_from_a_moment_on_in_pieces(socket, e1, process):
    for number in range(502):
        log(e1, process, str(number))
    first = logs(e1, processid=process["processid"])[0]
    e1.close(process)
    follow(socket, e1, process, since=first["timestamp"])
    assert news(socket) == ([str(number) for number in range(1, 501)], [], False)
    assert news(socket) == (["501"], None, True)


def test_a_removed_process_ends_what_is_pushed_of_it(socket, e1, user):
    process = e1.submit()
    follow(socket, user, process)
    assert news(socket) == ([], [], False)
    e1.call("cancelprocessmsg", processid=process["processid"])
    assert news(socket) == ([], None, True)


def test_who_may_follow_what_is_written(socket, colony, e1, process):
    follow(socket, colony.outsider(), process)
    with refused(403, "Access denied"):
        socket.receive()
    follow(socket, e1, {"processid": "f" * 64})
    with refused(404, "Failed to subscribe notes, process does not exist"):
        socket.receive()
    follow(socket, e1, process, timeout=0)
    news(socket)
    with pytest.raises(Dropped):
        socket.receive()
