"""Protocol part 01, sections 4.3 and 4.4: executors and the functions they offer."""

import pytest

from jupyter_colonies.testing import server_in_thread
from tests.conformance.wire import (
    NEVER,
    RUNNING,
    WAITING,
    Member,
    Wire,
    id_of,
    moment,
    new_key,
    refused,
)

PENDING, APPROVED, REJECTED, UNREGISTERED = range(4)


@pytest.fixture(scope="module")
def lenient(server_database, tmp_path_factory):
    """A server that lets the names of live executors be taken over."""
    folder = tmp_path_factory.mktemp("lenient")
    with server_in_thread(folder, database=server_database(), allow_reregister=True) as server:
        yield Wire(server.host, server.port, server.server_key)


def executors(member):
    return member.call("getexecutorsmsg", colonyname=member.colony.name)


def state(member, name):
    return next(each["state"] for each in executors(member) if each["executorname"] == name)


def add(colony, **fields):
    executor = {
        "executorid": id_of(new_key()),
        "executorname": "e",
        "executortype": "t",
        "colonyname": colony.name,
    } | fields
    return colony.wire.call("addexecutormsg", colony.ownerkey, executor=executor)


def test_a_new_executor_is_pending(colony, user):
    executorid = id_of(new_key())
    added = add(colony, executorid=executorid, state=APPROVED)
    assert added == {
        "executorid": executorid,
        "executortype": "t",
        "executorname": "e",
        "colonyname": colony.name,
        "state": PENDING,
        "requirefuncreg": False,
        "commissiontime": added["commissiontime"],
        "lastheardfromtime": NEVER,
        "capabilities": {"hardware": None, "software": None},
        "allocations": {"projects": None},
    }
    assert moment(added["commissiontime"]).year > 2000
    assert executors(user) == [added]
    found = user.call("getexecutormsg", colonyname=colony.name, executorname="e")
    assert found == added


def test_everything_an_executor_says_of_itself_is_kept(colony):
    said = {
        "locationname": "lab",
        "requirefuncreg": True,
        "blueprintid": "b",
        "blueprintgen": 3,
        "capabilities": {"hardware": [{"model": "x", "network": None}], "software": []},
        "allocations": {"projects": {"p": {"allocatedcpu": 1}}},
    }
    added = add(colony, **said)
    assert {key: added[key] for key in said} == said


def test_old_clients_send_objects(colony):
    added = add(
        colony,
        capabilities={"hardware": {"model": "x"}, "software": {"name": "y"}},
        location={"long": 1.0},
    )
    assert added["capabilities"] == {"hardware": [{"model": "x"}], "software": [{"name": "y"}]}


def test_refused_executors(colony):
    add(colony)
    owner = colony.executor()
    taken = f"Executor with name <e> in Colony <{colony.name}> already exists"
    for fields, text in [
        ({}, taken),
        ({"executorname": "new", "executorid": owner.id}, "Executor not unique"),
        ({"executorname": ""}, ""),
        ({"executorname": "a:b"}, ""),
    ]:
        with refused(400, text):
            add(colony, **fields)
    with refused(400, "Failed to add executor, executor is nil"):
        colony.wire.call("addexecutormsg", colony.ownerkey)
    with refused(403, "Colony with name <nowhere> does not exists"):
        add(colony, colonyname="nowhere")
    with refused(403, "Empty Colony name"):
        add(colony, colonyname="")
    assert len(executors(owner)) == 2


def test_the_life_of_an_executor(colony, user):
    executor = colony.pending(name="e")
    process = user.submit()
    for verb, expected in [
        ("approve", APPROVED),
        ("approve", APPROVED),
        ("reject", REJECTED),
        ("approve", APPROVED),
        ("remove", UNREGISTERED),
        ("approve", APPROVED),
        ("remove", UNREGISTERED),
    ]:
        assert colony.owner(f"{verb}executormsg", executorname="e") == {}
        assert state(user, "e") == expected
        if expected == APPROVED:
            assert executor.process(process)
        else:
            with refused(403, "Access denied, not a member"):
                executor.process(process)


@pytest.mark.parametrize("verb", ["approve", "reject", "remove"])
def test_unknown_executors_and_strangers(colony, e1, verb):
    with refused(500, f"Failed to {verb} executor, executor is nil"):
        colony.owner(f"{verb}executormsg", executorname="nobody")
    for key in (e1.key, colony.wire.serverkey, new_key()):
        with refused(403, "Access denied, not colony owner"):
            colony.wire.call(f"{verb}executormsg", key, colonyname=colony.name, executorname="E1")
    assert state(e1, "E1") == APPROVED


def test_getting_an_unknown_executor(colony, e1):
    with refused(500, "Failed to get executor, executor is nil"):
        e1.call("getexecutormsg", colonyname=colony.name, executorname="nobody")


def test_what_a_pending_executor_may_do(colony, e1):
    pending = colony.pending(name="new")
    assert len(executors(pending)) == 2
    assert pending.call("getusersmsg", colonyname=colony.name) == []
    with refused(403):
        pending.call("getexecutormsg", colonyname=colony.name, executorname="new")
    colony.owner("rejectexecutormsg", executorname="new")
    with refused(403):
        executors(pending)


def test_a_removed_executor_gives_its_work_back(colony, e1, e2):
    e1.call(
        "addfunctionmsg", fun={"colonyname": colony.name, "executorname": "E1", "funcname": "f"}
    )
    graph = e1.submit_workflow(a=[], b=["a"])
    process = e1.assign()
    colony.owner("removeexecutormsg", executorname="E1")
    waiting = e2.process(process)
    assert (waiting["state"], waiting["isassigned"]) == (WAITING, False)
    assert (waiting["assignedexecutorid"], waiting["retries"]) == ("", 0)
    assert (waiting["starttime"], waiting["endtime"]) == (NEVER, NEVER)
    assert e2.call("getfunctionsmsg", colonyname=colony.name, executorname="") == []
    with refused(403):
        e1.close(process)
    assert e2.assign()["processid"] == process["processid"]
    assert e2.graph(graph)["state"] == RUNNING


def test_the_name_of_a_removed_executor_may_be_taken(colony, e1, e2):
    colony.owner("removeexecutormsg", executorname="E1")
    added = add(colony, executorname="E1", executortype="other")
    assert (added["state"], added["executortype"]) == (PENDING, "other")
    assert [each["executorname"] for each in executors(e2)] == ["E1", "E2"]
    with refused(403):
        e1.submit()


def test_the_id_of_a_removed_executor_may_be_used_again(colony, e1):
    colony.owner("removeexecutormsg", executorname="E1")
    again = colony.executor(name="again", key=e1.key)
    assert again.submit()["initiatorname"] == "again"


def test_taking_over_the_name_of_a_live_executor(lenient):
    colony = lenient.new_colony()
    old = colony.executor(name="e")
    other = colony.executor(name="other")
    old.call(
        "addfunctionmsg", fun={"colonyname": colony.name, "executorname": "e", "funcname": "f"}
    )
    process = old.submit()
    old.assign()
    new = colony.pending(name="e", requirefuncreg=True)
    assert other.process(process)["state"] == WAITING
    with refused(403):
        old.submit()
    with refused(403):
        new.submit()
    assert other.call("getfunctionsmsg", colonyname=colony.name, executorname="") == []
    colony.owner("approveexecutormsg", executorname="e")
    assert new.assign()["processid"] == process["processid"]
    assert executors(other)[0]["requirefuncreg"] is True


def test_approving_in_one_colony_does_not_approve_in_another(colony):
    key = new_key()
    here = colony.pending(name="e", key=key)
    there = colony.wire.new_colony().pending(name="e", key=key)
    colony.owner("approveexecutormsg", executorname="e")
    assert here.submit()
    with refused(403):
        there.submit()


def test_executors_of_a_foreign_colony_are_hidden(colony, e1):
    stranger = colony.outsiders_executor()
    with refused(403, "Access denied, not a member"):
        executors(stranger)
    with refused(403):
        stranger.call("getexecutormsg", colonyname=colony.name, executorname="E1")


def test_an_executor_by_its_id(colony, e1, user):
    found = user.call("getexecutorbyidmsg", colonyname=colony.name, executorid=e1.id)
    assert found["executorname"] == "E1"
    assert user.call("getexecutorbyidmsg", executorid=e1.id) == found
    with refused(404, "Failed to get executor by ID, executor is nil"):
        user.call("getexecutorbyidmsg", colonyname=colony.name, executorid=user.id)
    with refused(403, f"Access denied, not a member of Colony with name <{colony.name}>"):
        colony.outsiders_executor().call("getexecutorbyidmsg", executorid=e1.id)


def test_one_id_in_two_colonies_is_looked_up_where_it_was_asked_for(colony, wire, e1):
    there = wire.new_colony().executor(name="there", key=e1.key)
    for member in (e1, there):
        found = member.call(
            "getexecutorbyidmsg", colonyname=member.colony.name, executorid=member.id
        )
        assert found["executorname"] == member.name


HARDWARE = [{"model": "x", "nodes": 2, "gpu": {"name": "g", "count": 1}, "network": ["a"]}]


@pytest.mark.parametrize("make", ["executor", "pending"])
def test_an_executor_says_anew_what_it_can_and_what_may_be_used(colony, make):
    executor = getattr(colony, make)(name="e", locationname="lab")
    this = {"colonyname": colony.name, "executorname": "e"}
    (before,) = executors(executor)
    capabilities = {"hardware": HARDWARE, "software": [{"name": "s", "type": "t", "version": "1"}]}
    assert executor.call("updateexecutormsg", **this, capabilities=capabilities) == {}
    projects = {"p": {"allocatedcpu": 2**40, "usedcpu": 1}}
    assert executor.call("reportallocationmsg", **this, allocations={"projects": projects}) == {}
    (after,) = executors(executor)
    assert after == before | {
        "capabilities": capabilities,
        "allocations": {"projects": projects},
    }
    executor.call("updateexecutormsg", **this, capabilities={"hardware": [], "software": None})
    executor.call("reportallocationmsg", **this)
    (emptied,) = executors(executor)
    assert emptied["capabilities"] == {"hardware": [], "software": None}
    assert emptied["allocations"] == {"projects": None}


@pytest.mark.parametrize(
    ("verb", "text"),
    [
        ("reportallocationmsg", "Only an executor can report allocations to itself"),
        ("updateexecutormsg", "Only an executor can update its own capabilities"),
    ],
)
def test_nobody_speaks_for_another_executor(colony, e1, e2, user, verb, text):
    for member in (e2, user):
        with refused(400, text):
            member.call(verb, colonyname=colony.name, executorname="E1")
        with refused(400, "Executor with name <nobody> does not exist"):
            member.call(verb, colonyname=colony.name, executorname="nobody")
    with refused(403, "Access denied, not a member"):
        colony.outsiders_executor().call(verb, colonyname=colony.name, executorname="E1")
    for field in ("capabilities", "allocations"):
        with refused(400):
            e1.call(verb, colonyname=colony.name, executorname=7, **{field: 7})


# --- functions ---


def function(member, **fields):
    return {"colonyname": member.colony.name, "executorname": member.name, "funcname": "f"} | fields


def functions(member, executorname=""):
    return member.call("getfunctionsmsg", colonyname=member.colony.name, executorname=executorname)


def test_a_function_has_exactly_its_keys(e1):
    added = e1.call("addfunctionmsg", fun=function(e1, counter=9, avgexectime=1.5, description=""))
    assert len(added.pop("functionid")) == 64
    assert added == {
        "executorname": "E1",
        "executortype": "t",
        "colonyname": e1.colony.name,
        "funcname": "f",
        "counter": 0,
        "minwaittime": 0,
        "maxwaittime": 0,
        "minexectime": 0,
        "maxexectime": 0,
        "avgwaittime": 0,
        "avgexectime": 0,
    }


def test_a_described_function(colony):
    executor = colony.executor(name="e", locationname="lab")
    args = [{"name": "x", "type": "int", "required": True}, {"name": "y", "type": "str"}]
    described = function(executor, functionid="own", description="adds", args=args)
    added = executor.call("addfunctionmsg", fun=described | {"locationname": "ignored"})
    assert (added["functionid"], added["description"], added["args"]) == ("own", "adds", args)
    assert added["locationname"] == "lab"
    assert functions(executor) == [added]


def test_functions_by_executor(e1, e2):
    for member in (e1, e2, e1):
        member.call("addfunctionmsg", fun=function(member))
    assert [each["executorname"] for each in functions(e1)] == ["E1", "E2", "E1"]
    assert len(functions(e1, "E2")) == 1
    assert functions(e1, "nobody") == []


def test_refused_functions(colony, e1, e2, user):
    with refused(400, "Failed to add function, msg.Function is nil"):
        e1.call("addfunctionmsg")
    text = "Failed to add function, Executor with name <nobody> does not exist"
    with refused(400, text):
        e1.call("addfunctionmsg", fun=function(e1, executorname="nobody"))
    for member in (e2, user):
        with refused(403, "Not allowed to add a function to another executor"):
            member.call("addfunctionmsg", fun=function(e1))
    with refused(403, "Access denied, not a member"):
        colony.outsiders_executor().call("addfunctionmsg", fun=function(e1))
    e1.call("addfunctionmsg", fun=function(e1, functionid="taken"))
    with refused(400):
        e1.call("addfunctionmsg", fun=function(e1, functionid="taken"))
    assert len(functions(e1)) == 1


def test_functions_of_a_foreign_colony(colony):
    for member in (colony.outsiders_executor(), Member(colony, "owner", "t", colony.ownerkey)):
        with refused(403, "Access denied, not a member"):
            functions(member)


def test_removing_a_function(colony, e1, e2, user):
    kept, gone = (e1.call("addfunctionmsg", fun=function(e1)) for _ in range(2))
    foreign = colony.outsiders_executor()
    for member in (e2, user):
        with refused(403, "Not allowed to remove a function from another executor"):
            member.call("removefunctionmsg", functionid=gone["functionid"])
    with refused(403, "Access denied, not a member"):
        foreign.call("removefunctionmsg", functionid=gone["functionid"])
    assert e1.call("removefunctionmsg", functionid=gone["functionid"]) == {}
    assert functions(e1) == [kept]
    with refused(404, "Failed to remove function, function does not exist"):
        e1.call("removefunctionmsg", functionid=gone["functionid"])
    for nothing in ({}, {"functionid": ""}, {"functionid": None}):
        with refused(400, "Failed to remove function, msg.FunctionID is empty"):
            e1.call("removefunctionmsg", **nothing)
