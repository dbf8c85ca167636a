"""Protocol part 01, section 4.9: changing the ids of users, executors, colonies and the server."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.conformance.wire import RUNNING, SUCCESS, Refused, Wire, id_of, new_key, refused

NO_IDS = ["abc", "g" * 64, "A" * 64, "a" * 65, " " + "a" * 63]


def change(member, what, key):
    """The member is known by the id of another key; it as it is then."""
    fields = {"colonyname": member.colony.name, f"{what}id": id_of(key)}
    payloadtype = f"change{what}idmsg"
    echo = member.call(payloadtype, **fields)
    assert echo == {"msgtype": payloadtype, **fields}
    return replace(member, key=key)


def test_a_user_changes_its_id(colony, user):
    process = user.submit()
    other = colony.user(name="other").submit()
    changed = change(user, "user", new_key())
    with refused(403, "Access denied, not a member"):
        user.process(process)
    assert changed.process(process)["initiatorid"] == changed.id
    assert changed.process(other)["initiatorid"] == other["initiatorid"]
    found = changed.call("getusermsg", colonyname=colony.name, name="U")
    assert found["userid"] == changed.id
    with refused(403):
        change(user, "user", new_key())


def test_an_executor_goes_on_with_what_it_runs(colony, e1, e2):
    e1.submit("first")
    ended = e1.run(1)
    process = e1.submit_workflow(a=[], b=["a"])
    running = e1.assign()
    changed = change(e1, "executor", new_key())
    for verb in (e1.close, e1.fail, e1.assign):
        with refused(403, "Access denied, not a member"):
            verb(*([] if verb == e1.assign else [running]))
    found = changed.process(running)
    assert (found["state"], found["assignedexecutorid"]) == (RUNNING, changed.id)
    assert found["initiatorid"] == changed.id
    assert changed.graph(process)["initiatorid"] == changed.id
    changed.close(running, ["out"])
    changed.run("b")
    assert changed.graph(process)["state"] == SUCCESS
    assert changed.process(ended)["assignedexecutorid"] == e1.id
    (listed, _) = e2.call("getexecutorsmsg", colonyname=colony.name)
    assert (listed["executorname"], listed["executorid"], listed["state"]) == ("E1", changed.id, 1)


def test_crons_and_generators_start_under_the_new_id(colony, user):
    spec = {"colonyname": colony.name, "functionspecs": [user.spec(nodename="n")]}
    shared = {"colonyname": colony.name, "name": "x", "workflowspec": json.dumps(spec)}
    cron = user.call("addcronmsg", cron=shared | {"interval": 100_000})
    generator = user.call("addgeneratormsg", generator=shared | {"trigger": 1})
    changed = change(user, "user", new_key())
    assert changed.call("getcronmsg", cronid=cron["cronid"])["initiatorid"] == changed.id
    found = changed.call("getgeneratormsg", generatorid=generator["generatorid"])
    assert found["initiatorid"] == changed.id
    changed.call("runcronmsg", cronid=cron["cronid"])
    (process,) = changed.processes(0)
    assert (process["initiatorid"], process["initiatorname"]) == (changed.id, "U")


def test_functions_stay_and_count(colony, e1):
    added = e1.call(
        "addfunctionmsg",
        fun={"colonyname": colony.name, "executorname": "E1", "funcname": "f"},
    )
    e1.submit("f")
    e1.assign()
    changed = change(e1, "executor", new_key())
    (running,) = changed.processes(RUNNING)
    changed.close(running)
    (found,) = changed.call("getfunctionsmsg", colonyname=colony.name, executorname="E1")
    assert (found["functionid"], found["counter"]) == (added["functionid"], 1)


def test_a_pending_executor_may_change_its_id_too(colony, e1):
    changed = change(colony.pending(name="new"), "executor", new_key())
    colony.owner("approveexecutormsg", executorname="new")
    e1.submit()
    assert changed.assign()


def test_a_poll_of_the_old_id_gets_nothing(colony, e1):
    with ThreadPoolExecutor() as pool:
        poll = pool.submit(e1.assign, 30)
        changed = change(e1, "executor", new_key())
        changed.submit()
        with refused(403, "Access denied, not a member"):
            poll.result(30)
    assert changed.assign()


def test_only_one_of_two_changes_at_once_succeeds(e1, user):
    for member, what in ((user, "user"), (e1, "executor")):
        keys = [new_key() for _ in range(4)]
        with ThreadPoolExecutor() as pool:
            attempts = [pool.submit(change, member, what, key) for key in keys]
        changed = [attempt.result() for attempt in attempts if attempt.exception() is None]
        failures = [attempt.exception() for attempt in attempts if attempt.exception()]
        assert len(changed) == 1
        assert [(type(error), error.status) for error in failures] == [(Refused, 403)] * 3
        assert changed[0].call("getusersmsg", colonyname=member.colony.name)


def test_who_is_both_changes_one_of_them(colony, e1):
    user = colony.user(name="U", key=e1.key)
    changed = change(user, "user", new_key())
    assert changed.submit()["initiatorname"] == "U"
    e1.submit()
    assert e1.assign()


def test_users_may_share_an_id_and_executors_may_not(colony, e1, e2, user):
    key = new_key()
    first = change(user, "user", key)
    second = change(colony.user(name="V"), "user", key)
    assert first.id == second.id
    with refused(400, "Executor not unique"):
        change(e2, "executor", e1.key)
    assert e2.gets_nothing()


def test_only_a_user_is_a_user_and_an_executor_an_executor(colony, e1, user):
    with refused(400, "Failed to change user Id, user not found"):
        change(e1, "user", new_key())
    with refused(400, "Failed to change executor Id, executor not found"):
        change(user, "executor", new_key())
    for stranger in (colony.outsider(), colony.outsiders_executor()):
        for what in ("user", "executor"):
            with refused(403, "Access denied, not a member"):
                change(stranger, what, new_key())


@pytest.mark.parametrize("wrong", NO_IDS)
@pytest.mark.parametrize("what", ["user", "executor", "colony", "server"])
def test_ids_are_64_hexadecimal_characters(wire, colony, e1, user, what, wrong):
    key = {
        "user": user.key,
        "executor": e1.key,
        "colony": colony.ownerkey,
        "server": wire.serverkey,
    }[what]
    with refused(400, f"Failed to change {what} Id, new {what} Id is not 64 characters"):
        wire.call(f"change{what}idmsg", key, colonyname=colony.name, **{f"{what}id": wrong})
    said = "colony" if what == "server" else what
    for empty in ({}, {f"{what}id": ""}):
        with refused(400, f"Failed to change {said} Id, {said} Id is empty"):
            wire.call(f"change{what}idmsg", key, colonyname=colony.name, **empty)


def test_a_colony_changes_hands(wire):
    colony = wire.new_colony()
    other = wire.colony("", colony.ownerkey)
    wire.call(
        "addcolonymsg",
        wire.serverkey,
        colony={"colonyid": id_of(colony.ownerkey), "name": f"{colony.name}-2"},
    )
    other = wire.colony(f"{colony.name}-2", colony.ownerkey)
    member = colony.executor()
    with refused(403, "Access denied, not colony owner"):
        member.call("changecolonyidmsg", colonyname=colony.name, colonyid=member.id)
    key = new_key()
    fields = {"colonyname": colony.name, "colonyid": id_of(key)}
    echo = wire.call("changecolonyidmsg", colony.ownerkey, **fields)
    assert echo == {"msgtype": "changecolonyidmsg", **fields}
    with refused(403, "Access denied, not colony owner"):
        colony.user()
    assert wire.colony(colony.name, key).user()
    assert other.user()
    assert member.submit()
    found = wire.call("getcoloniesmsg", wire.serverkey)
    assert {"colonyid": id_of(key), "name": colony.name} in found


def test_a_server_changes_hands_for_good(server_database, tmp_path):
    database, key = server_database(), new_key()
    with server_in_thread(tmp_path, database=database) as server:
        wire = Wire(server.host, server.port, server.server_key)
        colony = wire.new_colony()
        for stranger in (colony.ownerkey, colony.user().key, new_key()):
            with refused(403, "Access denied, not server owner"):
                wire.call("changeserveridmsg", stranger, serverid=id_of(key))
        echo = wire.call("changeserveridmsg", wire.serverkey, serverid=id_of(key))
        assert echo == {"msgtype": "changeserveridmsg", "serverid": id_of(key)}
        with refused(403, "Access denied, not server owner"):
            wire.call("getcoloniesmsg", wire.serverkey)
        assert Wire(server.host, server.port, key).new_colony()
    with server_in_thread(tmp_path, database=database) as server:
        assert server.serverid == id_of(key)
        assert server.hosting.runtime.serverkeyfile == ""
        wire = Wire(server.host, server.port, key)
        assert colony.name in {each["name"] for each in wire.call("getcoloniesmsg", key)}
        with refused(403, "Access denied, not server owner"):
            wire.call("getcoloniesmsg", server.server_key)
        back = {"serverid": id_of(server.server_key)}
        wire.call("changeserveridmsg", key, **back)
        assert Wire(server.host, server.port, server.server_key).new_colony()
