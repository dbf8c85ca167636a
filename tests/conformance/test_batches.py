"""Several processes with one request, an extension: as the single messages, over the wire."""

import threading

from tests.conformance.wire import FAILED, RUNNING, SUCCESS, refused


def take(member, count, timeout=-1, **fields):
    return member.call(
        "assignprocessesmsg",
        colonyname=member.colony.name,
        timeout=timeout,
        count=count,
        **fields,
    )


def close(member, *items):
    return member.call("closeprocessesmsg", items=list(items))


def test_the_server_says_that_it_knows_batches(wire, colony):
    extensions = wire.call("getserverinfomsg", colony.ownerkey)["extensions"]
    assert {"assignprocessesmsg", "closeprocessesmsg"} <= set(extensions)


def test_a_batch_is_assigned_and_closed(e1):
    ids = [e1.submit(funcname=f"f{index}")["processid"] for index in range(3)]
    taken = take(e1, 2)
    assert [process["processid"] for process in taken] == ids[:2]
    assert taken[0] == e1.process(taken[0])
    outcomes = close(
        e1,
        {"processid": ids[0], "out": [1, "å", None]},
        {"processid": ids[1], "errors": ["broken"], "failed": True},
        {"processid": "no such", "out": []},
    )
    assert [outcome["status"] for outcome in outcomes] == [200, 200, 500]
    assert outcomes[0] == {"processid": ids[0], "status": 200, "message": ""}
    done, failed = (e1.process(each) for each in ids[:2])
    assert (done["state"], done["out"]) == (SUCCESS, [1, "å", None])
    assert (failed["state"], failed["errors"]) == (FAILED, ["broken"])


def test_an_empty_queue_and_a_wrong_count_are_refused(e1, user):
    with refused(404, "No process available for assignment"):
        take(e1, 5)
    for count in (0, 257):
        with refused(400, "Failed to assign processes, count must be from 1 to 256"):
            take(e1, count)
    with refused(400, "Invalid timeout value, timeout cannot be zero"):
        take(e1, 1, timeout=0)
    with refused(500, "Failed to assign process, executor not found"):
        take(user, 1)
    with refused(400, "Failed to close processes, msg.Items is nil"):
        e1.call("closeprocessesmsg")
    for many in (0, 257):
        with refused(400, "Failed to close processes, from 1 to 256"):
            close(e1, *[{"processid": "p"}] * many)


def test_two_takers_share_the_work_and_nothing_is_taken_twice(e1, e2):
    ids = {e1.submit()["processid"] for _ in range(40)}
    taken = {}

    def taker(member):
        taken[member.name] = []
        with refused(404, "No process available for assignment"):
            while True:
                taken[member.name] += take(member, 7)

    threads = [threading.Thread(target=taker, args=(member,)) for member in (e1, e2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [process["processid"] for each in taken.values() for process in each]
    assert sorted(found) == sorted(ids)


def test_parents_closed_by_two_executors_release_a_child_once(e1, e2):
    parents = {f"p{index}": [] for index in range(12)}
    graph = e1.submit_workflow(**parents, last=list(parents))
    shares = [(member, take(member, 6)) for member in (e1, e2)]
    threads = [
        threading.Thread(
            target=close, args=(member, *({"processid": p["processid"], "out": [1]} for p in share))
        )
        for member, share in shares
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (last,) = take(e1, 5, timeout=20)
    assert (last["in"], last["state"]) == ([1] * 12, RUNNING)
    assert close(e1, {"processid": last["processid"]})[0]["status"] == 200
    assert e1.graph(graph)["state"] == SUCCESS
