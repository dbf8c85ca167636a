"""Protocol part 03, section 3.7, and scenarios 62 to 70: blueprints are reconciled."""

import json

from tests.conformance.blueprints import (
    HANDLER,
    add,
    call_of,
    define,
    definition,
    get,
    history,
    listed,
    remove,
    update,
    waiting,
)
from tests.conformance.wire import RUNNING, WAITING, id_of, refused

# --- reconciling ---


def test_scenario_64_processes(owner, e1, reconciler):
    define(owner)
    add(e1)
    update(e1, spec={"a": 2})
    remove(e1)
    cleanup = ("cleanup", {"blueprintName": "web", "kind": "Deployment"})
    assert waiting(e1) == [call_of("web"), call_of("web"), cleanup]
    process = reconciler.assign()
    assert (process["initiatorid"], process["initiatorname"]) == (e1.id, e1.name)
    spec = process["spec"]
    assert spec["nodename"] == "reconciler-reconcile"
    assert (spec["maxexectime"], spec["maxretries"], spec["maxwaittime"]) == (-1, -1, 0)
    assert (spec["args"], spec["env"]) == ([], {})
    reconciler.assign()
    assert reconciler.assign()["spec"]["nodename"] == "reconciler-cleanup"


def test_without_a_whole_handler_nothing_is_reconciled(owner, e1):
    define(owner, handler={"executorType": "reconciler", "functionName": ""})
    add(e1)
    update(e1, spec={"a": 2})
    assert waiting(e1) == []
    with refused(400) as caught:
        e1.call("reconcileblueprintmsg", namespace=e1.colony.name, name="web")
    assert "functionName" in caught.value.message
    remove(e1)
    assert [name for name, _ in waiting(e1)] == ["cleanup"]


def test_a_handler_in_the_blueprint_itself_is_ignored(owner, e1):
    define(owner, handler=None)
    assert "handler" not in add(e1, handler=HANDLER)
    assert waiting(e1) == []


def test_the_reconciler_is_sought_at_the_blueprints_location(colony, owner, e1):
    define(owner)
    add(e1, metadata={"locationname": "Edge"})
    assert colony.executor("reconciler", locationname="elsewhere").gets_nothing()
    taken = colony.executor("reconciler", locationname="edge").assign()
    assert taken["spec"]["conditions"]["locationname"] == "Edge"


def test_scenario_70_a_call_to_reconcile(owner, e1, user, reconciler):
    define(owner)
    added = add(owner)
    process = reconciler.assign()
    assert process["initiatorid"] == owner.id
    assert process["initiatorname"]
    here = {"namespace": e1.colony.name, "name": "web"}
    asked = user.call("reconcileblueprintmsg", **here)
    assert asked["spec"]["kwargs"] == {"kind": "Deployment", "blueprintName": "web"}
    assert "generation" not in get(e1)["metadata"]
    forced = e1.call("reconcileblueprintmsg", force=True, **here)
    assert forced["spec"]["kwargs"]["force"] is True
    assert get(e1)["metadata"]["generation"] == 1
    assert get(e1)["metadata"]["lastReconciliationProcess"] == forced["processid"]
    assert len(history(e1, added)) == 1
    assert e1.process(forced)["state"] == WAITING
    with refused(404):
        e1.call("reconcileblueprintmsg", **here | {"name": "absent"})
    with refused(403, "Access denied, not a member"):
        owner.call("reconcileblueprintmsg", **here)
    assert len(e1.processes(RUNNING)) == 1


def test_scenario_68_without_a_handler_as_pycolonies_does(owner):
    given = definition(owner, handler=None) | {"kind": "Deployment"}
    del given["spec"]["handler"]
    owner.call("addblueprintdefinitionmsg", blueprintdefinition=given)
    add(owner, "one")
    assert get(owner, "one")["spec"] == {"a": 1}
    assert listed(owner, kind="Deployment") == ["one"]
    assert update(owner, "one", spec={"a": 2})["metadata"]["generation"] == 1
    remove(owner, "one")
    assert listed(owner) == []
    named = {"namespace": owner.colony.name, "name": "deployments.example.io"}
    owner.call("removeblueprintdefinitionmsg", **named)


def test_a_colony_takes_its_blueprints_with_it(owner, e1):
    define(owner)
    added = add(e1)
    wire, colony = owner.colony.wire, owner.colony
    wire.call("removecolonymsg", wire.serverkey, colonyname=colony.name)
    again = {"colonyid": id_of(colony.ownerkey), "name": colony.name}
    wire.call("addcolonymsg", wire.serverkey, colony=again)
    assert owner.call("getblueprintdefinitionsmsg", colonyname=colony.name) == []
    assert listed(owner) == []
    with refused(404):
        history(owner, added)


# --- reconciling from time to time ---


def crons(member):
    found = member.call("getcronsmsg", colonyname=member.colony.name, count=100)
    return {each["name"]: each for each in found or ()}


def test_scenario_62_one_cron_for_a_kind_at_a_location(owner, e1):
    define(owner)
    define(owner, "Unhandled", handler=None)
    add(e1)
    assert list(crons(e1)) == ["reconcile-Deployment"]
    add(e1, "second")
    add(e1, "unhandled", "Unhandled")
    before = crons(e1)
    assert list(before) == ["reconcile-Deployment"]
    for name, place in (("third", "L"), ("fourth", "M"), ("fifth", "L")):
        add(e1, name, metadata={"locationname": place})
    assert set(crons(e1)) == {
        "reconcile-Deployment", "reconcile-Deployment-L", "reconcile-Deployment-M",
    }  # fmt: skip
    cron = crons(e1)["reconcile-Deployment-L"]
    assert (cron["interval"], cron["cronexpression"]) == (60, "")
    assert cron["waitforprevprocessgraph"] is True
    assert (cron["initiatorid"], cron["initiatorname"]) == (e1.id, e1.name)
    (spec,) = json.loads(cron["workflowspec"])["functionspecs"]
    assert (spec["funcname"], spec["kwargs"]) == ("reconcile", {"kind": "Deployment"})
    assert spec["conditions"]["locationname"] == "L"
    assert crons(e1)["reconcile-Deployment"] == before["reconcile-Deployment"]


def test_scenario_63_a_cron_lives_as_long_as_its_blueprints(owner, e1):
    define(owner)
    add(e1)
    add(e1, "second")
    before = crons(e1)
    update(e1, spec={"a": 2})
    assert crons(e1) == before
    remove(e1)
    assert crons(e1) == before
    remove(e1, "second")
    assert crons(e1) == {}


def test_a_blueprint_that_moves_takes_its_cron_along(owner, e1):
    define(owner)
    add(e1)
    update(e1, metadata={"locationname": "L"})
    assert list(crons(e1)) == ["reconcile-Deployment-L"]


def test_the_interval_of_a_handler_counts(owner, e1):
    define(owner, handler=HANDLER | {"reconcileInterval": 5})
    add(e1)
    assert crons(e1)["reconcile-Deployment"]["interval"] == 5


def test_scenario_70_a_cron_that_an_owner_made_fires(owner, e1, reconciler):
    define(owner, handler=HANDLER | {"reconcileInterval": 1})
    add(owner)
    first = reconciler.assign()
    assert first["spec"]["kwargs"] == {"kind": "Deployment", "blueprintName": "web"}
    fired = reconciler.assign(60)
    assert fired["spec"]["kwargs"] == {"kind": "Deployment"}
    assert (fired["initiatorid"], bool(fired["initiatorname"])) == (owner.id, True)
