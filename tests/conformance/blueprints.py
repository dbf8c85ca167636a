"""Blueprints and definitions for the tests, and how they are called for."""

from tests.conformance.wire import WAITING

SCHEMA = {
    "type": "object",
    "required": ["image"],
    "properties": {
        "image": {"type": "string"},
        "replicas": {"type": "number"},
        "count": {"type": "integer"},
        "on": {"type": "boolean"},
        "mode": {"enum": ["fast", 1]},
        "port": {"type": "object", "properties": {"number": {"type": "number"}}},
        "hosts": {"type": "array", "items": {"type": "string"}},
    },
}
HANDLER = {"executorType": "reconciler", "functionName": "reconcile"}


def definition(member, kind="Deployment", handler=HANDLER, **spec):
    return {
        "kind": "BlueprintDefinition",
        "metadata": {"name": f"{kind.lower()}s.example.io", "colonyname": member.colony.name},
        "spec": {"names": {"kind": kind}, "handler": handler, **spec},
    }


def define(owner, kind="Deployment", handler=HANDLER, **spec):
    found = definition(owner, kind, handler, **spec)
    return owner.call("addblueprintdefinitionmsg", blueprintdefinition=found)


def blueprint(member, name="web", kind="Deployment", spec=None, **fields):
    metadata = {"name": name, "colonyname": member.colony.name, **fields.pop("metadata", {})}
    return {
        "kind": kind,
        "metadata": metadata,
        "spec": {"a": 1} if spec is None else spec,
        **fields,
    }


def add(member, name="web", kind="Deployment", spec=None, **fields):
    found = blueprint(member, name, kind, spec, **fields)
    return member.call("addblueprintmsg", blueprint=found)


def get(member, name="web"):
    return member.call("getblueprintmsg", namespace=member.colony.name, name=name)


def listed(member, **fields):
    found = member.call("getblueprintsmsg", namespace=member.colony.name, **fields)
    return [each["metadata"]["name"] for each in found or ()]


def update(member, name="web", spec=None, force=False, **fields):
    found = blueprint(member, name, spec=spec, **fields)
    return member.call("updateblueprintmsg", blueprint=found, forcegeneration=force)


def remove(member, name="web"):
    return member.call("removeblueprintmsg", namespace=member.colony.name, name=name)


def history(member, found, **fields):
    return member.call("getblueprinthistorymsg", blueprintid=found["blueprintid"], **fields)


def waiting(member):
    """Calls that wait, in the order in which they were made: function and arguments."""
    found = sorted(member.processes(WAITING), key=lambda process: process["submissiontime"])
    return [(each["spec"]["funcname"], each["spec"]["kwargs"]) for each in found]


def call_of(name, kind="Deployment"):
    return ("reconcile", {"kind": kind, "blueprintName": name})
