"""Protocol part 03, section 3, and scenarios 55 to 69: blueprints and their definitions."""

import secrets

import pytest

from tests.conformance.blueprints import (
    HANDLER,
    SCHEMA,
    add,
    blueprint,
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
from tests.conformance.wire import NEVER, Member, refused

# --- definitions ---


def test_scenario_55_only_the_owner_defines(colony, owner, e1, user):
    for member in (e1, user, colony.outsiders_executor()):
        with refused(403, "Access denied, not colony owner"):
            define(member)
    added = define(owner)
    assert len(added["blueprintdefinitionid"]) == 64
    for member in (e1, user, owner):
        here = {"colonyname": colony.name}
        name = "deployments.example.io"
        assert member.call("getblueprintdefinitionmsg", name=name, **here) == added
        assert member.call("getblueprintdefinitionsmsg", **here) == [added]
    outsider = colony.outsiders_executor()
    for payloadtype in ("getblueprintdefinitionmsg", "getblueprintdefinitionsmsg"):
        with refused(403, "Access denied, not colony owner"):
            outsider.call(payloadtype, colonyname=colony.name)


def test_a_definition_comes_back_as_the_protocol_writes_it(owner):
    added = define(owner, schema=SCHEMA)
    created = added["metadata"].pop("createdAt")
    assert created != NEVER
    assert added["metadata"] == {
        "name": "deployments.example.io",
        "colonyname": owner.colony.name,
        "updatedAt": created,
        "lastReconciliationTime": NEVER,
    }
    assert added["spec"] == {
        "group": "",
        "version": "",
        "names": {"kind": "Deployment", "listKind": "", "singular": "", "plural": ""},
        "scope": "",
        "schema": SCHEMA,
        "handler": HANDLER,
    }


def test_keys_are_read_in_any_case_and_null_is_nothing(owner):
    given = definition(owner, handler=None, schema=None)
    given["spec"]["names"] = {
        "kind": "Deployment",
        "LISTKIND": "DeploymentList",
        "shortNames": None,
    }
    given["metadata"] |= {"createdat": None, "lastreconciliationtime": None}
    added = owner.call("addblueprintdefinitionmsg", blueprintdefinition=given)
    names = {"kind": "Deployment", "listKind": "DeploymentList", "singular": "", "plural": ""}
    assert added["spec"]["names"] == names
    assert added["spec"]["handler"] == {"executorType": "", "functionName": ""}


def test_a_definition_of_that_name_exists(owner):
    define(owner)
    with refused(500) as caught:
        define(owner)
    assert "duplicate key" in caught.value.message
    assert "already exists" in caught.value.message


def test_ids_that_clients_choose_are_kept(owner, e1):
    chosen = secrets.token_hex(32)
    given = definition(owner) | {"blueprintdefinitionid": chosen}
    added = owner.call("addblueprintdefinitionmsg", blueprintdefinition=given)
    assert added["blueprintdefinitionid"] == chosen
    assert add(e1, blueprintid=chosen)["blueprintid"] == chosen
    with refused(409):
        add(e1, "other", blueprintid=chosen)


def test_the_first_definition_of_a_kind_by_name_counts(owner, e1):
    strict = definition(owner, schema={"required": ["image"]})
    lenient = definition(owner)
    lenient["metadata"]["name"] = "a"
    owner.call("addblueprintdefinitionmsg", blueprintdefinition=strict)
    with refused(400):
        add(e1)
    owner.call("addblueprintdefinitionmsg", blueprintdefinition=lenient)
    add(e1)


def test_scenario_61_a_definition_in_use_stays(colony, owner, e1):
    define(owner)
    add(e1)
    named = {"namespace": colony.name, "name": "deployments.example.io"}
    with refused(409):
        owner.call("removeblueprintdefinitionmsg", **named)
    remove(e1)
    for member in (e1, colony.outsiders_executor()):
        with refused(403, "Access denied, not colony owner"):
            member.call("removeblueprintdefinitionmsg", **named)
    owner.call("removeblueprintdefinitionmsg", **named)
    with refused(404):
        owner.call("removeblueprintdefinitionmsg", **named)


# --- adding and reading ---


def test_scenario_56_unknown_and_empty_kinds(owner, e1):
    with refused(400):
        add(e1)
    define(owner)
    with refused(400) as caught:
        add(e1, kind="")
    assert "kind" in caught.value.message
    with refused(400):
        e1.call("addblueprintmsg", blueprint=None)
    for name in ("", "a:b"):
        with refused(400):
            add(e1, name)


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({}, "spec.image"),
        ({"image": 1}, "spec.image"),
        ({"image": None}, "spec.image"),
        ({"image": "i", "replicas": "2"}, "spec.replicas"),
        ({"image": "i", "replicas": True}, "spec.replicas"),
        ({"image": "i", "on": 1}, "spec.on"),
        ({"image": "i", "mode": "slow"}, "spec.mode"),
        ({"image": "i", "mode": True}, "spec.mode"),
        ({"image": "i", "port": []}, "spec.port"),
        ({"image": "i", "port": {"number": "x"}}, "spec.port.number"),
        ({"image": "i", "hosts": {}}, "spec.hosts"),
        ({"image": "i", "hosts": ["a", 1]}, "spec.hosts[1]"),
    ],
    ids=str,
)
def test_scenario_57_what_the_schema_refuses(owner, e1, spec, field):
    define(owner, schema=SCHEMA)
    with refused(400, "blueprint validation failed") as caught:
        add(e1, spec=spec)
    assert f"'{field}'" in caught.value.message
    add(e1, spec={"image": "i"})
    with refused(400, "blueprint validation failed"):
        update(e1, spec=spec)


def test_scenario_57_what_the_schema_lets_pass(owner, e1):
    define(owner, schema=SCHEMA)
    spec = {"image": "i", "count": "many", "mode": 1.0, "extra": {"a": [None]}, "replicas": 1.5}
    assert add(e1, spec=spec)["spec"] == spec
    assert get(e1)["spec"] == spec


def test_scenario_58_one_name_one_colony(colony, owner, e1):
    define(owner)
    added = add(e1)
    with refused(409):
        add(e1)
    foreign = colony.outsiders_executor()
    for payloadtype, fields in [
        ("getblueprintmsg", {"namespace": colony.name, "name": "web"}),
        ("getblueprintsmsg", {"namespace": colony.name}),
        ("removeblueprintmsg", {"namespace": colony.name, "name": "web"}),
        ("getblueprinthistorymsg", {"blueprintid": added["blueprintid"]}),
        ("addblueprintmsg", {"blueprint": blueprint(e1, "new")}),
        ("updateblueprintmsg", {"blueprint": blueprint(e1)}),
    ]:
        with refused(403, "Access denied, not colony owner"):
            foreign.call(payloadtype, **fields)
    other = foreign.colony.wire.new_colony()
    mine = other.executor()
    assert listed(mine) == []
    with refused(404):
        get(mine)
    with refused(400):
        add(mine)
    assert listed(e1) == ["web"]


def test_a_blueprint_comes_back_as_the_protocol_writes_it(owner, e1):
    define(owner, handler=None)
    labels = {"metadata": {"labels": {"a": "b"}, "annotations": {}, "generation": 1}}
    added = add(e1, **labels)
    created = added["metadata"]["createdAt"]
    assert created != NEVER
    assert len(added.pop("blueprintid")) == 64
    assert added == {
        "kind": "Deployment",
        "metadata": {
            "name": "web",
            "colonyname": e1.colony.name,
            "labels": {"a": "b"},
            "generation": 1,
            "createdAt": created,
            "updatedAt": created,
            "lastReconciliationTime": NEVER,
        },
        "spec": {"a": 1},
    }


def locations(member):
    return [each["name"] for each in member.call("getlocationsmsg", colonyname=member.colony.name)]


def test_scenario_65_unknown_locations(owner, e1):
    define(owner, schema={"required": ["image"]})
    owner.call("addlocationmsg", location={"colonyname": owner.colony.name, "name": "known"})
    with refused(400):
        add(e1, spec={}, metadata={"locationname": "edge"})
    assert locations(e1) == ["known"]
    add(e1, spec={"image": "i"}, metadata={"locationname": "edge"})
    add(e1, "second", spec={"image": "i"}, metadata={"locationname": "known"})
    assert locations(e1) == ["known", "edge"]
    with refused(409):
        add(e1, spec={"image": "i"}, metadata={"locationname": "third"})
    with refused(400):
        add(e1, "third", spec={"image": "i"}, metadata={"locationname": "a:b"})
    assert locations(e1) == ["known", "edge"]
    made = e1.call("getlocationmsg", colonyname=e1.colony.name, name="edge")
    assert (made["long"], made["lat"]) == (0, 0)
    assert "blueprint web" in made["description"]
    update(e1, spec={"image": "i"}, metadata={"locationname": "moved"})
    assert locations(e1) == ["known", "edge", "moved"]


def test_lists_are_ordered_and_filtered(owner, e1):
    define(owner)
    define(owner, "Other")
    here = {"namespace": e1.colony.name}
    assert e1.call("getblueprintsmsg", **here) is None
    add(e1, "b")
    add(e1, "a", metadata={"locationname": "Here"})
    add(e1, "c", "Other", metadata={"locationname": "Here"})
    assert listed(e1) == ["a", "b", "c"]
    assert listed(e1, kind="Deployment") == ["a", "b"]
    assert listed(e1, kind="Deployment", locationname="hERE") == ["a"]
    assert listed(e1, locationname="nowhere") == ["a", "b", "c"]
    assert listed(e1, kind="deployment") == []


# --- changing ---


def test_scenario_59_generations(owner, e1, reconciler):
    define(owner)
    assert "generation" not in add(e1)["metadata"]
    assert update(e1, spec={"a": 2}, metadata={"generation": 99})["metadata"]["generation"] == 1
    assert update(e1, spec={"a": 2})["metadata"]["generation"] == 1
    assert update(e1, spec={"a": 2}, force=True)["metadata"]["generation"] == 2
    assert update(e1, spec={"a": True})["metadata"]["generation"] == 3
    assert update(e1, spec={"a": 1})["metadata"]["generation"] == 4
    assert len(history(e1, get(e1))) == 5
    assert waiting(e1) == [call_of("web")] * 5


def test_scenario_60_what_is_not_there(owner, e1):
    define(owner)
    for action in (update, get, remove):
        with refused(404):
            action(e1, "absent")
    with refused(404):
        owner.call("getblueprintdefinitionmsg", colonyname=e1.colony.name, name="absent")


def test_an_update_keeps_what_is_the_servers(owner, e1):
    define(owner)
    added = add(e1, status={"ready": True})
    updated = update(e1, spec={"a": 2}, blueprintid="f" * 64, metadata={"labels": {"x": "y"}})
    assert updated["blueprintid"] == added["blueprintid"]
    assert updated["status"] == {"ready": True}
    assert updated["metadata"]["createdAt"] == added["metadata"]["createdAt"]
    assert updated["metadata"]["updatedAt"] > added["metadata"]["updatedAt"]
    assert updated["metadata"]["labels"] == {"x": "y"}
    assert update(e1, status={"ready": False})["status"] == {"ready": False}
    with refused(400):
        e1.call("updateblueprintmsg", blueprint=blueprint(e1, kind="Unknown"))


def test_scenarios_66_and_69_the_status(owner, e1, user):
    define(owner)
    before = add(e1)
    here = {"colonyname": e1.colony.name, "blueprintname": "web"}
    assert e1.call("updateblueprintstatusmsg", status={"n": 1, "deep": {"x": [1]}}, **here) == {}
    assert get(user)["status"] == {"n": 1, "deep": {"x": [1]}}
    user.call("updateblueprintstatusmsg", status={"m": 2}, **here)
    after = get(e1)
    assert after == before | {"status": {"m": 2}, "metadata": after["metadata"]}
    assert after["metadata"].get("generation") == before["metadata"].get("generation")
    assert len(history(e1, before)) == 1
    with refused(404):
        e1.call("updateblueprintstatusmsg", **here | {"blueprintname": "absent"}, status={})
    with refused(403, "Access denied, not a member"):
        owner.call("updateblueprintstatusmsg", status={}, **here)


def test_scenario_67_history(owner, e1, user):
    define(owner)
    added = add(e1)
    update(user, spec={"a": 2})
    update(owner, spec={"a": 3})
    found = history(e1, added)
    assert [each["generation"] for each in found] == [2, 1, 0]
    assert [each["changetype"] for each in found] == ["update", "update", "create"]
    assert [each["changedby"] for each in found] == [owner.id, user.id, e1.id]
    assert [each["spec"] for each in found] == [{"a": 3}, {"a": 2}, {"a": 1}]
    assert {(each["namespace"], each["name"], each["kind"]) for each in found} == {
        (e1.colony.name, "web", "Deployment")
    }
    assert history(e1, added, limit=1) == found[:1]
    assert history(e1, added, limit=-1) == found
    with refused(404):
        history(e1, {"blueprintid": "f" * 64})
    remove(e1)
    with refused(404):
        history(e1, added)


def test_a_history_is_not_inherited(owner, e1):
    """Whoever takes the id of a removed blueprint does not see what that one was."""
    define(owner)
    added = add(e1, spec={"secret": 1})
    remove(e1)
    other = owner.colony.wire.new_colony()
    stranger, theirs = other.executor(), Member(other, "owner", "t", other.ownerkey)
    define(theirs)
    taken = add(stranger, blueprintid=added["blueprintid"])
    assert [each["spec"] for each in history(stranger, taken)] == [{"a": 1}]
