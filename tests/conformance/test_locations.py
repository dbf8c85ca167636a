"""Protocol part 01, section 4.7: locations."""

import pytest

from tests.conformance.wire import refused


def add(colony, **fields):
    location = {"colonyname": colony.name, "name": "lab"} | fields
    return colony.wire.call("addlocationmsg", colony.ownerkey, location=location)


def locations(member):
    return member.call("getlocationsmsg", colonyname=member.colony.name)


def test_add_get_list_and_remove(colony, e1, user):
    assert locations(user) == []
    place = {"locationid": "own", "description": "a lab", "long": 22.15, "lat": -65.5}
    added = add(colony, **place)
    assert added == place | {"name": "lab", "colonyname": colony.name}
    other = add(colony, name="other")
    assert len(other["locationid"]) == 64
    assert (other["description"], other["long"], other["lat"]) == ("", 0, 0)
    assert locations(e1) == [added, other]
    assert user.call("getlocationmsg", colonyname=colony.name, name="lab") == added
    assert colony.owner("removelocationmsg", name="lab") == {}
    assert locations(user) == [other]
    with refused(400, "Location with name <lab> not found"):
        colony.owner("removelocationmsg", name="lab")
    with refused(404, "Failed to get location, location is nil"):
        user.call("getlocationmsg", colonyname=colony.name, name="lab")


def test_a_pending_executor_may_read_them(colony):
    added = add(colony)
    pending = colony.pending()
    assert locations(pending) == [added]
    assert pending.call("getlocationmsg", colonyname=colony.name, name="lab") == added


def test_refused_locations(colony, user):
    with refused(400, "Failed to add location, location is nil"):
        colony.owner("addlocationmsg")
    with refused(400, "Colony with name <nowhere> does not exists"):
        add(colony, colonyname="nowhere")
    for name in ("", "a:b"):
        with refused(400, "Invalid location name"):
            add(colony, name=name)
    with refused(400, "Failed to add location, invalid JSON"):
        add(colony, long="east")
    add(colony)
    with refused(
        400, f"A location with name <lab> already exists in Colony with name <{colony.name}>"
    ):
        add(colony)
    with refused(403, "Access denied, not colony owner"):
        user.call("addlocationmsg", location={"colonyname": colony.name, "name": "mine"})
    assert len(locations(user)) == 1


def test_the_same_name_in_two_colonies(colony, wire, user):
    other = wire.new_colony()
    add(other, description="there")
    add(colony, description="here")
    assert [place["description"] for place in locations(user)] == ["here"]
    other.owner("removelocationmsg", name="lab")
    assert len(locations(user)) == 1


@pytest.mark.parametrize("payloadtype", ["getlocationsmsg", "getlocationmsg", "removelocationmsg"])
def test_locations_of_unknown_colonies(colony, payloadtype):
    with refused(400, "Colony with name <nowhere> does not exists"):
        colony.wire.call(payloadtype, colony.ownerkey, colonyname="nowhere", name="lab")


def test_executors_keep_the_name_of_a_removed_location(colony, user):
    add(colony)
    there = colony.executor(name="there", locationname="lab")
    colony.owner("removelocationmsg", name="lab")
    found = user.call("getexecutormsg", colonyname=colony.name, executorname="there")
    assert found["locationname"] == "lab"
    user.submit(conditions={"locationname": "LAB"})
    assert there.assign()


def test_a_new_colony_of_the_same_name_has_none(colony, wire):
    add(colony)
    wire.call("removecolonymsg", wire.serverkey, colonyname=colony.name)
    again = wire.new_colony(colony.name)
    assert locations(again.user()) == []
