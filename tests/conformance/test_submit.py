"""Protocol part 02, section 3, and scenarios 1 to 9: submitting and reading processes."""

import pytest

from tests.conformance.wire import NEVER, WAITING, envelope, moment, refused

KEYS = {
    "processid",
    "initiatorid",
    "initiatorname",
    "assignedexecutorid",
    "isassigned",
    "state",
    "prioritytime",
    "submissiontime",
    "starttime",
    "endtime",
    "waitdeadline",
    "execdeadline",
    "retries",
    "attributes",
    "spec",
    "waitforparents",
    "parents",
    "children",
    "processgraphid",
    "in",
    "out",
    "errors",
}


def test_scenario_1_members_submit_and_strangers_do_not(colony, e1):
    with refused(403, f"Access denied, not a member of Colony with name <{colony.name}>"):
        colony.outsiders_executor().submit()
    process = e1.submit("resize", args=["cat.png", 640], kwargs={"mode": "fit"}, label="thumbs")
    assert set(process) == KEYS
    assert process["state"] == WAITING
    assert (process["initiatorid"], process["initiatorname"]) == (e1.id, "E1")
    assert (process["assignedexecutorid"], process["isassigned"]) == ("", False)
    assert (process["parents"], process["children"], process["processgraphid"]) == ([], [], "")
    assert (process["in"], process["out"], process["errors"]) == ([], [], [])
    assert (process["waitforparents"], process["retries"]) == (False, 0)
    assert process["spec"]["args"] == ["cat.png", 640]
    assert process["spec"]["kwargs"] == {"mode": "fit"}
    never = [process[key] for key in ("starttime", "endtime", "waitdeadline", "execdeadline")]
    assert never == [NEVER] * 4
    assert moment(process["submissiontime"]).year > 2000
    assert e1.process(process) == process


def test_submitting_to_an_unknown_colony(colony, e1):
    with refused(403, "Colony with name <nowhere> does not exists"):
        e1.submit(conditions={"colonyname": "nowhere"})


def test_scenario_2_owners_are_not_members(colony, e1):
    process = e1.submit()
    graph = e1.submit_workflow(a=[])
    for payloadtype, fields in [
        ("submitfuncspecmsg", {"spec": e1.spec()}),
        ("getprocessmsg", {"processid": process["processid"]}),
        ("getprocessgraphmsg", {"processgraphid": graph["processgraphid"]}),
        ("getprocessesmsg", {"count": 10, "state": 0}),
        ("assignprocessmsg", {"timeout": -1}),
    ]:
        with refused(403, "Access denied"):
            colony.owner(payloadtype, **fields)


@pytest.mark.parametrize("priority", [-50_001, 50_001])
def test_scenario_3_priorities_out_of_range(e1, priority):
    text = "Failed to submit function spec, priority outside range [-50000, 50000]"
    with refused(400, text):
        e1.submit(priority=priority)
    assert e1.processes(WAITING) == []


@pytest.mark.parametrize("priority", [-50_000, 50_000])
def test_scenario_3_priorities_at_the_limits(e1, priority):
    process = e1.submit(priority=priority)
    submitted = moment(process["submissiontime"]).timestamp()
    assert process["prioritytime"] == pytest.approx(
        submitted * 1e9 - priority * 86_400_000_000_000, abs=1e6
    )


def test_scenario_4_environment(colony, e1):
    process = e1.submit(env={"k": "v"})
    assert process["spec"]["env"] == {"k": "v"}
    (attribute,) = process["attributes"]
    assert len(attribute) == 8
    assert (attribute["key"], attribute["value"], attribute["attributetype"]) == ("k", "v", 3)
    assert attribute["targetid"] == process["processid"]
    assert attribute["targetcolonyname"] == colony.name
    assert e1.call("getattributemsg", attributeid=attribute["attributeid"]) == attribute


def test_scenario_5_resources_come_back_in_one_spelling(e1):
    given = {"mem": "10G", "storage": "2000G", "cpu": "1000m", "gpu": {"mem": "1Gi", "count": 2}}
    found = e1.submit(conditions=given)["spec"]["conditions"]
    assert (found["mem"], found["storage"], found["cpu"]) == ("9536Mi", "1907348Mi", "1000m")
    assert found["gpu"] == {"name": "", "mem": "1024Mi", "count": 2, "nodecount": 0}


def test_scenario_5_empty_resources(e1):
    found = e1.submit(conditions={"mem": "", "storage": "", "cpu": ""})["spec"]["conditions"]
    assert (found["mem"], found["storage"], found["cpu"]) == ("0Mi", "0Mi", "0m")


@pytest.mark.parametrize(
    "conditions",
    [
        {"mem": "1"},
        {"mem": "1XYZ"},
        {"cpu": "m"},
        {"storage": "1"},
        {"gpu": {"mem": "1"}},
        {"mem": "-1G"},
        {"mem": "9" * 30 + "G"},
        {"cpu": "9" * 30 + "m"},
    ],
    ids=str,
)
def test_scenario_6_unreadable_resources(e1, conditions):
    with refused(400):
        e1.submit(conditions=conditions)
    assert e1.processes(WAITING) == []


def test_scenario_6_cpu_without_a_unit(e1):
    assert e1.submit(conditions={"cpu": "10"})["spec"]["conditions"]["cpu"] == "0m"


@pytest.mark.parametrize(
    "nulls",
    [{}, dict.fromkeys(["args", "kwargs", "env", "fs", "channels"])],
    ids=["missing", "null"],
)
def test_scenario_7_missing_and_null(e1, nulls):
    spec = e1.submit(**nulls)["spec"]
    assert (spec["args"], spec["kwargs"], spec["env"]) == ([], {}, {})
    assert spec["fs"] == {"mount": "", "snapshots": None, "dirs": None}
    assert "channels" not in spec
    assert spec["conditions"]["executornames"] is None
    assert spec["conditions"]["dependencies"] == []
    assert "locationname" not in spec["conditions"]


def test_arbitrary_json_comes_back_as_it_went(e1):
    values = [None, True, 1, 2**53 + 1, 1.5, 10.0, "å\u0000\u2028", [[]], {"a": {"B": None}}]
    spec = e1.submit(args=values, kwargs={"K": values}, priority=0.0)["spec"]
    assert spec["args"] == values
    assert spec["kwargs"] == {"K": values}
    assert isinstance(spec["args"][5], float)


def test_executor_names_are_echoed_as_given(e1):
    for given, expected in [(None, None), ([], []), (["*"], []), (["a"], ["a"])]:
        spec = e1.submit(conditions={"executornames": given})["spec"]
        assert spec["conditions"]["executornames"] == expected


def test_limits_are_echoed_and_set_deadlines(e1):
    process = e1.submit(maxwaittime=120, maxexectime=0, maxretries=3)
    spec = process["spec"]
    assert (spec["maxwaittime"], spec["maxexectime"], spec["maxretries"]) == (120, 0, 3)
    waits = moment(process["waitdeadline"]) - moment(process["submissiontime"])
    assert waits.total_seconds() == 120


@pytest.mark.parametrize("seconds", [2**40, 2**62, 2**63 - 1])
def test_limits_beyond_all_calendars_are_taken(e1, seconds):
    e1.submit(maxwaittime=seconds, maxexectime=seconds, maxretries=seconds)
    process = e1.assign()
    assert process["spec"]["maxexectime"] == seconds
    assert moment(process["execdeadline"]).year > 2050
    assert moment(process["waitdeadline"]).year > 2050


def test_scenario_8_users_submit_and_are_found_as_initiators(colony, e1, user):
    process = user.submit()
    e1.submit()
    assert (process["initiatorid"], process["initiatorname"]) == (user.id, "U")
    found = e1.processes(WAITING, initiator="U")
    assert [each["processid"] for each in found] == [process["processid"]]
    for name in ("nobody", "E1"):
        with refused(400, f"User <{name}> does not exist"):
            e1.processes(WAITING, initiator=name)


def test_a_key_that_is_executor_and_user_submits_as_the_executor(colony):
    executor = colony.executor(name="both")
    colony.user(name="ada", key=executor.key)
    assert executor.submit()["initiatorname"] == "both"


def test_scenario_9_the_server_survives_bad_messages(colony, e1):
    for message in (b"null", b"{", b"[]", b'{"msgtype": "assignprocessmsg"}'):
        with refused(400):
            colony.wire.post(envelope("submitfuncspecmsg", message, e1.key))
    for spec in (None, 1, [], "x", {"args": {}}, {"priority": "1"}, {"conditions": {"nodes": 1.5}}):
        with refused(400):
            e1.call("submitfuncspecmsg", spec=spec)
    with refused(400, "Failed to submit process spec, msg.FunctionSpec is nil"):
        e1.call("submitfuncspecmsg")
    assert e1.processes(WAITING) == []
    e1.submit()


def test_what_upstream_does_not_check_is_taken(e1):
    process = e1.submit(
        "",
        conditions={
            "dependencies": ["nowhere"],
            "executornames": ["nobody"],
            "locationname": "moon",
            "nodes": -1,
        },
    )
    assert process["spec"]["conditions"]["dependencies"] == ["nowhere"]
    assert process["spec"]["conditions"]["locationname"] == "moon"


def test_an_unknown_process(e1):
    with refused(404, "Failed to get process, process not found"):
        e1.process("f" * 64)


def test_a_process_of_another_colony(colony, e1):
    process = e1.submit()
    with refused(403, "Access denied, not a member"):
        colony.outsiders_executor().process(process)


def test_removing_a_process(e1, e2):
    waiting = e1.submit()
    e1.call("removeprocessmsg", processid=waiting["processid"], all=False)
    with refused(404):
        e1.process(waiting)
    e1.submit()
    running = e1.assign()
    with refused(400, "Failed to remove process, cannot remove a running process"):
        e1.call("removeprocessmsg", processid=running["processid"])
    e1.close(running)
    e2.call("removeprocessmsg", processid=running["processid"])
    with refused(500, "Failed to remove process, process is nil"):
        e1.call("removeprocessmsg", processid=running["processid"])
