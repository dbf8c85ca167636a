"""Generators: protocol part 02, section 9 and acceptance scenarios 62 to 66."""

import json
import secrets
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.wire import NEVER, WAITING, moment, refused


def workflow(member, *specs, **fields):
    nodes = list(specs) or [member.spec(nodename="n", args=["own"], kwargs={"own": 1})]
    return json.dumps({"colonyname": member.colony.name, "functionspecs": nodes} | fields)


def generator(member, **fields):
    return {
        "name": secrets.token_hex(4),
        "colonyname": member.colony.name,
        "trigger": 10,
        "timeout": 0,
        "workflowspec": workflow(member),
    } | fields


def add(member, **fields):
    return member.call("addgeneratormsg", generator=generator(member, **fields))


def pack(member, added, *arguments):
    for argument in arguments:
        assert member.call("packgeneratormsg", generatorid=added["generatorid"], arg=argument) == {}


def get(member, added):
    return member.call("getgeneratormsg", generatorid=added["generatorid"])


def taken(member):
    """The arguments of all workflows that wait, taking them."""
    found = []
    while member.processes(WAITING, count=1):
        found.append(member.run()["spec"]["args"])
    return found


def test_an_added_generator_is_sent_as_the_protocol_says(e):
    text = workflow(e)
    sent = generator(
        e, name="g", workflowspec=text, generatorid="x" * 64, queuesize=5, checkerperiod=7
    )
    added = e.call("addgeneratormsg", generator=sent | {"firstpack": "2020-01-01T00:00:00Z"})
    assert added["generatorid"] != "x" * 64
    assert added == {
        "generatorid": added["generatorid"],
        "initiatorid": e.id,
        "initiatorname": "E",
        "colonyname": e.colony.name,
        "name": "g",
        "workflowspec": text,
        "trigger": 10,
        "timeout": 0,
        "firstpack": NEVER,
        "lastrun": NEVER,
        "queuesize": 0,
        "checkerperiod": 0,
    }
    pack(e, added, "a", "b")
    found = get(e, added)
    assert (found["queuesize"], found["checkerperiod"]) == (2, 1000)
    assert found["firstpack"] != NEVER
    by_name = e.call("resolvegeneratormsg", colonyname=e.colony.name, generatorname="g")
    (listed,) = e.call("getgeneratorsmsg", colonyname=e.colony.name, count=10)
    assert by_name == listed == found | {"queuesize": 0, "checkerperiod": 0}


def test_the_first_pack_is_remembered(ticking, e):
    added = add(e)
    pack(e, added, "a")
    first = get(e, added)["firstpack"]
    ticking.later(5)
    pack(e, added, "b")
    assert get(e, added)["firstpack"] == first


def test_a_list_has_as_many_as_asked_for(e):
    for name in ("b", "a", "c"):
        add(e, name=name)

    def listed(count):
        found = e.call("getgeneratorsmsg", colonyname=e.colony.name, count=count)
        return [each["name"] for each in found]

    assert listed(100) == ["b", "a", "c"]
    assert listed(2) == ["b", "a"]
    assert listed(0) == []
    with refused(400):
        listed(-1)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"trigger": 0}, "Generator trigger must be larger than 0"),
        ({"trigger": -1}, "Generator trigger must be larger than 0"),
        ({"workflowspec": "{"}, "The field workflowspec is no workflow in JSON"),
        ({"workflowspec": "null"}, "The field workflowspec is no workflow in JSON"),
        ({"name": ""}, "Invalid generator name"),
    ],
    ids=str,
)
def test_what_is_refused(e, fields, text):
    with refused(400, text):
        add(e, **fields)


def test_workflows_that_could_not_be_submitted_are_refused(e):
    after = e.spec(nodename="b", conditions={"dependencies": ["c"]})
    with refused(400, "Failed to submit workflow, invalid dependencies"):
        add(e, workflowspec=workflow(e, e.spec(nodename="a"), after))
    with refused(400, "The field workflowspec names the colony 'other'"):
        add(e, workflowspec=workflow(e, colonyname="other"))


def test_a_name_is_taken_once_in_a_colony(ticking, e):
    add(e, name="g")
    text = f"Generator with name <g> in Colony <{e.colony.name}> already exists"
    with refused(400, text):
        add(e, name="g")
    elsewhere = ticking.wire.new_colony().executor()
    assert add(elsewhere, name="g")["name"] == "g"


def test_what_is_missing(e):
    nothing = "0" * 64
    with refused(400, "Failed to add generator, msg.Generator is nil"):
        e.call("addgeneratormsg")
    with refused(500, "Failed to get generator, generator is nil"):
        e.call("getgeneratormsg", generatorid=nothing)
    with refused(500, "Failed to resolve generator, generator is nil"):
        e.call("resolvegeneratormsg", colonyname=e.colony.name, generatorname="g")
    with refused(500, "Failed to increment generator, generator is nil"):
        e.call("packgeneratormsg", generatorid=nothing, arg="a")
    with refused(500, "Failed to remove generator, generator is nil"):
        e.call("removegeneratormsg", generatorid=nothing)
    with refused(400, "Failed to inc generator, invalid JSON"):
        e.call("packgeneratormsg", generatorid=add(e)["generatorid"], arg=1)


def test_strangers_are_refused(e):
    added = add(e, name="g")
    stranger = e.colony.outsiders_executor()
    for message in ("getgeneratormsg", "packgeneratormsg", "removegeneratormsg"):
        with refused(403, "Access denied, not a member"):
            stranger.call(message, generatorid=added["generatorid"])
    with refused(403):
        stranger.call("resolvegeneratormsg", colonyname=e.colony.name, generatorname="g")
    assert get(e, added)["queuesize"] == 0


# --- when they fire ---


def test_enough_packs_start_a_workflow_with_the_oldest_of_them(ticking, e):
    added = add(e, trigger=3)
    pack(e, added, "a", "b", "c", "d")
    ticking.later()
    process = e.assign()
    assert process["spec"]["args"] == ["a", "b", "c"]
    assert process["spec"]["kwargs"] == {}
    assert process["in"] == []
    assert get(e, added)["queuesize"] == 1
    assert get(e, added)["lastrun"] != NEVER
    assert e.gets_nothing()


def test_the_pack_itself_wakes_whoever_waits(e):
    """Without the clock, which stands still."""
    added = add(e, trigger=2)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(e.assign, 60)
        pack(e, added, "sensor-17", "sensor-18")
        assert waiting.result(60)["spec"]["args"] == ["sensor-17", "sensor-18"]


def test_only_roots_get_the_arguments(ticking, e):
    nodes = [
        e.spec(nodename="a", args=["own"]),
        e.spec(nodename="b", args=["own"]),
        e.spec(nodename="c", args=["own"], conditions={"dependencies": ["a", "b"]}),
    ]
    added = add(e, trigger=1, workflowspec=workflow(e, *nodes))
    pack(e, added, "p")
    ticking.later()
    assert [e.run()["spec"]["args"] for _ in range(3)] == [["p"], ["p"], ["own"]]


def test_seventy_three_packs(ticking, e):
    added = add(e)
    arguments = [str(number) for number in range(73)]
    pack(e, added, *arguments)
    ticking.later(1000)
    assert taken(e) == [arguments[start : start + 10] for start in range(0, 70, 10)]
    assert get(e, added)["queuesize"] == 3


def test_after_the_timeout_fewer_are_enough(ticking, e):
    added = add(e, timeout=1)
    pack(e, added, *"abcdefghijkl")
    ticking.later()
    assert taken(e) == [list("abcdefghij")]
    ticking.later(1)
    assert taken(e) == [["k", "l"]]
    ticking.later(100)
    assert taken(e) == []
    assert get(e, added)["queuesize"] == 0


def test_a_lone_pack(ticking, e):
    """The timeout counts from the last run: long after it a pack starts a workflow at once."""
    added = add(e, timeout=10)
    pack(e, added, "a")
    ticking.later(9)
    assert taken(e) == []
    ticking.later(1)
    assert taken(e) == [["a"]]
    ticking.later(100)
    pack(e, added, "b")
    ticking.later()
    assert taken(e) == [["b"]]
    pack(e, added, "c")
    ticking.later(9)
    assert taken(e) == []
    ticking.later(1)
    assert taken(e) == [["c"]]


def test_without_a_timeout_a_rest_stays(ticking, e):
    added = add(e, timeout=-1)
    pack(e, added, "a")
    ticking.later(10**6)
    assert get(e, added)["queuesize"] == 1


def test_runs_are_submitted_in_the_name_of_who_added_the_generator(ticking, e):
    user = e.colony.user(name="U")
    added = add(user, trigger=1, workflowspec=workflow(e))
    assert added["initiatorname"] == "U"
    pack(e, added, "a")
    ticking.later()
    process = e.assign()
    assert (process["initiatorid"], process["initiatorname"]) == (user.id, "U")


def test_a_removed_generator_takes_its_queue_along(ticking, e):
    added = add(e, trigger=2, timeout=5)
    pack(e, added, "a", "b", "c")
    ticking.later()
    assert e.call("removegeneratormsg", generatorid=added["generatorid"], all=False) == {}
    ticking.later(100)
    assert e.run()["spec"]["args"] == ["a", "b"]
    assert e.gets_nothing()
    with refused(500):
        pack(e, added, "d")


def test_arguments_are_any_texts(ticking, e):
    texts = ["", "ä\n\t\"'", "🦉", "x" * 100_000]
    added = add(e, trigger=len(texts))
    pack(e, added, *texts)
    ticking.later()
    assert e.assign()["spec"]["args"] == texts


def test_generators_do_not_mix(ticking, e):
    one, two = add(e, trigger=2), add(e, trigger=2)
    for argument in ("a", "b", "c"):
        pack(e, one, f"one-{argument}")
        pack(e, two, f"two-{argument}")
    ticking.later()
    assert sorted(taken(e)) == [["one-a", "one-b"], ["two-a", "two-b"]]


def test_the_time_of_a_run_is_the_clocks(ticking, e):
    added = add(e, trigger=1)
    pack(e, added, "a")
    ticking.later()
    found = get(e, added)
    assert moment(found["firstpack"]) <= moment(found["lastrun"])
