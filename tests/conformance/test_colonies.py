"""Protocol part 01, sections 4.1 and 4.2: colonies and users; statistics."""

import secrets

import pytest

from tests.conformance.wire import WAITING, Member, Refused, id_of, new_key, refused

NO_STATISTICS = {
    "colonies": 1,
    "executors": 0,
    "activeexecutors": 0,
    "unregisteredexecutors": 0,
    "waitingprocesses": 0,
    "runningprocesses": 0,
    "successfulprocesses": 0,
    "failedprocesses": 0,
    "cancelledprocesses": 0,
    "waitingworkflows": 0,
    "runningworkflows": 0,
    "successfulworkflows": 0,
    "failedworkflows": 0,
    "cancelledworkflows": 0,
}


def add(wire, **colony):
    return wire.call("addcolonymsg", wire.serverkey, colony=colony)


def listed(wire):
    return wire.call("getcoloniesmsg", wire.serverkey)


def test_add_and_list(wire):
    name, colonyid = f"c-{secrets.token_hex(6)}", id_of(new_key())
    assert add(wire, name=name, colonyid=colonyid) == {"colonyid": colonyid, "name": name}
    assert listed(wire)[-1] == {"colonyid": colonyid, "name": name}


def test_one_key_may_own_several_colonies(wire):
    colonyid = id_of(new_key())
    names = [f"c-{secrets.token_hex(6)}" for _ in range(2)]
    assert [add(wire, name=name, colonyid=colonyid)["name"] for name in names] == names


def test_refused_colonies(colony):
    wire = colony.wire
    before = listed(wire)
    taken = f"A Colony with name <{colony.name}> already exists"
    for fields, text in [
        ({"name": "short", "colonyid": "abc"}, "Failed to add colony, invalid colony Id length"),
        ({"name": colony.name, "colonyid": "a" * 64}, taken),
        ({"name": "", "colonyid": "a" * 64}, ""),
        ({"name": "a:b", "colonyid": "a" * 64}, ""),
    ]:
        with refused(400, text):
            add(wire, **fields)
    with refused(400, "Failed to add colony, colony is <nil>"):
        wire.call("addcolonymsg", wire.serverkey)
    assert listed(wire) == before


def test_only_the_server_owner_manages_colonies(colony, user):
    for key in (colony.ownerkey, user.key, new_key()):
        for payloadtype, fields in [
            ("addcolonymsg", {"colony": {"name": "x", "colonyid": "a" * 64}}),
            ("removecolonymsg", {"colonyname": colony.name}),
            ("getcoloniesmsg", {}),
            ("getstatisticsmsg", {}),
        ]:
            with refused(403, "Access denied, not server owner"):
                colony.wire.call(payloadtype, key, **fields)


def test_get_is_for_members(colony, user):
    assert user.call("getcolonymsg", colonyname=colony.name) == {
        "colonyid": id_of(colony.ownerkey),
        "name": colony.name,
    }
    with refused(403, "Access denied, not a member"):
        colony.owner("getcolonymsg")
    with refused(403, "Colony with name <nowhere> does not exists"):
        user.call("getcolonymsg", colonyname="nowhere")


def test_a_removed_colony_leaves_nothing(colony, e1, user):
    wire = colony.wire
    e1.call(
        "addfunctionmsg", fun={"colonyname": colony.name, "executorname": "E1", "funcname": "f"}
    )
    process = e1.submit(env={"k": "v"})
    e1.assign()
    e1.call("addlogmsg", processid=process["processid"], message="m")
    graph = e1.submit_workflow(a=[], b=["a"])
    wire.call("removecolonymsg", wire.serverkey, colonyname=colony.name)
    with refused(403, f"Colony with name <{colony.name}> does not exists"):
        e1.submit()
    with refused(400, f"Colony with name <{colony.name}> not found"):
        wire.call("removecolonymsg", wire.serverkey, colonyname=colony.name)
    again = wire.new_colony(colony.name)
    assert again.ownerkey != colony.ownerkey
    with refused(403):
        e1.submit()
    successor = again.executor(name="E1")
    assert successor.statistics() == NO_STATISTICS | {"executors": 1, "activeexecutors": 1}
    assert successor.gets_nothing()
    assert successor.processes(WAITING) == successor.graphs(WAITING) == []
    assert successor.call("getfunctionsmsg", colonyname=colony.name, executorname="") == []
    assert successor.call("getlogsmsg", colonyname=colony.name, executorname="E1", count=10) == []
    assert successor.call("getusersmsg", colonyname=colony.name) == []
    with refused(404):
        successor.process(process)
    with refused(500):
        successor.graph(graph)


def test_a_waiting_poll_survives_the_end_of_its_colony(colony, e1):
    # The server goes on; the poll ends with an error or with its time.
    wire = colony.wire
    wire.call("removecolonymsg", wire.serverkey, colonyname=colony.name)
    with pytest.raises(Refused):
        e1.assign(1)


def test_colony_statistics(colony, e1, user):
    assert user.statistics() == NO_STATISTICS | {"executors": 1, "activeexecutors": 1}
    colony.pending()
    removed = colony.executor()
    colony.owner("removeexecutormsg", executorname=removed.name)
    e1.submit()
    e1.run()
    e1.submit()
    e1.fail(e1.assign())
    cancelled = e1.submit()
    e1.call("cancelprocessmsg", processid=cancelled["processid"])
    for _ in range(2):
        e1.submit_workflow(a=[], b=["a"])
    e1.run()
    e1.assign()
    assert e1.statistics() == {
        "colonies": 1,
        "executors": 3,
        "activeexecutors": 1,
        "unregisteredexecutors": 1,
        "waitingprocesses": 2,
        "runningprocesses": 1,
        "successfulprocesses": 2,
        "failedprocesses": 1,
        "cancelledprocesses": 1,
        "waitingworkflows": 1,
        "runningworkflows": 1,
        "successfulworkflows": 0,
        "failedworkflows": 0,
        "cancelledworkflows": 0,
    }


def test_statistics_of_unknown_and_foreign_colonies(colony, user):
    with refused(400, "Colony with name <nowhere> not found"):
        user.call("getcolonystatsmsg", colonyname="nowhere")
    with refused(403, "Access denied"):
        colony.outsiders_executor().statistics()


def test_server_statistics(colony, e1):
    wire = colony.wire
    before = wire.call("getstatisticsmsg", wire.serverkey)
    assert set(before) == set(NO_STATISTICS)
    assert before["colonies"] == len(listed(wire))
    e1.submit()
    removed = colony.executor()
    colony.owner("removeexecutormsg", executorname=removed.name)
    after = wire.call("getstatisticsmsg", wire.serverkey)
    assert after["waitingprocesses"] == before["waitingprocesses"] + 1
    assert after["executors"] == before["executors"]
    assert after["unregisteredexecutors"] == before["unregisteredexecutors"] + 1


# --- users ---


def user_fields(colony, **fields):
    return {
        "colonyname": colony.name,
        "userid": id_of(new_key()),
        "name": "ada",
        "email": "ada@example.org",
        "phone": "1",
    } | fields


def add_user(colony, user):
    return colony.wire.call("addusermsg", colony.ownerkey, user=user)


def test_add_get_list_and_remove_users(colony):
    ada, bob = user_fields(colony), user_fields(colony, name="bob", email="", phone="")
    assert add_user(colony, ada) == ada
    assert add_user(colony, bob) == bob
    member = colony.executor()
    assert member.call("getusersmsg", colonyname=colony.name) == [ada, bob]
    assert member.call("getusermsg", colonyname=colony.name, name="ada") == ada
    colony.owner("removeusermsg", name="ada")
    assert member.call("getusersmsg", colonyname=colony.name) == [bob]
    with refused(500, "Failed to get user, user is nil"):
        member.call("getusermsg", colonyname=colony.name, name="ada")
    with refused(400, "User with name <ada> not found"):
        colony.owner("removeusermsg", name="ada")


def test_refused_users(colony):
    add_user(colony, user_fields(colony))
    taken = f"A user with name <ada> already exists in Colony with name <{colony.name}>"
    nowhere = "Colony with name <nowhere> does not exists"
    for user, text in [
        (user_fields(colony), taken),
        (user_fields(colony, colonyname="nowhere"), nowhere),
        (user_fields(colony, name=""), ""),
        (user_fields(colony, name="a:b"), ""),
    ]:
        with refused(400, text):
            add_user(colony, user)
    with refused(400, "Failed to add user, executor is nil"):
        colony.wire.call("addusermsg", colony.ownerkey)
    with refused(403, "Access denied, not colony owner"):
        colony.wire.call("addusermsg", colony.wire.serverkey, user=user_fields(colony, name="bob"))
    assert len(colony.executor().call("getusersmsg", colonyname=colony.name)) == 1


def test_the_same_user_in_two_colonies(colony):
    user = user_fields(colony)
    other = colony.wire.new_colony()
    assert add_user(colony, user) == user
    assert add_user(other, user | {"colonyname": other.name})["userid"] == user["userid"]


def test_a_removed_user_has_no_rights_and_leaves_its_processes(colony, e1, user):
    process = user.submit()
    colony.owner("removeusermsg", name="U")
    with refused(403):
        user.submit()
    assert e1.process(process)["initiatorname"] == "U"


@pytest.mark.parametrize("payloadtype", ["getusersmsg", "getusermsg", "removeusermsg"])
def test_users_of_unknown_colonies(colony, payloadtype):
    nowhere = Member(colony, "x", "t", colony.ownerkey)
    with refused(400, "Colony with name <nowhere> does not exists"):
        nowhere.call(payloadtype, colonyname="nowhere", name="ada")


def test_a_user_by_its_id(colony, user):
    pending = colony.pending()
    for member in (user, pending):
        found = member.call("getuserbyidmsg", colonyname=colony.name, userid=user.id)
        assert (found["name"], found["userid"]) == ("U", user.id)
    with refused(404, "Failed to get user by ID, user is nil"):
        user.call("getuserbyidmsg", colonyname=colony.name, userid=pending.id)
    with refused(400, "Colony with name <nowhere> does not exists"):
        user.call("getuserbyidmsg", colonyname="nowhere", userid=user.id)
    with refused(403, "Access denied, not a member"):
        colony.outsider().call("getuserbyidmsg", colonyname=colony.name, userid=user.id)


def test_the_cluster_is_the_server_itself(wire, server, colony):
    found = wire.call("getclustermsg", wire.serverkey)
    assert found["nodes"] == [found["leader"]]
    assert set(found["leader"]) == {"name", "host", "port", "peerport", "relayport", "apiport"}
    assert (found["leader"]["host"], found["leader"]["apiport"]) == (server.host, server.port)
    with refused(403, "Access denied, not server owner"):
        colony.owner("getclustermsg")
